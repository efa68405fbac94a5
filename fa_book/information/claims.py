"""The claim of the paper's Section 3 that the coding rate can stand for mutual information, as a measure.

"Coding rate" may mean that of H, which knows nothing of the target, or its reduction by the class, which Yu et al.
maximise: a proposition each. That it can be climbed is judged in `fa_book.coding_rate`.
"""

import numpy as np

from fa_book.claims.evidence import within, worst
from fa_book.claims.verdict import claim
from fa_book.ranks import rank_correlation

TRACKS = 0.8  # rank correlation from which one measure can stand for another
RATES = {"coding_rate": "coding rate", "rate_reduction": "rate reduction"}
ASKED = (
    f"Rank correlation of {TRACKS} or more with the information, in each of three: the true one over cases where it is "
    "known; what a nonlinear readout tells of held-out samples, over training under the rule where it is lowest; the "
    "same over all rules and epochs together."
)


def _tracks(name: str, bed, training):
    rules = [(data[name].transpose("run", "epoch").values, data["told"].transpose("run", "epoch").values)
             for data in training.values()]  # fmt: skip
    together = rank_correlation(*(np.concatenate(parts, axis=1) for parts in zip(*rules, strict=True)))
    each = [
        within("known information", rank_correlation(bed[name].transpose("run", "case").values, bed["bits"].values),
               TRACKS),
        within("rules and epochs together", together, TRACKS),
        *(within(rule, rank_correlation(*pair), TRACKS) for rule, pair in zip(training, rules, strict=True)),
    ]  # fmt: skip
    words = f"{RATES[name]}: rank correlation with the information at least {TRACKS}; the lowest"
    return [worst(words, each)]


@claim("C25a", "3", "The coding rate of H can serve as a proxy for mutual information.", ASKED, shown="not tried")
def C25a(bed, training):
    """What the rate says and what is there.

    Args:
        bed: Dataset with `coding_rate` and `rate_reduction` (run, case) and the true `bits` (case,).
        training: rule to Dataset with the same two and the held-out information `told` (run, epoch).
    """
    return _tracks("coding_rate", bed, training)


@claim("C25b", "3", "So can the rate reduction, which knows the classes.", ASKED, shown="not tried")
def C25b(bed, training):
    """As for C25a."""
    return _tracks("rate_reduction", bed, training)
