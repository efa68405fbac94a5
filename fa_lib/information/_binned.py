"""Mutual information of binned H and Y: the paper's estimator.

Every coordinate is cut into bins of one width, and a vector's cell is the combination of its bins. The information is
that of the two discrete variables so made: I = H(H) + H(Y) - H(H, Y). It says how well the target can be told from the
hidden layer at that resolution only while samples are many and cells few: once nearly every sample has a cell of its
own, the reading is the entropy of Y whatever H holds. Read it between `shuffle_null` and `ceiling`.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from fa_lib.information import _arrays, _entropy, _permutation
from fa_lib.information._binning import LIMIT, Cells, cells, ranked


def binned(H, Y, bin_size: float = 0.1, *, correction: str | None = None):
    """Binned mutual information I(H;Y), in bits.

    The bin of a value is floor(value / bin_size), divided in float64 whatever the input's type, so that float32 and
    float64 arrays of the same values agree. A one-hot or integer Y keeps its classes apart for any bin_size <= 1.

    Args:
        H: hidden layer, (n, m), or (run, n, m) for many runs at once; numpy array or torch tensor.
        Y: target, (n,) or (n, p) for all runs, or (run, n, p).
        bin_size: width of a bin, in units of H and Y.
        correction: correction of the three entropies' bias, as in `entropy`; None is the plug-in estimate of the paper.

    Returns:
        A number for H (n, m), an array (run,) for H (run, n, m). Never negative unless corrected.

    Raises:
        ValueError: for wrong shapes, samples that do not match, no samples, NaN or infinities, bin_size <= 0 or an
            unknown correction.

    Source: Cheng & Brown 2023, Section 2.4; the binning of Saxe et al. 2018.
    """
    h, y = _cells(H, Y, bin_size)
    return _arrays.answer(_between(h, y, correction)[0], H)


def shuffle_null(H, Y, bin_size: float = 0.1, **options) -> np.ndarray:
    """The null alone of `with_null`, which has the same arguments: bits, (run, shuffles)."""
    return with_null(H, Y, bin_size, **options)[1]


def with_null(
    H,
    Y,
    bin_size: float = 0.1,
    *,
    shuffles: int = 1,
    seed: int = 0,
    runs: Sequence[int] | None = None,
    correction: str | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Binned information, and what it is with Y permuted within each run, when H knows nothing of Y.

    The same as `binned` and `null(binned, ...)`, for little more than the price of the first.

    Args:
        H, Y, bin_size, correction: as in `binned`, with its errors.
        shuffles: permutations per run.
        seed: of the permutations.
        runs: numbers of the runs, if not 0, 1, …; errors as of `null`.

    Returns:
        The reading, (run,), and its null, (run, shuffles), both in bits; run is 1 for H (n, m).
    """
    h, y = _cells(H, Y, bin_size)
    orders = _permutation.permutations(*h.ids.shape, shuffles=shuffles, seed=seed, runs=runs)
    shuffled = (y.ids[0].take(o) if len(y.ids) == 1 else np.take_along_axis(y.ids, o, axis=1) for o in orders)
    found = _between(h, y, correction, shuffled)
    return found[0], found[1:].T


def ceiling(Y, bin_size: float = 0.1):
    """Entropy of the binned target, in bits: no reading of `binned` can be higher.

    Args:
        Y: (n,) or (n, p), or (run, n, p), which gives an array (run,) and not a number.
        bin_size: as in `binned`, with its errors.
    """
    y = cells(_arrays.target(Y), bin_size, "Y")
    return _arrays.answer(_entropy.of_sorted(np.sort(y.ids, axis=-1), None), Y)


def _cells(H, Y, bin_size: float) -> tuple[Cells, Cells]:
    H, Y = _arrays.pair(H, Y)
    h, y = cells(H, bin_size, "H"), cells(Y, bin_size, "Y")
    return h, (y if y.size <= H.shape[1] else ranked(y.ids))


def _between(h: Cells, y: Cells, correction: str | None, shuffled: Iterable[np.ndarray] = ()) -> np.ndarray:
    """Mutual information of two discrete variables, then that of shuffles of the second, (1 + shuffle, run).

    A shuffle changes the joint entropy alone: the other two are worked out once.
    """
    shift = int(y.size).bit_length()  # y takes the low bits of the joint id: h's part is had back by a shift
    if h.size << shift > LIMIT:
        h = ranked(h.ids)
    short = np.int32 if h.size << shift < 2**31 else np.int64  # short ids sort faster
    high = (h.ids << shift).astype(short)

    def entropy(ids: np.ndarray) -> np.ndarray:
        return _entropy.of_sorted(np.sort(ids, axis=-1), correction)

    joint = np.sort(high + y.ids.astype(short), axis=-1)
    alone = _entropy.of_sorted(joint >> shift, correction) + entropy(y.ids.astype(short))
    both = [_entropy.of_sorted(joint, correction), *(entropy(high + ids.astype(short)) for ids in shuffled)]
    found = alone - np.stack(both)
    return np.maximum(found, 0) if correction is None else found  # rounding can leave -1e-16 for 0
