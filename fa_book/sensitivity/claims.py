"""Whether the comparison of the rules stands at settings other than the paper's. The paper does not say so.

The unit is a setting: one value of one factor, all rules from the same weights.
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


MOST = 0.5  # of the settings: a user at another one would sooner be right than wrong


@claim(
    "C28a",
    "2.4",
    "At most other settings no two rules that are apart at the paper's setting change places.",
    "IBTask, by settings: more than half, by the exact interval. Only rules that were run anew, and BP, are looked at.",
    ours=True,
    rests="sensitivity",
)
def C28a(paper, others):
    """Rule to final test correct rates, (run,), at the paper's setting; setting to the same of the rules run anew.

    Each of the others has BP beside them, as it was where it is not concerned.
    """
    reference = order(paper)
    same = [not reversed_pairs(reference, order(rates)) for rates in others.values()]
    return [share("settings without a pair that changes places, more than half", same, MOST, unit="settings")]


@claim(
    "C28b",
    "2.4",
    "At most other settings the rules stand as they stood: every pair apart at the paper's setting is apart alike.",
    "IBTask, by settings at which all rules were run anew: more than half, by the exact interval.",
    ours=True,
    rests="sensitivity",
)
def C28b(paper, others):
    """As for C28a; settings that lack a pair which is apart at the paper's setting do not count."""
    apart = {pair: sign for pair, sign in order(paper).items() if sign}
    orders = [order(rates) for rates in others.values() if set(rates) >= set(paper)]
    same = [all(one[pair] == sign for pair, sign in apart.items()) for one in orders]
    return [share("settings at which all pairs are apart as they were, more than half", same, MOST, unit="settings")]


@claim(
    "C28c",
    "2.4",
    "At most settings no rule is ahead of BP.",
    "IBTask, by settings: more than half, by the exact interval.",
    ours=True,
    rests="sensitivity",
)
def C28c(others):
    """As for C28a."""
    behind = [
        not any(sign * (1 if pair[1] == "BP" else -1) > 0 for pair, sign in order(rates).items() if "BP" in pair)
        for rates in others.values()
    ]
    return [share("settings at which no rule is ahead of BP, more than half", behind, MOST, unit="settings")]
