"""What the paper's abstract says of predictive coding, made exact in two ways. Both are this book's."""

from fa_book.claims.evidence import CLOSE, exact, median, within, worst
from fa_book.claims.verdict import claim

CURLED = 0.05  # share of a signal's derivative that is antisymmetric from which it is called the gradient of nothing


@claim(
    "C27a",
    "abstract",
    "NFA, NF and TF are predictive coding: a state moved by their signal descends an energy of prediction errors.",
    "For each: the signal changes with the prediction of the moved state, and at most 5 % of its derivative by the "
    "state is antisymmetric.",
    ours=True,
)
def C27a(curls, hears):
    """What the rules are.

    Args:
        curls: rule to the antisymmetric share of the signal's derivative, (run,).
        hears: rule to whether the signal changes at all as the state moves.
    """
    return [
        within(f"{rule}: antisymmetric share at most {CURLED}", curl, high=CURLED)
        if hears[rule]
        else exact(f"{rule}: the signal changes as the state moves", 0, 1, text="it does not")
        for rule, curl in curls.items()
    ]


@claim(
    "C27b",
    "abstract",
    "Predictive coding learns as well with the signal of NFA, NF or TF in the place of W_O.",
    f"For each, in the median run, paired: test correct rate on IBTask within {CLOSE} of predictive coding's.",
    ours=True,
)
def C27b(learned, predictive):
    """Rule to test correct rates (run,) of predictive coding with its signal, and those of predictive coding."""
    each = [median(rule, rates - predictive, -CLOSE, CLOSE) for rule, rates in learned.items()]
    return [worst(f"with the rule's signal minus predictive coding, within ±{CLOSE}, of the three the farthest", each)]
