"""Entropy from how often each cell was visited.

The plug-in entropy takes frequencies for probabilities. It is too low by about (cells - 1) / 2n nats, so that the sum
H(H) + H(Y) - H(H, Y), in which the joint entropy is the most too low, is too high. The corrections reduce the bias as
long as most cells are visited several times; none of them can help where nearly every sample has a cell of its own.
"""

import numpy as np
from scipy.special import digamma, xlogy

CORRECTIONS = (None, "miller-madow", "grassberger", "chao-shen")


def entropy(counts, correction: str | None = None):
    """Entropy of a discrete variable, in bits, from its counts.

    Args:
        counts: whole numbers, (cell,) or (run, cell); cells that were never visited may be left out or given as 0.
        correction: None for the plug-in value; "miller-madow" adds (visited cells - 1) / 2n nats; "grassberger" puts
            Grassberger's G(c) for log c; "chao-shen" reweights by the estimated coverage of the sample.

    Returns:
        A number, or an array (run,).

    Raises:
        ValueError: for counts that are negative, not whole or all zero, or an unknown correction.

    Source: Miller 1955; Grassberger 2003 (arXiv physics/0307138); Chao & Shen 2003.
    """
    given = np.asarray(counts)
    numbers = given.dtype.kind in "iuf" and np.isfinite(given).all() and (given >= 0).all()
    if given.ndim not in (1, 2) or not numbers or (given != np.floor(given)).any():
        raise ValueError("counts must be whole numbers of 0 or more, of shape (cell,) or (run, cell)")
    table = np.atleast_2d(given).astype(np.int64)  # (run, cell)
    if not table.any(axis=1).all():
        raise ValueError("counts must hold at least one visit in every run")
    visited = table > 0
    starts = np.concatenate([[0], np.cumsum(visited.sum(axis=1))[:-1]])
    found = grouped(table[visited], starts, table.sum(axis=1), correction)
    return found if given.ndim == 2 else float(found[0])


def of_sorted(ordered: np.ndarray, correction: str | None) -> np.ndarray:
    """Entropy of every run, in bits, from the cells of its samples in order, (run, sample)."""
    first = np.ones(ordered.shape, bool)  # of a cell's samples
    np.not_equal(ordered[:, 1:], ordered[:, :-1], out=first[:, 1:])
    at, n = np.flatnonzero(first), ordered.shape[1]
    starts = np.searchsorted(at, np.arange(len(ordered)) * n)
    return grouped(np.diff(at, append=ordered.size), starts, n, correction)


def grouped(counts: np.ndarray, starts: np.ndarray, n, correction: str | None) -> np.ndarray:
    """Entropy of every run, in bits, from counts of 1 or more, all runs behind one another, each from its start on.

    Samples of a run are n, a number or (run,).
    """
    if correction not in CORRECTIONS:
        raise ValueError(f"correction must be one of {CORRECTIONS}, got {correction!r}")
    if correction == "chao-shen":
        return _chao_shen(counts, starts, n)
    c = np.arange(1, counts.max() + 1, dtype=np.float64)
    # c log c for every count that can occur: looking up is cheaper than the logarithm
    weights = c * _grassberger(c) if correction == "grassberger" else xlogy(c, c)
    nats = np.log(n) - np.add.reduceat(weights[counts - 1], starts) / n
    if correction == "miller-madow":
        nats += (np.diff(starts, append=len(counts)) - 1) / (2 * n)
    return nats / np.log(2)


def _grassberger(c: np.ndarray) -> np.ndarray:
    sign = 1 - 2 * (c % 2)
    return digamma(c) + sign / 2 * (digamma((c + 1) / 2) - digamma(c / 2))


def _chao_shen(counts: np.ndarray, starts: np.ndarray, n) -> np.ndarray:
    visited = np.diff(starts, append=len(counts))
    n = np.broadcast_to(n, visited.shape)
    once = np.add.reduceat((counts == 1).astype(np.int64), starts)
    once = np.where(once == n, n - 1, once)  # if no cell was seen twice the coverage would be estimated as zero
    of_cell = np.repeat(n, visited)
    p = np.repeat(1 - once / n, visited) * counts / of_cell
    unseen = np.exp(of_cell * np.log1p(-np.minimum(p, 1 - 1e-16)))  # (1 - p)^n; p = 1 for a single cell
    return -np.add.reduceat(xlogy(p, p) / (1 - unseen), starts) / np.log(2)
