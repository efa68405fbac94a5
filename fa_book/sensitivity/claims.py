"""Claims that reach beyond one setting: the protocol's, the theory's name for the rules, and the objective.

The criteria were written down before the runs.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

from fa_book.claims.evidence import share
from fa_book.claims.verdict import claim
from fa_lib.statistics import interval


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
