"""What the paper implies on predictive coding."""

from fa_book.claims.evidence import CLOSE, Check, within
from fa_book.claims.verdict import claim

CURLED = 0.05  # share of a signal's derivative that is antisymmetric from which it is called the gradient of nothing


@claim(
    "C27",
    "abstract",
    "The variants NFA, NF and TF account for predictive coding.",
    "A state moved by the rule's own signal descends an energy and hears the prediction it changes: the signal's "
    "derivative by the state is not zero and at most 5 % of it antisymmetric. Or, less strictly: predictive coding "
    "with the rule's signal in the place of W_O learns within 0.05 of predictive coding.",
)
def C27(curls, hears, learned, predictive):
    """What the rules are.

    Args:
        curls: rule to the antisymmetric share of the signal's derivative, (run,).
        hears: rule to whether the signal changes at all as the state moves.
        learned: rule to test correct rates (run,) of predictive coding with its signal.
        predictive: those of predictive coding.
    """
    checks = []
    for rule, curl in curls.items():
        asked = f"{rule}: the state hears its prediction and descends an energy"
        if hears[rule]:
            checks.append(within(f"{asked}, antisymmetric share at most {CURLED}", curl, high=CURLED))
        else:
            checks.append(Check(asked, "does not hear it", False))
    for rule, rates in learned.items():
        asked = f"{rule}: predictive coding with its signal minus predictive coding, test correct rate, within ±{CLOSE}"
        checks.append(within(asked, rates - predictive, -CLOSE, CLOSE))
    return checks
