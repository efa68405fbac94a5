"""Evidence: intervals over runs, and checks with three outcomes.

A check on a number compares its 95 % interval over runs with a range: inside passes, outside fails, and an interval
that straddles an edge decides nothing.
"""

from typing import NamedTuple

import numpy as np
from scipy import stats

CLOSE = 0.05  # two correct rates this near count as comparable
SMALL = 0.03  # two losses this near count as similar; chance is 0.25


class Interval(NamedTuple):
    """Mean and 95 % confidence interval over runs (Student's t)."""

    mean: float  #: over runs
    low: float  #: the interval's lower end
    high: float  #: its upper end

    def __str__(self) -> str:
        """With as many digits after the point as give the half width three, and at most three: the rest is noise."""
        half = (self.high - self.low) / 2
        if not 0 < half < np.inf:
            return "{} [{}, {}]".format(*map(rounded, self))
        digits = int(np.clip(2 - np.floor(np.log10(half)), 0, 3))
        texts = [f"{value:.{digits}f}" for value in self]
        mean, low, high = (text.lstrip("-") if float(text) == 0 else text for text in texts)
        return f"{mean} [{low}, {high}]"


def rounded(value: float) -> str:
    """Three digits, none finer than a thousandth: what is below that differs from machine to machine."""
    text = f"{value:.3f}" if abs(value) < 0.1 else f"{value:.3g}"
    return text.lstrip("-") if float(text) == 0 else text


def interval(values) -> Interval:
    """Mean and 95 % interval of one value a run, (run,); a single run has no width and so an infinite interval.

    Raises:
        ValueError: for no runs or values that are not finite.
    """
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise ValueError(f"one finite value a run is needed, got shape {values.shape}: {values}")
    mean, n = values.mean(), len(values)
    if n == 1:
        return Interval(mean, -np.inf, np.inf)
    half = stats.t.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n)
    return Interval(mean, mean - half, mean + half)


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
