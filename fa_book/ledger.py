"""The ledger: every claim of the paper and of this book, and the table of what was found.

This file knows all rooms; no room knows it.
"""

import html
import json
from pathlib import Path

from fa_book.alignment.claims import C1, C2, C3, C4
from fa_book.bottleneck.claims import C21, C29
from fa_book.channels.claims import C12, C13
from fa_book.claims.verdict import MARKS, MIME, OUTCOMES, as_html
from fa_book.classification.claims import C14, C15, C16, C17, C18
from fa_book.decide.claims import C30
from fa_book.delays.claims import C24
from fa_book.depth.claims import C22
from fa_book.drift.claims import C23
from fa_book.embedding.claims import C6, C7, C8
from fa_book.encoder_decoder.claims import C9, C10
from fa_book.gamma.claims import C11
from fa_book.information.claims import C25
from fa_book.introduction.claims import C5
from fa_book.one_law.claims import C31
from fa_book.predictive_coding.claims import C27
from fa_book.random_layers.claims import C26
from fa_book.regression.claims import C19, C20
from fa_book.sensitivity.claims import C28

ALL = (
    *(C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13, C14, C15, C16, C17, C18, C19, C20),
    *(C21, C22, C23, C24, C25, C26),  # the discussion's
    *(C27, C28, C29, C30, C31),  # what the paper implies or names without a claim of its own
)

SEE_ALSO = {  # chapters beyond the paper that bear on a claim judged elsewhere, and how a link to them reads
    "exact": ("exact solution", ("C6", "C7", "C8", "C12")),
    "information": ("what the estimator sees", ("C5", "C13", "C16", "C18")),
}


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


def table(records: list[dict]) -> str:
    """All verdicts as one HTML table: claim, chapter and criterion, verdict, findings, authors' code where known."""
    rows = []
    for record in records:
        found = "<br>".join(f"{MARKS[c['passed']][1]} {as_html(c['found'])}" for c in record["checks"])
        chapter = f"<a href='{record['chapter']}.html'>{_where(record['section'])}</a>"
        others = {name: words for name, (words, ids) in SEE_ALSO.items() if record["id"] in ids}
        chapter += "".join(f", <a href='{name}.html'>{words}</a>" for name, words in others.items())
        rows.append(
            f"<tr class='{record['outcome'].split()[0]}'><th scope='row'>{record['id']}</th>"
            f"<td>{as_html(record['statement'])} {chapter}"
            f"<br><small>{as_html(record['criterion'])}</small></td>"
            f"<td class='fa-outcome'>{record['outcome']}</td><td>{found}</td>"
            f"<td>{as_html(record['authors']) or 'not run'}</td></tr>"
        )
    heads = "".join(
        f"<th scope='col'>{head}</th>"
        for head in ("", "the paper's claim, our criterion", "verdict", "ours, 95 % interval", "authors' code")
    )
    return f"<table class='fa-ledger'><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def miniature(records: list[dict]) -> str:
    """Verdicts as a table of four rows: the outcome and its claims, each leading to the chapter that judges it.

    Args:
        records: as of `collect`.
    """
    rows = []
    for outcome in OUTCOMES:
        given = [record for record in records if record["outcome"] == outcome]
        links = ", ".join(
            f'<a href="{record["chapter"]}.html" title="{html.escape(record["statement"])}">{record["id"]}</a>'
            for record in given
        )
        kind = outcome.split()[0]
        rows.append(
            f'<tr class="{kind}"><th scope="row" class="fa-outcome">{outcome}</th><td>{len(given)}</td>'
            f"<td>{links or 'none'}</td></tr>"
        )
    heads = "".join(
        f'<th scope="col">{head}</th>' for head in ("verdict", "number", "claims and where they are judged")
    )
    return (
        f'<table class="fa-ledger fa-miniature"><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )
