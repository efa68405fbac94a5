"""Evidence: numbers with exact or 95 % intervals, compared with a range that was fixed beforehand.

The interval inside the range passes, outside fails, and across an edge decides nothing. The margins are said here once.
Each is the smallest difference that would change what a user of the rules does.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import bdtr, betaincinv  # scipy.stats takes half a second to load: not for every chapter

from fa_lib.statistics import Interval, interval, rounded

CLOSE = 0.05  # two correct rates: one more wrong answer in twenty
LOSS = 0.025  # two losses: a tenth of what chance has, 0.25
BITS = 0.05  # of information: what one more wrong answer in twenty costs of one bit, at the least
STUCK = 0.6  # correct rate on two classes below which a run has learned nothing to speak of
WIDER = 0.2  # a verdict that a margin wider or narrower by this share would change is marked


class Check(NamedTuple):
    """One part of a criterion: what was asked, what was found, and whether it holds (None: undecided)."""

    asked: str  #: in words, with the bound
    found: str  #: a number, an interval, a count
    passed: bool | None  #: None where the interval holds an end of what was asked
    effect: float = np.nan  #: the number found
    low: float = np.nan  #: end of its interval, the number itself where it is exact
    high: float = np.nan  #: the other end
    bounds: tuple[float, float] = (-np.inf, np.inf)  #: the range it must lie in
    n: int = 0  #: units: runs, draws, conditions; 0 where the number is exact
    unit: str = "runs"  #: what is counted by `n`
    zero: float = 0.0  #: where margins are measured from
    fragile: bool = False  #: whether a margin wider or narrower by `WIDER` gives another outcome


def _decide(found: Interval, bounds: tuple[float, float]) -> bool | None:
    low, high = bounds
    if low <= found.low and found.high <= high:
        return True
    return False if found.high < low or found.low > high else None


def _check(asked, text, found: Interval, bounds, n, unit, zero) -> Check:
    outcomes = {
        _decide(found, tuple(zero + (bound - zero) * (1 + change) for bound in bounds))
        for change in (-WIDER, 0.0, WIDER)
    }
    return Check(asked, text, _decide(found, bounds), *found, bounds, n, unit, zero, len(outcomes) > 1)


def within(
    asked: str, values, low: float = -np.inf, high: float = np.inf, *, zero: float = 0.0, unit: str = "runs"
) -> Check:
    """Does the mean lie between low and high? Decided by the 95 % interval of `values`, one a unit, (run,).

    Args:
        asked: in words, with the bound.
        values: one a unit.
        low, high: the range.
        zero: where margins are measured from, to see which verdicts a wider one would change.
        unit: what there is one value of.
    """
    found = interval(values)
    return _check(asked, str(found), found, (low, high), len(np.asarray(values)), unit, zero)


def share(asked: str, holds, low: float = 0.0, high: float = 1.0, *, zero: float | None = None, unit: str = "runs"):
    """Does the share of units that do it lie between low and high? By its exact 95 % interval.

    Args:
        asked: in words, with the bound.
        holds: one truth a unit, (run,).
        low, high: the range.
        zero: as in `within`; the nearer of 0 and 1 if None.
        unit: as in `within`.

    Source: Clopper & Pearson 1934.
    """
    holds = np.asarray(holds, dtype=bool)
    found = clopper_pearson(int(holds.sum()), holds.size)
    bound = low if low > 0 else high
    zero = float(bound > 0.5) if zero is None else zero
    text = f"{holds.sum()} of {holds.size} [{found.low:.3f}, {found.high:.3f}]"
    return _check(asked, text, found, (low, high), holds.size, unit, zero)


def clopper_pearson(count: int, n: int) -> Interval:
    """Share and exact 95 % interval of `count` successes in n trials.

    Raises:
        ValueError: for a count outside 0 .. n, or no trials.

    Source: Clopper & Pearson 1934.
    """
    if not 0 <= count <= n or n < 1:
        raise ValueError(f"count must be between 0 and n, n 1 or more, got {count} of {n}")
    low = float(betaincinv(count, n - count + 1, 0.025)) if count else 0.0
    high = float(betaincinv(count + 1, n - count, 0.975)) if count < n else 1.0
    return Interval(count / n, low, high)


def median(
    asked: str, values, low: float = -np.inf, high: float = np.inf, *, zero: float = 0.0, unit: str = "runs"
) -> Check:
    """As `within` for the median, where tails are heavy: order statistics give its interval, whatever the distribution.

    With fewer than six values no interval of 95 % exists, and it has no ends.
    """
    values = np.sort(np.asarray(values, dtype=float))
    n = len(values)
    below = bdtr(np.arange(n + 1), n, 0.5)  # P(at most so many values below the median)
    rank = int(np.searchsorted(below, 0.025))  # P(fewer than `rank`) <= 2.5 %
    ends = (values[rank - 1], values[n - rank]) if rank >= 1 else (-np.inf, np.inf)
    found = Interval(float(np.median(values)), *map(float, ends))
    return _check(asked, f"median {found}", found, (low, high), n, unit, zero)


def exact(asked: str, value: float, low: float = -np.inf, high: float = np.inf, *, zero: float = 0.0, text: str = ""):
    """Does a number that has no spread lie between low and high?"""
    found = Interval(float(value), float(value), float(value))
    return _check(asked, text or rounded(float(value)), found, (low, high), 0, "exact", zero)


def decisive(checks: Sequence[Check]) -> int:
    """Which check decides: one that fails, else one that is undecided; of several alike the nearest to its bound.

    Args:
        checks: of one claim, or many alike.

    Returns:
        Its place. The first of those that are equally near; an end without a bound, or at infinity, is near to nothing.
    """

    def place(number: int) -> tuple[int, float]:
        check = checks[number]
        (low, high), ends = check.bounds, []
        ends += [check.low - low] if np.isfinite([check.low, low]).all() else []
        ends += [high - check.high] if np.isfinite([check.high, high]).all() else []
        return {False: 0, None: 1, True: 2}[check.passed], min(ends, default=np.inf)

    return min(range(len(checks)), key=place)


def worst(asked: str, checks: Sequence[Check]) -> Check:
    """The check that decides of many alike, see `decisive`."""
    return checks[decisive(checks)]._replace(asked=asked)


def best(asked: str, checks: Sequence[Check]) -> Check:
    """The check that decides where one of many is enough: one that passes, else one that is undecided, else any."""
    rank = {True: 0, None: 1, False: 2}
    return min(checks, key=lambda check: rank[check.passed])._replace(asked=asked)


def bounded(
    asked: str,
    found: Interval,
    low: float = -np.inf,
    high: float = np.inf,
    *,
    n: int,
    zero: float = 0.0,
    unit: str = "runs",
):
    """Does a number with an interval of its own, such as a bootstrap's, lie between low and high?

    Args:
        asked, low, high, zero, unit: as in `within`.
        found: the number and its 95 % interval.
        n: how many units.
    """
    return _check(asked, str(found), Interval(*map(float, found)), (low, high), n, unit, zero)


def last(variable):
    """Values at the last epoch or step, (run,)."""
    return variable.isel({dim: -1 for dim in ("epoch", "step") if dim in variable.dims}).values


def first(variable):
    """Values at the first epoch or step, (run,)."""
    return variable.isel({dim: 0 for dim in ("epoch", "step") if dim in variable.dims}).values


def change(variable):
    """Last value less the first, (run,)."""
    return last(variable) - first(variable)


def comparable(name: str, data, reference, variable: str = "accuracy", *, other: str = "BP", learned=None) -> Check:
    """Is the final value within `CLOSE` of the reference's, paired by run?

    Args:
        name, other: of the two rules.
        data, reference: their Datasets.
        variable: what is compared.
        learned: which runs count, (run,); all if None.
    """
    difference = last(data[variable]) - last(reference[variable])
    words = f"{name} minus {other}, final {variable.replace('_', ' ')}, within ±{CLOSE}"
    if learned is None:
        return within(words, difference, -CLOSE, CLOSE)
    return within(f"{words}, of the runs that learned", difference[learned], -CLOSE, CLOSE)
