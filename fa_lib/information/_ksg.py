"""Mutual information from nearest neighbours: no bins, no noise, no shape assumed.

Around each sample the distance to its k-th neighbour in the joint space sets a local scale. How many samples lie within
that scale in H alone, and how many in Y alone, then says how much more often the two come together than apart.
"""

import warnings
from collections.abc import Iterator

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import digamma

from fa_lib import check
from fa_lib.information import _arrays

BLOCK = 2**19  # distances held at once (4 MB)


def ksg(H, Y, k: int = 3, *, discrete: bool = False, doubt: bool = True):
    """Mutual information by nearest neighbours, in bits.

    Distances are largest differences over the coordinates. H and Y are each divided by one number, their root mean
    square about the mean, so that the unit of either does not matter; the units of H keep their proportions. A sample
    whose k nearest neighbours coincide with it counts all that coincide, as in Gao et al. 2017.

    Takes n^2 distances: 3 000 samples take a tenth of a second, of 60 000 take a part. Readings can be negative.

    Args:
        H: hidden layer, (n, m) or (run, n, m).
        Y: target, (n,), (n, p) or (run, n, p).
        k: which neighbour sets the scale.
        discrete: False for a continuous Y (estimator 1 of Kraskov et al.). True takes equal rows of Y for a class
            (Ross): neighbours are then sought within the class, min(k, class size - 1) of them, and a sample that is
            alone in its class is left out.
        doubt: warn of readings that cannot be, and of a Y that looks discrete.

    Returns:
        A number, or an array (run,).

    Warns:
        EstimateWarning: where a Y taken for continuous has equal rows, or the reading is above the entropy of Y.

    Raises:
        ValueError: for wrong shapes, samples that do not match, NaN or infinities, k below 1 or not below n, or
            discrete=True when no class has two samples.

    Source: Kraskov, Stoegbauer & Grassberger 2004, Eq. 8; Ross 2014; Gao et al. 2017 for samples that coincide.
    """
    like = H
    H, Y = _arrays.finite_pair(H, Y)
    if not check.is_whole(k, 1) or k >= H.shape[1]:
        raise ValueError(f"k must be a whole number from 1 to n - 1 = {H.shape[1] - 1}, got {k!r}")
    shared, Y = Y, np.broadcast_to(Y, (len(H), *Y.shape[1:]))
    estimate = _within_classes if discrete else _continuous
    found = np.array([estimate(_scaled(h), y, k) for h, y in zip(H, Y, strict=True)]) / np.log(2)
    if doubt:
        _arrays.doubt(found, shared, "ksg")
    if doubt and not discrete and np.isfinite(_arrays.bits_of(shared)).any():
        warnings.warn(
            "ksg takes Y for continuous, and it has equal rows: give discrete=True if they are classes",
            _arrays.EstimateWarning,
            stacklevel=2,
        )
    return _arrays.answer(found, like)


def _continuous(h: np.ndarray, y: np.ndarray, k: int) -> float:
    """Estimator 1 of Kraskov et al., in nats; h (n, m), y (n, p)."""
    y = _scaled(y)
    terms = np.empty(len(h))
    for rows in _blocks(0, len(h), len(h)):
        in_h, in_y = cdist(h[rows], h, "chebyshev"), cdist(y[rows], y, "chebyshev")  # (row, n)
        limit, nearest = _reach(np.maximum(in_h, in_y), k)
        terms[rows] = digamma(nearest) - digamma(_within(in_h, limit)) - digamma(_within(in_y, limit))
    return terms.mean() + digamma(len(h))


def _within_classes(h: np.ndarray, y: np.ndarray, k: int) -> float:
    """Ross's estimator, in nats; h (n, m), equal rows of y (n, p) are a class."""
    _, classes, sizes = np.unique(y, axis=0, return_inverse=True, return_counts=True)
    company = sizes[classes] > 1
    if not company.any():
        raise ValueError("discrete=True needs a class of two samples or more, got a different Y for every sample")
    order = np.argsort(classes[company], kind="stable")
    h, sizes = h[company][order], sizes[sizes > 1]  # the samples of a class lie behind one another
    terms = np.empty(len(h))
    for first, size in zip(np.cumsum(sizes) - sizes, sizes, strict=True):
        for rows in _blocks(first, first + size, len(h)):
            in_h = cdist(h[rows], h, "chebyshev")  # (row, n)
            limit, nearest = _reach(in_h[:, first : first + size], min(k, size - 1))
            terms[rows] = digamma(nearest) - digamma(_within(in_h, limit)) - digamma(size)
    return terms.mean() + digamma(len(h))


def _reach(distances: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The largest distance below that of the k-th neighbour, (row, 1), and the number of neighbours meant, (row,).

    The sample itself is at distance 0, before the first neighbour. Where the k-th is at distance 0 too, the limit is 0
    and all samples at it are meant, the sample itself included.
    """
    radius = np.partition(distances, k, axis=1)[:, k, None]
    limit = np.nextafter(radius, -1, where=radius > 0, out=np.zeros_like(radius))
    return limit, np.where(radius[:, 0] > 0, k, _within(distances, 0))


def _within(distances: np.ndarray, limit) -> np.ndarray:
    return np.count_nonzero(distances <= limit, axis=1)


def _blocks(first: int, last: int, n: int) -> Iterator[slice]:
    """Rows first to last in slices, such that distances to n samples fit in a block."""
    step = max(1, BLOCK // n)
    return (slice(start, min(start + step, last)) for start in range(first, last, step))


def _scaled(values: np.ndarray) -> np.ndarray:
    values = values - values.mean(axis=0)
    values = values / (np.abs(values).max() or 1)  # first, so that the squares neither overflow nor vanish
    return values / (np.sqrt((values**2).mean()) or 1)
