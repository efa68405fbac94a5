"""From evidence to verdict: a claim, its checks, and the box a chapter shows.

A claim is turned into a few checks. The verdict is counted from them.
"""

import html
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fa_lib.claims.evidence import Check

MIME = "application/vnd.fa.claim+json"
MARKS = {True: ("yes", "✓"), False: ("no", "✗"), None: ("undecided", "?")}
SEE_ALSO = {  # chapters beyond the paper that bear on a claim judged elsewhere, and how a link to them reads
    "exact": ("exact solution", ("C6", "C7", "C8", "C12")),
    "information": ("what the estimator sees", ("C5", "C13", "C16", "C18")),
}
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


def _html(words: str) -> str:
    """Words as HTML: W_O with its index below the line, minus signs and ≤ as such."""
    words = re.sub(r"(?<![\w.])-(?=\d)", "&minus;", html.escape(words.replace("<=", "≤")))
    return re.sub(r"\b([A-Z])_([A-Z])\b", r"\1<sub>\2</sub>", words)


def box(record: dict) -> str:
    """A verdict's record as the HTML box of the chapters and the ledger."""
    rows = "".join(
        f"<li><span role='img' aria-label='{MARKS[c['passed']][0]}'>{MARKS[c['passed']][1]}</span> "
        f"{_html(c['asked'])}: <strong>{_html(c['found'])}</strong></li>"
        for c in record["checks"]
    )
    kind = record["outcome"].split()[0]
    return (
        f"<div class='fa-verdict {kind}'><p><strong>{record['id']}</strong> {_html(record['statement'])} "
        f"<em class='fa-outcome'>{record['outcome']}</em></p><ul>{rows}</ul></div>"
    )


def collect(folder: str | Path) -> list[dict]:
    """All verdicts shown in a folder's executed notebooks, ordered by claim, each with its chapter's name.

    Args:
        folder: of the .ipynb files.

    Returns:
        Records as of `Verdict.record`, with "chapter" added; several chapters may judge one claim.

    Raises:
        ValueError: if the folder holds no verdict.
    """
    found = []
    for path in sorted(Path(folder).glob("*.ipynb")):
        for cell in json.loads(path.read_text())["cells"]:
            bundles = [output.get("data", {}) for output in cell.get("outputs", [])]
            found += [bundle[MIME] | {"chapter": path.stem} for bundle in bundles if MIME in bundle]
    if not found:
        raise ValueError(f"no verdict in the notebooks of {folder}: execute the chapters first (make book)")
    return sorted(found, key=lambda record: (int(record["id"][1:]), record["chapter"]))


def _where(section: str) -> str:
    """Section 2.1, or Abstract."""
    return f"Section {section}" if section[0].isdigit() else section.capitalize()


def ledger(records: list[dict]) -> str:
    """All verdicts as one HTML table: claim, chapter and criterion, verdict, findings, authors' code where known."""
    rows = []
    for record in records:
        found = "<br>".join(f"{MARKS[c['passed']][1]} {_html(c['found'])}" for c in record["checks"])
        chapter = f"<a href='{record['chapter']}.html'>{_where(record['section'])}</a>"
        others = {name: words for name, (words, ids) in SEE_ALSO.items() if record["id"] in ids}
        chapter += "".join(f", <a href='{name}.html'>{words}</a>" for name, words in others.items())
        rows.append(
            f"<tr class='{record['outcome'].split()[0]}'><th scope='row'>{record['id']}</th>"
            f"<td>{_html(record['statement'])} {chapter}"
            f"<br><small>{_html(record['criterion'])}</small></td>"
            f"<td class='fa-outcome'>{record['outcome']}</td><td>{found}</td>"
            f"<td>{_html(record['authors']) or 'not run'}</td></tr>"
        )
    heads = "".join(
        f"<th scope='col'>{head}</th>"
        for head in ("", "the paper's claim, our criterion", "verdict", "ours, 95 % interval", "authors' code")
    )
    return f"<table class='fa-ledger'><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
