"""The ledger as pictures and tables in HTML: one row a claim, and the same in miniature for the front page.

A row's picture has the range that was asked as a band, the effect as a dot on its interval, and what the second seed
found as a ring below. Every row has its own unit, so that the band has the same place in all. The filter is made of
radio buttons and CSS: it needs no script, and without CSS the table is whole.
"""

import html

from fa_book.claims.verdict import MARKS, OUTCOMES, kind_of
from fa_book.ledger import SEE_ALSO, decisive
from fa_book.tables import as_html

WIDTH, HEIGHT = 160, 26
EDGE = (0.32, 0.68)  # where the ends of a band with two lie, as a share of the width; with one end it is at the middle


def _scale(check: dict):
    """A function from the check's unit to the picture, in pixels."""
    low, high = check["bounds"]
    if low is not None and high is not None and (low, high) != (0.0, 1.0):
        at = lambda value: EDGE[0] + (value - low) / (high - low) * (EDGE[1] - EDGE[0])  # noqa: E731
    else:
        bound = high if low is None else low
        unit = abs(bound - check["zero"]) or max(abs(check["effect"] - bound), 1e-9)
        at = lambda value: 0.5 + (value - bound) / unit * 0.25  # noqa: E731
    return lambda value: min(max(at(value), 0.03), 0.97) * WIDTH


def _mark(check: dict, at, y: float, kind: str) -> str:
    low, high, effect = check["low"], check["high"], check["effect"]
    left = at(low) if low is not None else 0.01 * WIDTH
    right = at(high) if high is not None else 0.99 * WIDTH
    line = f"<line x1='{left:.1f}' x2='{right:.1f}' y1='{y}' y2='{y}'/>" if right - left > 0.1 else ""
    return f"<g class='{kind}'>{line}<circle cx='{at(effect):.1f}' cy='{y}' r='3.2'/></g>"


def picture(check: dict, again: dict | None = None) -> str:
    """One row of the forest plot as an inline SVG.

    Args:
        check: of a record, as `Verdict.record` gives it.
        again: the same check of the second seed, None where there is none.
    """
    at = _scale(check)
    low, high = check["bounds"]
    left = at(low) if low is not None else 0.0
    right = at(high) if high is not None else float(WIDTH)
    words = f"asked: {check['asked']}; found: {check['found']}" + (f"; again: {again['found']}" if again else "")
    marks = _mark(check, at, 9, "fa-first") + (_mark(again, at, 19, "fa-second") if again else "")
    return (
        f"<svg class='fa-forest' viewBox='0 0 {WIDTH} {HEIGHT}' width='{WIDTH}' height='{HEIGHT}' role='img' "
        f"aria-label='{html.escape(words, quote=True)}'>"
        f"<rect class='fa-range' x='{left:.1f}' y='0' width='{right - left:.1f}' height='{HEIGHT}'/>{marks}</svg>"
    )


def _where(section: str) -> str:
    """Section 2.1, or Abstract."""
    return f"Section {section}" if section[0].isdigit() else section.capitalize()


def _links(record: dict, repository: str) -> str:
    """Where a row leads: the figure's chapter, the criterion in code, the runs."""
    links = [
        (f"{record['chapter']}.html#{record['id']}", f"chapter: {_where(record['section'])}"),
        *((f"{name}.html", words) for name, (words, ids) in SEE_ALSO.items() if record["id"] in ids),
        (f"{repository}/blob/main/{record['code']}", "criterion"),
    ]
    runs = f"book/results/{record['rests']}.nc" if record["rests"] else f"book/{record['chapter']}.md"
    links.append((f"{repository}/blob/main/{runs}", "runs"))
    return ", ".join(f"<a href='{address}'>{words}</a>" for address, words in links)


def _cells(record: dict, again: dict | None, repository: str) -> str:
    check = decisive(record)
    at = record["checks"].index(check)
    same = again["checks"][at] if again else None
    rest = "".join(
        f"<li>{MARKS[c['passed']][1]} {as_html(c['asked'])}: <b>{as_html(c['found'])}</b></li>"
        for c in record["checks"]
    )
    said = again["outcome"] if again else "not repeated"
    fragile = " <span class='fa-fragile' title='a margin a fifth wider or narrower gives another verdict'>≈</span>"
    authors = f"<br><small>authors' code: {as_html(record['authors'])}</small>" if record["authors"] else ""
    open_ = record["outcome"] == "undecided" and record["price"]
    price = f"<br><small>to decide it: {as_html(record['price'])}</small>" if open_ else ""
    return (
        f"<th scope='row'>{record['id']}</th>"
        f"<td>{as_html(record['statement'])}<details><summary>how it is judged</summary>"
        f"<p>{as_html(record['criterion'])}</p><ul>{rest}</ul>"
        f"<p>{_links(record, repository)}</p></details></td>"
        f"<td class='fa-outcome'>{record['outcome']}{fragile if record['fragile'] else ''}{price}</td>"
        f"<td>{picture(check, same)}</td>"
        f"<td><small>{as_html(check['asked'])}:</small> <b>{as_html(check['found'])}</b>{authors}</td>"
        f"<td>{said}<br><small>{as_html(same['found']) if same else ''}</small></td>"
    )


