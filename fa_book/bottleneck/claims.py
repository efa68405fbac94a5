"""What a channel must carry: the discussion's condition on p, m and the rank of B, and its channel that learns.

The criteria were written down before the runs they are judged on.
"""

from fa_book.claims.evidence import CLOSE, last, within
from fa_book.claims.verdict import claim


def _less(rules, one: str, other: str):
    """Final test score of one rule minus that of another, paired by run."""
    return last(rules[one].test_accuracy) - last(rules[other].test_accuracy)


def _close(words: str, values):
    return within(f"{words}, within ±{CLOSE}", values, -CLOSE, CLOSE)


@claim(
    "C21",
    "2.3, 3",
    "A channel works as long as it preserves the target's information (p <= m and B of full rank).",
    "Final test score, paired by run. With p <= m and B of full rank: within 0.05 of BP's, on MNIST (m = 10 and 20) "
    "and on a target of sixteen uncorrelated numbers (m = 16). With all information kept although B has rank 1 or "
    "p > m, for every class of MNIST still has a message of its own: rank 1 at most 0.05 below full rank (m = 20), "
    "m = 4 at most 0.05 below BP's with as many units. With information lost, rank 4 of 16: more than 0.05 below full "
    "rank.",
)
def C21(digits, numbers):
    """Rules to Datasets by number of units, with "BP", "FA", and where a rank is asked for, "FA, rank 1" or 4.

    Args:
        digits: 4, 10 and 20 to rules.
        numbers: 16 to rules.
    """
    checks = [_close(f"MNIST, m = {m}: full rank minus BP", _less(digits[m], "FA", "BP")) for m in (10, 20)]
    lost = _less(numbers[16], "FA, rank 4", "FA")
    return [
        *checks,
        _close("sixteen numbers, m = 16: full rank minus BP", _less(numbers[16], "FA", "BP")),
        within(
            f"MNIST, m = 20: rank 1 minus full rank at least -{CLOSE}", _less(digits[20], "FA, rank 1", "FA"), -CLOSE
        ),
        within(f"MNIST, m = 4: full rank minus BP at least -{CLOSE}", _less(digits[4], "FA", "BP"), -CLOSE),
        within(f"sixteen numbers, m = 16: rank 4 minus full rank below -{CLOSE}", lost, high=-CLOSE),
    ]


@claim(
    "C29",
    "3",
    "A feedback channel that learns to preserve the target's information serves better than a random one.",
    "Final test score, an autoencoder's code against a random B of the same shape, paired by run: above 0 where the "
    "target does not fit through, on MNIST (m = 2 and 4) and on sixteen numbers of falling variance (m = 2 and 4); "
    "at most 0.05 behind where it fits (MNIST, m = 20; sixteen numbers, m = 16).",
)
def C29(digits, numbers):
    """Rules to Datasets by number of units, 2, 4 and 20 on MNIST, 2, 4 and 16 on numbers: "FA" and "autoencoder"."""
    checks = []
    for words, by_units in (("MNIST", digits), ("sixteen numbers", numbers)):
        for m in (2, 4):
            gain = _less(by_units[m], "autoencoder", "FA")
            checks.append(within(f"{words}, m = {m}: learned minus random, above 0", gain, 0))
        wide = max(by_units)
        gain = _less(by_units[wide], "autoencoder", "FA")
        checks.append(within(f"{words}, m = {wide}: learned minus random, at least -{CLOSE}", gain, -CLOSE))
    return checks
