"""Intervals over runs, as the tables and checks quote them."""

from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit


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
    half = stdtrit(n - 1, 0.975) * values.std(ddof=1) / np.sqrt(n)
    return Interval(mean, mean - half, mean + half)
