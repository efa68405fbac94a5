"""A result as a table: typeset on a page, and as text of the same digits where a check compares or no page is.

One meaning of ± in the whole book: mean ± standard deviation over runs. An interval is written [low, high].
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from IPython.display import display

# a number, a share, an interval or a mean with its spread; also the sign for "none here"
NUMBER = re.compile(r"[-+\u2212]?\d[\d.,e+\-\u2212]*( ?%)?( (\(.*\)|\[.*\]|\u00b1 .*|of \d+.*))?|\[.*\]|-|")


@dataclass(frozen=True)
class Table:
    """Cells with a caption. In a notebook it shows itself typeset; as text it has the same words and digits.

    Args:
        heads: of the columns.
        rows: each as long as `heads`; the first cell names the row. Rows of one name in a row share its cell.
        caption: what the table is about, with the unit.
        note: what holds for every cell, such as what ± means.

    Raises:
        ValueError: if a row is not as long as the heads.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[object]]
    caption: str
    note: str = ""

    def __post_init__(self):
        for row in self.rows:
            if len(row) != len(self.heads):
                raise ValueError(f"row {list(row)} has {len(row)} cells, the table {len(self.heads)} heads")

    @property
    def cells(self) -> list[list[str]]:
        """The rows as text."""
        return [[str(cell) for cell in row] for row in self.rows]

    @property
    def numeric(self) -> list[bool]:
        """For each column, whether it holds numbers only and so stands to the right."""
        columns = list(zip(*self.cells, strict=True)) or [()] * len(self.heads)
        return [any(column) and all(NUMBER.fullmatch(cell) for cell in column) for column in columns]

    def __str__(self) -> str:
        lines = [list(self.heads), *self.cells]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        written = [
            "  ".join(
                f"{cell:>{width}}" if right and place else f"{cell:{width}}"
                for place, (cell, width, right) in enumerate(zip(line, widths, self.numeric, strict=True))
            ).rstrip()
            for line in lines
        ]
        return "\n".join([self.caption, *written, *filter(None, [self.note])])

    def html(self) -> str:
        """The table for a page: class `fa-table` of book/assets/book.css."""
        kinds = [" class='number'" if right else "" for right in self.numeric]
        heads = "".join(
            f"<th scope='col'{kind}>{as_html(head)}</th>" for head, kind in zip(self.heads, kinds, strict=True)
        )
        note = f" <small>{as_html(self.note)}</small>" if self.note else ""
        return (
            f"<table class='fa-table'><caption><span>{as_html(self.caption)}{note}</span></caption>"
            f"<thead><tr>{heads}</tr></thead><tbody>{''.join(self._lines(kinds))}</tbody></table>"
        )

    def _lines(self, kinds: Sequence[str]) -> Iterator[str]:
        """The rows as HTML; neighbours of one name have one cell for it."""
        for name, together in groupby(self.cells, key=lambda row: row[0]):
            rows = list(together)
            span = f" rowspan='{len(rows)}'" if len(rows) > 1 else ""
            for number, (_, *rest) in enumerate(rows):
                first = "" if number else f"<th scope='row{'group' if span else ''}'{span}>{as_html(name)}</th>"
                cells = "".join(f"<td{kind}>{as_html(cell)}</td>" for cell, kind in zip(rest, kinds[1:], strict=True))
                yield f"<tr>{first}{cells}</tr>"

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/plain": str(self), "text/html": self.html()}


def show(heads: Sequence[str], rows: Sequence[Sequence[object]], caption: str, note: str = "") -> None:
    """Display a `Table`; arguments as there."""
    display(Table(heads, list(rows), caption, note))


def over(counts: Sequence[int], *, more: str = "") -> str:
    """The note that says what ± is, for results of so many runs.

    Args:
        counts: runs of each result.
        more: what else holds for every cell.
    """
    few, many = min(counts), max(counts)
    runs = f"{many} run{'s' * (many != 1)}" if few == many else f"{few} to {many} runs"
    return f"Mean ± standard deviation over {runs}{f'; {more}' if more else ''}."


def spread(values, digits: int = 2, *, sign: str = "-") -> str:
    """Mean ± standard deviation of values, rounded."""
    values = np.asarray(values)
    return f"{tidy(values.mean(), digits, sign)} ± {tidy(values.std(), digits)}"


def tidy(value: float, digits: int = 2, sign: str = "-") -> str:
    """The rounded number, without the sign of a rounded zero; `sign="+"` shows plus signs too."""
    text = f"{value:{sign}.{digits}f}"
    return text.lstrip("+-") if float(text) == 0 else text


def verdicts(found: Mapping[str, object], caption: str) -> None:
    """Display verdicts that are not the ledger's: what else the evidence could be, and what would come out then.

    Args:
        found: `fa_book.claims.verdict.Verdict` by the words that say what is judged.
        caption: of the table.
    """
    rows = [
        [name, verdict.claim.id, verdict.outcome, check.asked, check.found]
        for name, verdict in found.items()
        for check in verdict.checks
    ]
    show(["evidence", "claim", "verdict", "asked", "found"], rows, caption)


def as_html(words: str) -> str:
    """Words as HTML: W_O with its index below the line, minus signs, ≤ and ≥ as such."""
    words = re.sub(r"(?<![\w.])-(?=\d)", "&minus;", html.escape(words.replace("<=", "≤").replace(">=", "≥")))
    return re.sub(r"\b([A-Z])_([A-Z])\b", r"\1<sub>\2</sub>", words)


def plain(text: str) -> str:
    """A table's HTML as the words and digits that a reader sees; for checks."""
    return html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u2212", "-")
