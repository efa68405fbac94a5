"""What an estimator reads when there is nothing to find: the same H, with Y handed out to the wrong samples."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np

from fa_lib import check
from fa_lib.information import _arrays
from fa_lib.random import numpy_generator

KEPT = 2**20  # permutations of up to this many numbers are kept between calls (8 MB)


def null(
    estimator: Callable, H, Y, *, shuffles: int = 1, seed: int = 0, runs: Sequence[int] | None = None
) -> np.ndarray:
    """An estimator's readings with Y permuted within each run: its values under independence.

    H and Y keep their own distributions, only their pairing is destroyed. A reading that lies inside the spread of
    these values is no evidence of information.

    Args:
        estimator: called as estimator(H, Y) with H (run, n, m) and Y (run, n, p); returns one value per run, or several
            arrays of one value per run.
        H: (n, m) or (run, n, m).
        Y: (n,), (n, p) or (run, n, p).
        shuffles: permutations per run, drawn one after another: the first of ten is the one of shuffles=1.
        seed: seed of the permutations.
        runs: numbers of the runs, if not 0, 1, …: run r's permutations depend on (seed, r, n) alone.

    Returns:
        (run, shuffles), in the estimator's unit; with a leading axis for an estimator that returns several values.

    Raises:
        ValueError: as the estimator does, and for shuffles < 1 or run numbers that are not one per run.
    """
    H, Y = _arrays.pair(H, Y)
    orders = permutations(len(H), H.shape[1], shuffles=shuffles, seed=seed, runs=runs)
    Y = np.broadcast_to(Y, (len(H), *Y.shape[1:]))
    readings = [np.asarray(estimator(H, np.take_along_axis(Y, order[..., None], axis=1))) for order in orders]
    return np.stack(readings, axis=-1)


def permutations(count: int, n: int, *, shuffles: int, seed: int, runs: Sequence[int] | None) -> Iterable[np.ndarray]:
    """Permutations of n samples, one (run, sample) per shuffle, each run's from its own generator."""
    check.whole("shuffles", shuffles)
    runs = check.run_names(runs, count)
    return (_kept if shuffles * count * n <= KEPT else _drawn)(seed, tuple(runs), n, shuffles)


def _drawn(seed: int, runs: tuple[int, ...], n: int, shuffles: int) -> Iterator[np.ndarray]:
    generators = [numpy_generator(seed, run, "null") for run in runs]
    for _ in range(shuffles):
        yield np.stack([generator.permutation(n) for generator in generators])


@lru_cache(maxsize=2, typed=True)  # True is refused as a seed, and must not be taken for the 1 of an earlier call
def _kept(seed: int, runs: tuple[int, ...], n: int, shuffles: int) -> list[np.ndarray]:
    """The same, kept for the next call: a training asks for the same permutations every epoch."""
    return list(_drawn(seed, runs, n, shuffles))
