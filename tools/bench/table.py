"""Lines of the table: what is measured, against what, the ratio, the bar and whether it is met."""

from collections.abc import Iterator
from typing import NamedTuple

COLUMNS = "{:<64}{:>11}  {:<28}{:>11}  {:>7}  {:<12} {}"


class Line(NamedTuple):
    """One comparison."""

    work: str
    ours: float  # seconds
    against: str
    theirs: float  # seconds
    bar: float | None = None  # of the ratio; None where there is none
    at_least: bool = True  # the ratio is theirs / ours, how many times as fast; otherwise ours / theirs, times the cost

    @property
    def ratio(self) -> float:
        return self.theirs / self.ours if self.at_least else self.ours / self.theirs

    @property
    def met(self) -> bool | None:
        if self.bar is None:
            return None
        return self.ratio >= self.bar if self.at_least else self.ratio <= self.bar

    def __str__(self) -> str:
        sign, kind = (">=", "x") if self.at_least else ("<=", "cost")
        bar = "" if self.bar is None else f"{sign} {self.bar:g} {kind}"
        met = {None: "", True: "met", False: "MISSED"}[self.met]
        times = f"{self.ratio:.2f}"
        return COLUMNS.format(self.work, span(self.ours), self.against, span(self.theirs), times, bar, met).rstrip()


def heading() -> str:
    """Names of the columns."""
    return COLUMNS.format("work", "ours", "against", "theirs", "ratio", "bar", "met")


def span(seconds: float) -> str:
    """Seconds in a unit that suits them."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.4g} {unit}"
    return f"{seconds / 1e-6:.4g} us"


def summary(lines: list[Line]) -> Iterator[str]:
    """How many bars are met, and which are not."""
    judged = [line for line in lines if line.met is not None]
    missed = [line for line in judged if not line.met]
    yield f"{len(judged) - len(missed)} of {len(judged)} bars met"
    for line in missed:
        yield f"  missed: {line.work}, against {line.against}: {line.ratio:.2f}, bar {line.bar:g}"
