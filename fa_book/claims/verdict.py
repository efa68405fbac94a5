"""From evidence to verdict: a claim, its checks, and the box a chapter shows.

A claim is turned into a few checks. The verdict is counted from them.
"""

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fa_book.claims.evidence import Check

MIME = "application/vnd.fa.claim+json"
MARKS = {True: ("yes", "✓"), False: ("no", "✗"), None: ("undecided", "?")}
OUTCOMES = ("reproduced", "partly", "not reproduced", "artefact")


@dataclass(frozen=True)
class Claim:
    """A claim of the paper, with its criterion.

    Args:
        id: C1, C2, ...
        section: of the paper.
        statement: the claim, in our words.
        criterion: what must be seen, in words; `checks` is the same in code.
        checks: function of the evidence, giving a list of `Check`.
        authors: what the authors' code gives where that was run, else empty.
        artefact: index of the check that, failing, shows that the effect is the measure's own (None: there is none).
    """

    id: str
    section: str
    statement: str
    criterion: str
    checks: Callable[..., list[Check]]
    authors: str = ""
    artefact: int | None = None

    def judge(self, *evidence) -> "Verdict":
        """The verdict on the given evidence; what a claim needs stands in the docstring of its function.

        All checks passed: reproduced; none: not reproduced; else partly. If the check named by `artefact` fails, the
        claim may look right and still says nothing: artefact.
        """
        checks = self.checks(*evidence)
        passed = [check.passed is True for check in checks]
        outcome = "reproduced" if all(passed) else "partly" if any(passed) else "not reproduced"
        if self.artefact is not None and checks[self.artefact].passed is False:
            outcome = "artefact"
        return Verdict(self, outcome, checks)


def claim(id: str, section: str, statement: str, criterion: str, authors: str = "", *, artefact: int | None = None):
    """Decorator that makes a function of the evidence into a `Claim`; arguments as there."""
    return lambda checks: Claim(id, section, statement, criterion, checks, authors, artefact)


@dataclass(frozen=True)
class Verdict:
    """What the evidence says of a claim. In a notebook it shows itself as a box; `collect` finds it there again."""

    claim: Claim
    outcome: str
    checks: Sequence[Check]

    def record(self) -> dict:
        """Plain data: id, section, statement, criterion, authors, outcome and checks."""
        fields = ("id", "section", "statement", "criterion", "authors")
        found = [{"asked": c.asked, "found": c.found, "passed": c.passed} for c in self.checks]
        return {name: getattr(self.claim, name) for name in fields} | {"outcome": self.outcome, "checks": found}

    def brief(self) -> str:
        """The outcome and each check's mark, without numbers: what stays if a last digit does not."""
        return f"{self.claim.id} {self.outcome}: {', '.join(MARKS[check.passed][0] for check in self.checks)}"

    def __str__(self) -> str:
        lines = [f"{MARKS[c.passed][0]:>9}  {c.asked}: {c.found}" for c in self.checks]
        return "\n".join([f"{self.claim.id} {self.outcome}", *lines])

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/plain": str(self), "text/html": box(self.record()), MIME: self.record()}


def as_html(words: str) -> str:
    """Words as HTML: W_O with its index below the line, minus signs and ≤ as such."""
    words = re.sub(r"(?<![\w.])-(?=\d)", "&minus;", html.escape(words.replace("<=", "≤")))
    return re.sub(r"\b([A-Z])_([A-Z])\b", r"\1<sub>\2</sub>", words)


def box(record: dict) -> str:
    """A verdict's record as the HTML box of the chapters and the ledger."""
    rows = "".join(
        f"<li><span role='img' aria-label='{MARKS[c['passed']][0]}'>{MARKS[c['passed']][1]}</span> "
        f"{as_html(c['asked'])}: <strong>{as_html(c['found'])}</strong></li>"
        for c in record["checks"]
    )
    kind = record["outcome"].split()[0]
    return (
        f"<div class='fa-verdict {kind}'><p><strong>{record['id']}</strong> {as_html(record['statement'])} "
        f"<em class='fa-outcome'>{record['outcome']}</em></p><ul>{rows}</ul></div>"
    )
