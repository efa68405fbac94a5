"""Does the hidden layer forget its input while it learns? The bits of a binned H about x, for tanh and ReLU.

H is a function of x, so what a binned H tells about x is the entropy of its bins (Saxe et al. 2019). Two ways to bin
are kept apart: bins of one width, and a fixed number of bins over the range that H has at that moment.
"""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from torch import Tensor

from fa_lib import tasks, training
from fa_lib.feedback import Rule

WIDTH, COUNT = 2 / 30, 30  # thirty bins over the range of tanh, as in the source; or over the range there is


def entropy_bits(H: Tensor, width: float | None = None) -> np.ndarray:
    """Entropy of the binned rows of H, (run,), in bits.

    Args:
        H: hidden layer, (run, sample, m).
        width: of a bin; a 30th of each run's range if None.
    """
    H = H.detach().double().cpu().numpy()
    found = []
    for rows in H:
        size = (rows.max() - rows.min()) / COUNT or 1.0 if width is None else width
        _, counts = np.unique(np.floor((rows - rows.min()) / size).astype(np.int64), axis=0, return_counts=True)
        share = counts / counts.sum()
        found.append(-(share * np.log2(share)).sum())
    return np.array(found)


RECORD = {
    "bits_of_width": lambda seen: entropy_bits(seen.H, WIDTH),
    "bits_of_range": lambda seen: entropy_bits(seen.H),
}


def compare(
    rules: Mapping[str, Rule], *, runs: int = 10, epochs: int = 1000, every: int = 50, lr: float = 5e-3, seed: int = 0
) -> dict[str, xr.Dataset]:
    """IBTask by each rule with tanh and with ReLU layers, "rule, nonlinearity" to its record."""
    return {
        f"{name}, {nonlinearity}": training.train(
            tasks.ib(seed).change(nonlinearity=nonlinearity, lr=lr), rule, runs=runs, epochs=epochs, seed=seed,
            measure_every=every, record=RECORD, progress=False,
        )
        for nonlinearity in ("tanh", "relu")
        for name, rule in rules.items()
    }  # fmt: skip


def late_fall(bits: xr.DataArray) -> np.ndarray:
    """How far the bits end below their highest point in the second half of the training, (run,)."""
    later = bits.isel(epoch=slice(bits.sizes["epoch"] // 2, None))
    return (later.max("epoch") - later.isel(epoch=-1)).values
