"""Claims that reach beyond one setting: the protocol's, the theory's name for the rules, and the objective.

The criteria were written down before the runs.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

from fa_lib.claims.evidence import CLOSE, Check, interval, share, within
from fa_lib.claims.verdict import claim

CURLED = 0.05  # share of a signal's derivative that is antisymmetric from which it is called the gradient of nothing


def order(rates: Mapping[str, Sequence[float]]) -> dict[tuple[str, str], int]:
    """Who is ahead of whom: 1 the first, -1 the second, 0 where the 95 % interval, paired by run, holds zero.

    Args:
        rates: rule to one rate a run, the same runs for all.
    """
    found = {}
    for one, other in combinations(rates, 2):
        _, low, high = interval([a - b for a, b in zip(rates[one], rates[other], strict=True)])
        found[one, other] = 1 if low > 0 else -1 if high < 0 else 0
    return found


def reversed_pairs(here, there) -> list[tuple[str, str]]:
    """Pairs of rules that are decided in both orders, and differently."""
    return [pair for pair, sign in here.items() if sign * there.get(pair, 0) < 0]


@claim(
    "C28",
    "2.4",
    "The comparison of the rules is not an accident of one protocol (implied: the paper shows one for each task).",
    "Of all other settings, in 90 % no two rules that are apart change places, in 90 % no rule is ahead of BP, and in "
    "half every pair that is apart at the paper's setting is apart in the same way.",
)
def C28(paper, others):
    """Rule to final test correct rates, (run,), at the paper's setting; setting to the same for all others.

    A setting may lack rules that it does not concern.
    """
    reference = order(paper)
    orders = [order(rates) for rates in others.values()]
    apart = {pair: sign for pair, sign in reference.items() if sign}
    ahead = [
        any(sign * (1 if pair[1] == "BP" else -1) > 0 for pair, sign in one.items() if "BP" in pair) for one in orders
    ]
    return [
        share("no two rules that are apart change places", [not reversed_pairs(reference, one) for one in orders],
              at_least=0.9),
        share("no rule is ahead of BP", [not one for one in ahead], at_least=0.9),
        share("all pairs that are apart at the paper's setting are apart in the same way",
              [all(one.get(pair, sign) == sign for pair, sign in apart.items()) for one in orders], at_least=0.5),
    ]  # fmt: skip


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


@claim(
    "C25",
    "3",
    "Coding rate can serve as the objective that the encoder climbs.",
    "On IBTask and on MNIST an encoder that climbs the rate reduction ends at most 0.05 of test accuracy behind "
    "target feedback, paired by run, and a linear readout of held-out samples beats the untrained encoder's by 0.05.",
)
def CLIMBED(climbing, target, untrained):
    """Task to test accuracies and held-out readouts.

    Args:
        climbing, target: task to Dataset with final `test_accuracy`, of the rate reduction and of target feedback; the
            first with `held_out` too, the test accuracy of a linear readout of H fitted to the training samples.
        untrained: task to `held_out` of the encoder before training, (run,).
    """
    checks = []
    for task, data in climbing.items():
        difference = data.test_accuracy[:, -1].values - target[task].test_accuracy[:, -1].values
        gain = data.held_out[:, -1].values - untrained[task]
        checks += [
            within(f"{task}: test accuracy minus target feedback's at least -{CLOSE}", difference, -CLOSE),
            within(f"{task}: held-out linear readout better than untrained by {CLOSE}", gain, CLOSE),
        ]
    return checks
