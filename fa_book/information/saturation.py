"""How much the binned estimator reads by chance: counting samples and cells.

Let Y be independent of H. In a cell that was visited k times, the classes of the k samples look uneven by chance, and
the plug-in entropy of Y within the cell is below Y's own: far below for small k, and zero for k = 1. The reading is the
average shortfall, so that it depends on how the samples spread over the cells and on nothing else.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import entr
from scipy.stats import binom


def by_chance(cells: float, n: int, classes: int | Sequence[float] = 2) -> float:
    """Mean reading of `binned` for independent H and Y, when H visits all its cells equally often; in bits, exact.

    Args:
        cells: number of cells, 1 or more.
        n: samples.
        classes: probabilities of the classes, or how many equally likely ones there are.

    Returns:
        E[h(n)] - E[h(k)], where h(k) is the plug-in entropy of k draws of the class and k the number of samples in the
        cell of a sample, 1 + Binomial(n - 1, 1 / cells). Near (cells - 1) (classes - 1) / (2 n ln 2) for n much larger
        than the number of cells, and near the entropy of Y for n much smaller.

    Raises:
        ValueError: for less than one cell or sample, or probabilities that do not add up to 1.
    """
    if not cells >= 1 or n < 1:
        raise ValueError(f"one cell and one sample are needed at least, got cells = {cells!r} and n = {n!r}")
    p = np.full(classes, 1 / classes) if np.ndim(classes) == 0 else np.asarray(classes, np.float64)
    if not len(p) or (p < 0).any() or not np.isclose(p.sum(), 1):
        raise ValueError(f"classes must be a whole number or probabilities that add up to 1, got {classes!r}")
    low, high = binom.ppf((1e-13, 1 - 1e-13), n - 1, 1 / cells)
    company = np.arange(max(low, 0), high + 1).astype(int)  # other samples in the cell of a sample
    weights = binom.pmf(company, n - 1, 1 / cells)
    within = weights @ [plug_in(k + 1, p) for k in company] / weights.sum()
    return float(plug_in(n, p) - within)


def plug_in(k: int, p: np.ndarray) -> float:
    """Mean plug-in entropy of k draws from classes of probabilities p, (class,), in bits."""
    visits = np.arange(k + 1)
    return float((binom.pmf(visits, k, p[:, None]) * entr(visits / k)).sum() / np.log(2))
