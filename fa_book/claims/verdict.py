"""From evidence to verdict: a claim, its checks, and the box a chapter shows.

A claim is turned into a few checks. The verdict is counted from them.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fa_book.claims.evidence import Check
from fa_book.tables import as_html

MIME = "application/vnd.fa.claim+json"
MARKS = {True: ("yes", "✓"), False: ("no", "✗"), None: ("undecided", "?")}
OUTCOMES = ("holds", "does not hold", "artefact", "undecided")


@dataclass(frozen=True)
class Claim:
    """One proposition, with its criterion.

    Args:
        id: C1a, C1b, C2, ...; the number is that of the paper's sentence, the letter that of the proposition in it.
        section: of the paper.
        statement: the claim, in our words.
        criterion: what must be seen, in words; `checks` is the same in code.
        checks: function of the evidence, giving a list of `Check`.
        shown: what the paper shows it by, such as "Fig. 1, means of 10 runs"; empty where it shows nothing.
        authors: what the authors' code gives where that was run, else empty.
        artefact: index of the check that, failing, shows that the effect is the measure's own (None: there is none).
        ours: True for what this book adds and the paper does not say.
        price: what it would cost to decide, where it may stay undecided.
        rests: name of the published sweep it is judged on, such as "ibtask"; empty where the chapter makes its runs.
    """

    id: str
    section: str
    statement: str
    criterion: str
    checks: Callable[..., list[Check]]
    shown: str = ""
    authors: str = ""
    artefact: int | None = None
    ours: bool = False
    price: str = ""
    rests: str = ""

    @property
    def code(self) -> str:
        """File and line of the criterion in code, from the root of the repository."""
        made = self.checks.__code__
        return f"{self.checks.__module__.replace('.', '/')}.py#L{made.co_firstlineno}"

    def words(self) -> dict:
        """All that is said of the claim, whatever the evidence, as plain data."""
        fields = ("id", "section", "statement", "criterion", "shown", "authors", "artefact", "ours", "price", "rests")
        return {name: getattr(self, name) for name in fields} | {"code": self.code}

    def judge(self, *evidence) -> "Verdict":
        """The verdict on the given evidence; what a claim needs stands in the docstring of its function.

        A check that fails: does not hold. Else one that is undecided: undecided. Else: holds. If the check named by
        `artefact` fails, the paper's measure would have shown the same with nothing to find: artefact.
        """
        checks = self.checks(*evidence)
        passed = [check.passed for check in checks]
        outcome = "does not hold" if False in passed else "undecided" if None in passed else "holds"
        if self.artefact is not None and passed[self.artefact] is False:
            outcome = "artefact"
        return Verdict(self, outcome, checks)


def claim(id: str, section: str, statement: str, criterion: str, **more):
    """Decorator that makes a function of the evidence into a `Claim`; arguments as there."""
    return lambda checks: Claim(id, section, statement, criterion, checks, **more)


@dataclass(frozen=True)
class Verdict:
    """What the evidence says of a claim. In a notebook it shows itself as a box; `collect` finds it there again."""

    claim: Claim
    outcome: str
    checks: Sequence[Check]

    @property
    def fragile(self) -> bool:
        """Whether another margin, wider or narrower by a fifth, would give another outcome."""
        return any(check.fragile for check in self.checks)

    def record(self) -> dict:
        """Plain data: the claim's words, the outcome, and the checks with their numbers; infinite ends are None."""
        found = [{name: _plain(value) for name, value in check._asdict().items()} for check in self.checks]
        words = {name: said for name, said in self.claim.words().items() if name != "code"}  # a line that others move
        return words | {"outcome": self.outcome, "fragile": self.fragile, "checks": found}

    def brief(self) -> str:
        """The outcome and each check's mark, without numbers: what stays if a last digit does not."""
        return f"{self.claim.id} {self.outcome}: {', '.join(MARKS[check.passed][0] for check in self.checks)}"

    def __str__(self) -> str:
        lines = [f"{MARKS[c.passed][0]:>9}  {c.asked}: {c.found}" for c in self.checks]
        return "\n".join([f"{self.claim.id} {self.outcome}", *lines])

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/plain": str(self), "text/html": box(self.record()), MIME: self.record()}


def read(check: dict) -> Check:
    """A check of a record, as it was before `Verdict.record` made it plain: None stands for an infinite end."""
    low, high = check["bounds"]
    ends = {"low": _or(check["low"], -math.inf), "high": _or(check["high"], math.inf)}
    ends["bounds"] = (_or(low, -math.inf), _or(high, math.inf))
    return Check(**check | ends | {"effect": _or(check["effect"], math.nan)})


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def _plain(value):
    """As JSON takes it: no infinities, six digits of a number, which is more than a table shows."""
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return value


def kind_of(outcome: str) -> str:
    """The outcome as the name of a CSS class."""
    return outcome.replace(" ", "-")


def box(record: dict) -> str:
    """A verdict's record as the HTML box of the chapters and the ledger."""
    rows = "".join(
        f"<li><span role='img' aria-label='{MARKS[c['passed']][0]}'>{MARKS[c['passed']][1]}</span> "
        f"{as_html(c['asked'])}: <strong>{as_html(c['found'])}</strong></li>"
        for c in record["checks"]
    )
    kind = kind_of(record["outcome"])
    return (
        f"<div class='fa-verdict {kind}' id='{record['id']}'><p><strong>{record['id']}</strong> "
        f"{as_html(record['statement'])} "
        f"<em class='fa-outcome'>{record['outcome']}</em></p><ul>{rows}</ul></div>"
    )
