"""Claims of the paper's discussion (Section 3) that it does not test, each with its criterion.

The criteria were written down before the runs. The ids are those of the book's ledger. Evidence is one value a run.
"""

import numpy as np
from scipy import stats

from fa_book.claims.evidence import within
from fa_book.claims.verdict import claim

TRACKS = 0.8  # rank correlation from which one measure can stand for another
RATES = {"coding_rate": "coding rate", "rate_reduction": "rate reduction"}


def rank_correlation(values, others) -> np.ndarray:
    """Spearman's correlation along the last axis; 0 where one of the two never moves, for then it tracks nothing."""
    ranks = [stats.rankdata(part, axis=-1) for part in np.broadcast_arrays(values, others)]
    ranks = [part - part.mean(-1, keepdims=True) for part in ranks]
    sizes = np.sqrt((ranks[0] ** 2).sum(-1) * (ranks[1] ** 2).sum(-1))
    return np.divide((ranks[0] * ranks[1]).sum(-1), sizes, out=np.zeros_like(sizes), where=sizes > 0)


@claim(
    "C25",
    "3",
    "Coding rate can serve as a proxy for mutual information.",
    "The coding rate of H, or its reduction by the class, has a rank correlation of 0.8 or more with the information: "
    "the true one over cases where it is known, and what a nonlinear readout tells of held-out samples, over training "
    "under the worst of the rules and over all rules and epochs together.",
)
def C25(bed, training):
    """What the two rates say and what is there.

    Args:
        bed: Dataset with `coding_rate` and `rate_reduction` (run, case) and the true `bits` (case,).
        training: rule to Dataset with the same two and the held-out information `told` (run, epoch).
    """
    checks = []
    for name, words in RATES.items():
        rules = [(data[name].transpose("run", "epoch").values, data["told"].transpose("run", "epoch").values)
                 for data in training.values()]  # fmt: skip
        lowest = np.min([rank_correlation(*pair) for pair in rules], axis=0)
        together = rank_correlation(*(np.concatenate(parts, axis=1) for parts in zip(*rules, strict=True)))
        known = rank_correlation(bed[name].transpose("run", "case").values, bed["bits"].values)
        asked = f"at least {TRACKS}"
        checks += [
            within(f"{words}: rank correlation with the known information {asked}", known, TRACKS),
            within(f"{words}: with held-out information over training, in the worst rule, {asked}", lowest, TRACKS),
            within(f"{words}: with held-out information over rules and epochs together {asked}", together, TRACKS),
        ]
    return checks
