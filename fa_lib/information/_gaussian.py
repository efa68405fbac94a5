"""Mutual information from linear regression: exact for jointly normal H and Y, a linear reading of any others.

For jointly normal variables all dependence is linear, and I(H;Y) = 1/2 log2(det S_Y / det S_Y|H), with S_Y the scatter
of Y and S_Y|H that of the residuals of the best linear prediction of Y from H. For p = 1 it is -1/2 log2(1 - R^2).
"""

import warnings

import numpy as np
from scipy.special import digamma

from fa_lib.information import _arrays


def gaussian(H, Y, *, intercept: bool = True, unbiased: bool = False, doubt: bool = True):
    """Mutual information of jointly normal H and Y, in bits.

    Worked out from the angles between the spaces that the columns of H and of Y span, so that no scale, rotation or
    redundant column of either matters: a one-hot Y, whose columns add up to one, needs no special care.

    Args:
        H: hidden layer, (n, m) or (run, n, m).
        Y: target, (n,), (n, p) or (run, n, p).
        intercept: measure H and Y from their means, as regression with an intercept does. False takes them as they are,
            as the regression of the idealised dynamics does.
        unbiased: subtract the mean reading's excess over the truth, about m p / 2n nats. The excess is known exactly
            for normal data and does not depend on the truth; corrected readings may be negative.
        doubt: warn of readings that cannot be, and of a Y that looks like the numbers of classes; False where the
            reading is meant as a measure of linear relation alone.

    Returns:
        A number, or an array (run,). Infinite where H fixes some combination of Y's columns exactly.

    Warns:
        EstimateWarning: where Y has classes and the reading is above their entropy: they are not normal; or where Y is
            a column of few whole numbers, such as 0 to 9: read as quantities, classes tell next to nothing.

    Raises:
        ValueError: for wrong shapes, samples that do not match, NaN or infinities, so few samples that H would fix any
            Y, or, if unbiased, too few of them.

    Source: Gelfand & Yaglom 1957; the excess from the mean of the logarithm of a Wishart determinant.
    """
    like = H
    H, Y = _arrays.finite_pair(H, Y)
    n = H.shape[1]
    basis, rank = _span(H, intercept)  # (run, n, m), (run,)
    if (rank >= n - intercept).any():
        most = rank.max()
        words = f"any Y would be fixed exactly; give {most + intercept + 1} or more"
        raise ValueError(f"{n} samples are too few for {most} independent units: {words}")
    target, target_rank = _span(Y, intercept)
    residual = target - basis @ (basis.mT @ target)  # (run, n, p)
    sines = np.linalg.svd(residual, compute_uv=False)  # (run, p), of the angles between the spaces, falling
    sines = np.where(np.arange(sines.shape[1]) < target_rank[:, None], np.clip(sines, 0, 1), 1)  # 1: no such column
    sines = np.where(sines > 100 * n * np.finfo(float).eps, sines, 0)
    with np.errstate(divide="ignore"):
        found = -np.log2(sines).sum(axis=1)
    if unbiased:
        found -= [_excess(n - intercept, m, p) for m, p in np.broadcast(rank, target_rank)]
    found += 0.0  # no negative zero
    if doubt:
        _arrays.doubt(found, Y, "gaussian")
        # a column of whole numbers, many of them equal; of two classes one column does tell
        if Y.shape[2] == 1 and (np.floor(Y) == Y).all() and 2 < len(np.unique(Y)) <= len(Y[0]) / 4:
            warnings.warn(
                "gaussian takes Y for a quantity, and it looks like the numbers of classes: give a column for each "
                "class, np.eye(classes)[Y], or doubt=False if it is one",
                _arrays.EstimateWarning,
                stacklevel=2,
            )
    return _arrays.answer(found, like)


def _span(values: np.ndarray, intercept: bool) -> tuple[np.ndarray, np.ndarray]:
    """An orthonormal basis of what the columns span, (run, n, m), zero where one is redundant, and its rank, (run,)."""
    largest = np.abs(values).max(axis=1, keepdims=True)
    values = values / np.where(largest > 0, largest, 1)  # (run, n, m): squares neither overflow nor vanish
    if intercept:
        values = values - values.mean(axis=1, keepdims=True)
    tolerance = max(values.shape[1:]) * np.finfo(float).eps
    norms = np.linalg.norm(values, axis=1, keepdims=True)
    constant = norms <= tolerance * np.sqrt(values.shape[1])
    values = np.where(constant, 0, values / np.where(constant, 1, norms))
    left, size, _ = np.linalg.svd(values, full_matrices=False)
    present = size > tolerance * np.maximum(size[:, :1], 1)
    return left * present[:, None, :], present.sum(axis=1)


def _excess(n: int, m: int, p: int) -> float:
    """Mean of the reading minus the truth for normal data, n samples about a known mean, ranks m and p; in bits."""
    if n < m + p:
        raise ValueError(f"an unbiased reading of {m} units and {p} outputs needs {m + p} samples or more, got {n}")
    j = np.arange(p)
    return float((digamma((n - j) / 2) - digamma((n - m - j) / 2)).sum() / (2 * np.log(2)))
