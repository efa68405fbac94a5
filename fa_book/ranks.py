"""Rank correlation of many pairs at once."""

import numpy as np
from scipy.stats import rankdata


def rank_correlation(values, others) -> np.ndarray:
    """Spearman's correlation along the last axis; 0 where one of the two never moves and so puts nothing in order.

    Args:
        values, others: (..., case) without NaN, of shapes that go together.
    """
    ranks = [rankdata(part, axis=-1) for part in np.broadcast_arrays(values, others)]
    ranks = [part - part.mean(-1, keepdims=True) for part in ranks]
    sizes = np.sqrt((ranks[0] ** 2).sum(-1) * (ranks[1] ** 2).sum(-1))
    return np.divide((ranks[0] * ranks[1]).sum(-1), sizes, out=np.zeros_like(sizes), where=sizes > 0)
