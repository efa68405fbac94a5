"""Does the hidden layer forget its input while it learns? The bits of a binned H about x, for tanh and ReLU.

H is a function of x, so what a binned H tells about x is the entropy of its bins (Saxe et al. 2019). Two ways to bin
are kept apart: bins of one width, and a fixed number of bins over the range that H has at that moment.
"""

import math
from collections.abc import Mapping

import numpy as np
import xarray as xr
from torch import Tensor

from fa_lib import tasks, training
from fa_lib.feedback import Rule
from fa_lib.feedback.layers import ForLayers
from fa_lib.record import Step

WIDTH, COUNT = 2 / 30, 30  # thirty bins over the range of tanh, as in the source; or over the range there is


def entropy_bits(H: Tensor, width: float | None = None, whole: Tensor | None = None) -> np.ndarray:
    """Entropy of the binned rows of H, (run,), in bits.

    Args:
        H: hidden layer, (run, sample, m).
        width: of a bin; a 30th of each run's range if None.
        whole: of what H is a part, whose lowest value is the first bin's edge; H itself if None.
    """
    H, edges = (values.detach().double().cpu().numpy() for values in (H, H if whole is None else whole))
    found = []
    for rows, edge in zip(H, edges.min((1, 2)), strict=True):
        size = (rows.max() - rows.min()) / COUNT or 1.0 if width is None else width
        counts = _alike(np.floor((rows - edge) / size).astype(np.int64))
        share = counts / counts.sum()
        found.append(-(share * np.log2(share)).sum())
    return np.array(found)


def _alike(bins: np.ndarray) -> np.ndarray:
    """How many rows of bins (sample, m) are alike, for each row that there is, in the order of `np.unique`.

    A row is made one number with as many digits as it has columns: numbers are sorted several times faster than rows.
    """
    bins = bins - bins.min(0)
    bases = (bins.max(0) + 1).tolist()
    if math.prod(bases) > np.iinfo(np.int64).max:
        return np.unique(bins, axis=0, return_counts=True)[1]
    number = np.zeros(len(bins), np.int64)
    for column, base in zip(bins.T, bases, strict=True):
        number = number * base + column
    return np.unique(number, return_counts=True)[1]


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


PLANE = (10, 7, 5, 4, 3)  # hidden layers of Shwartz-Ziv & Tishby's network


def bits_of_layers(seen: Step) -> np.ndarray:
    """What every layer's bins tell of x and of the class, in bits: (run, layer, 2). Bins as `WIDTH` says."""
    labels = seen.y.argmax(1).cpu().numpy()
    shares = np.bincount(labels) / len(labels)
    return np.stack(
        [
            np.stack([
                whole := entropy_bits(layer.H, WIDTH),
                whole - sum(
                    share * entropy_bits(layer.H[:, labels == label], WIDTH, whole=layer.H)
                    for label, share in enumerate(shares)
                ),
            ], axis=-1)
            for layer in seen.layers
        ],
        axis=1,
    )  # fmt: skip


def plane(
    rules: Mapping[str, ForLayers],
    *,
    runs: int = 5,
    epochs: int = 1000,
    every: int = 50,
    lr: float = 5e-3,
    seed: int = 0,
) -> dict[str, xr.Dataset]:
    """Shwartz-Ziv & Tishby's information plane: their network and task, learned by each rule for all layers.

    Args:
        rules: name to a rule for layers, such as `Chained(BP())`.
        runs, epochs, every, lr, seed: as in `compare`.

    Returns:
        Name to the record with `bits` (run, epoch, layer, of): "x" or "y".

    Source: Shwartz-Ziv & Tishby 2017, Fig. 2; ours minimises squared error by Adam.
    """
    task = tasks.ib(seed).change(widths=PLANE, lr=lr)
    found = {
        name: training.train(
            task, rule, runs=runs, epochs=epochs, seed=seed, measure_every=every, record={"bits": bits_of_layers},
            progress=False,
        )
        for name, rule in rules.items()
    }  # fmt: skip
    names = {"bits_0": "layer", "bits_1": "of"}
    return {name: data.rename(names).assign_coords(of=["x", "y"]) for name, data in found.items()}


def late_fall(bits: xr.DataArray) -> np.ndarray:
    """How far the bits end below their highest point in the second half of the training, (run,)."""
    later = bits.isel(epoch=slice(bits.sizes["epoch"] // 2, None))
    return (later.max("epoch") - later.isel(epoch=-1)).values