def table(records: list[dict], second: dict[str, dict], repository: str, *, caption: str) -> str:
    """Claims as one HTML table with a forest plot.

    Args:
        records: as of `ledger.collect`.
        second: as of `ledger.replicated`.
        repository: address of the repository, where criteria and runs are shown.
        caption: what the table holds.
    """
    heads = ("", "claim", "verdict", "found, in the range asked", "what is asked: what was found", "another seed")
    rows = "".join(
        f"<tr class='{kind_of(record['outcome'])} fa-section-{record['section'].split(',')[0].replace('.', '-')}'>"
        f"{_cells(record, second.get(record['id']), repository)}</tr>"
        for record in records
    )
    head = "".join(f"<th scope='col'>{words}</th>" for words in heads)
    return (
        f"<table class='fa-ledger'><caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def legend() -> str:
    """What the marks of a row's picture mean: an example, and words."""
    check = {"asked": "an example", "found": "", "passed": True, "bounds": [-1.0, 1.0], "zero": 0.0}
    first, again = ({"effect": at, "low": at - 0.5, "high": at + 0.5} for at in (0.2, -0.1))
    parts = (
        (picture(check | first), "band: the range asked; dot: what was found, with its 95 % interval"),
        (picture(check | first, check | again), "ring: what another seed found"),
    )
    drawn = "".join(f"<span>{mark} {words}</span>" for mark, words in parts)
    return f"<p class='fa-legend'>{drawn}<span><b>≈</b> a margin a fifth wider or narrower changes it</span></p>"


def filters(records: list[dict]) -> str:
    """Two rows of radio buttons: by verdict and by section. They come before the tables, in the same output."""
    sections = dict.fromkeys(record["section"].split(",")[0] for record in records)
    groups = {
        "verdict": {"all": "all"} | {kind_of(outcome): outcome for outcome in OUTCOMES},
        "section": {"all": "all"} | {f"section-{name.replace('.', '-')}": _where(name) for name in sections},
    }
    fieldsets = ""
    for group, choices in groups.items():
        buttons = "".join(
            f"<label><input type='radio' name='fa-{group}' value='{value}'{' checked' if value == 'all' else ''}> "
            f"{words}</label>"
            for value, words in choices.items()
        )
        fieldsets += f"<fieldset><legend>{group}</legend>{buttons}</fieldset>"
    hidden = "".join(
        f".fa-claims:has(input[value='{value}']:checked) tbody tr:not(.{'fa-' if value.startswith('section') else ''}"
        f"{value}){{display:none}}"
        for choices in groups.values()
        for value in choices
        if value != "all"
    )
    return f"<style>{hidden}</style><form class='fa-filters'>{fieldsets}</form>"


def page(records: list[dict], second: dict[str, dict], repository: str) -> str:
    """The whole ledger: filters, the paper's claims, and this book's own."""
    paper, ours = ([record for record in records if record["ours"] is own] for own in (False, True))
    return (
        f"<div class='fa-claims'>{filters(records)}{legend()}"
        f"{table(paper, second, repository, caption='What the paper says')}"
        f"{table(ours, second, repository, caption='What this book adds')}</div>"
    )


def miniature(records: list[dict]) -> str:
    """Verdicts as a table of four rows: the outcome and its claims, each leading to the box that judges it.

    Args:
        records: as of `ledger.collect`; those of the paper are counted.
    """
    rows = []
    paper = [record for record in records if not record["ours"]]
    for outcome in OUTCOMES:
        given = [record for record in paper if record["outcome"] == outcome]
        links = ", ".join(
            f'<a href="{record["chapter"]}.html#{record["id"]}" title="{html.escape(record["statement"])}">'
            f"{record['id']}</a>"
            for record in given
        )
        rows.append(
            f'<tr class="{kind_of(outcome)}"><th scope="row" class="fa-outcome">{outcome}</th><td>{len(given)}</td>'
            f"<td>{links or 'none'}</td></tr>"
        )
    heads = "".join(
        f'<th scope="col">{head}</th>' for head in ("verdict", "number", "claims and where they are judged")
    )
    return (
        f'<table class="fa-ledger fa-miniature"><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )
