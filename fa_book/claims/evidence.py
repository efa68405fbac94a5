"""Evidence: intervals over runs, and checks with three outcomes.

A check on a number compares its 95 % interval over runs with a range: inside passes, outside fails, and an interval
that straddles an edge decides nothing.
"""

from typing import NamedTuple

import numpy as np

from fa_lib.statistics import interval

CLOSE = 0.05  # two correct rates this near count as comparable
BITS = 0.05  # bits to which information counts as the same
SMALL = 0.03  # two losses this near count as similar; chance is 0.25


class Check(NamedTuple):
    """One part of a criterion: what was asked, what was found, and whether it holds (None: undecided)."""

    asked: str  #: in words, with the bound
    found: str  #: a number, an interval, a count
    passed: bool | None  #: None where the interval holds an end of what was asked


def within(asked: str, values, low: float = -np.inf, high: float = np.inf) -> Check:
    """Does the mean over runs lie between low and high? Decided by the 95 % interval of `values`, (run,)."""
    found = interval(values)
    inside, outside = low <= found.low and found.high <= high, found.high < low or found.low > high
    return Check(asked, str(found), True if inside else False if outside else None)


def share(asked: str, holds, *, at_least: float) -> Check:
    """Do at least this share of the runs do it? `holds` is one truth a run."""
    holds = np.asarray(holds, dtype=bool)
    return Check(asked, f"{holds.sum()} of {holds.size}", bool(holds.mean() >= at_least))


def last(variable):
    """Values at the last epoch or step, (run,)."""
    return variable.isel({dim: -1 for dim in ("epoch", "step") if dim in variable.dims}).values


def first(variable):
    """Values at the first epoch or step, (run,)."""
    return variable.isel({dim: 0 for dim in ("epoch", "step") if dim in variable.dims}).values


def comparable(name: str, data, reference, variable: str = "accuracy") -> Check:
    """Is the final value within `CLOSE` of the reference's, paired by run?"""
    difference = last(data[variable]) - last(reference[variable])
    return within(f"{name} minus BP, final {variable.replace('_', ' ')}, within ±{CLOSE}", difference, -CLOSE, CLOSE)
