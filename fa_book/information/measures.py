"""The chapter's own measures: the binned reading over bin sizes, and what samples tell that nothing was fitted to."""

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional

from fa_book.information.decoded_information import Measure, classes, told
from fa_lib import information, probes
from fa_lib.record import Snapshot


def over_bins(bin_sizes: Sequence[float], *, seed: int = 0) -> Measure:
    """Measure for `observe`: the binned reading and its null for several bin sizes, (run, bin size, 2), bits."""

    def measure(seen: Snapshot) -> np.ndarray:
        y = classes(seen.y)
        pairs = [information.with_null(seen.H, y, size, seed=seed) for size in bin_sizes]
        return np.stack([np.stack([reading, null[:, 0]], 1) for reading, null in pairs], 1)

    return measure


def held_out(H: np.ndarray, Y: np.ndarray, *, share: float = 0.25, seed: int = 0) -> np.ndarray:
    """What a nonlinear readout fitted to the first samples tells of the last ones: an estimator for `testbed.survey`.

    Args:
        H: (run, n, m).
        Y: numbers of the classes, (run, n, 1), as many classes as the largest says.
        share: of the samples, held out.
        seed: of the readout's features.

    Returns:
        Bits, (run,), a lower bound of I(H;Y) but for the scatter of a finite table.
    """
    H, Y = torch.as_tensor(H), torch.as_tensor(Y[..., 0]).long()
    fitted = H.shape[1] - round(share * H.shape[1])
    target = functional.one_hot(Y[:, :fitted], int(Y.max()) + 1)
    guess = probes.nonlinear_readout(H[:, :fitted], target, at=H[:, fitted:], seed=seed).argmax(2)
    return np.array([told(one[None], true)[0] for one, true in zip(guess, Y[:, fitted:], strict=True)])
