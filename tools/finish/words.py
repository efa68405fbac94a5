"""Lines of text: what belongs together stays together, and a column of prose in a table gets room."""

import re

from bs4 import BeautifulSoup, NavigableString, Tag

from tools.finish.walk import by_name, has_class

NUMBER = re.compile(r"(?<!\d)\d{1,3}(?: \d{3})+(?!\d)")  # 60 000
INTERVAL = re.compile(r"\[[\u2212-]?\d[\d.]*, [\u2212-]?\d[\d.]*\]")  # [0.87, 0.89]
BEFORE = re.compile(r"[(\[\u201c\u2018]+$")
AFTER = re.compile(r"^(?:[.,;:!?)\]\u201d]+|[\x27\u2019]s\b|[-\u2013])")
AS_TYPED = ["pre", "code", "script", "style", "svg", "fa-widget"]
PROSE = 30  # characters: a cell with more may be narrowed, and then reads badly


def arrange(page: BeautifulSoup) -> None:
    """Mend the lines of a page's article."""
    article = page.select_one("article")
    if article is None:
        return
    for kind in (NUMBER, INTERVAL):
        for text in article.find_all(string=kind):
            if not text.find_parent(AS_TYPED):
                text.replace_with(NavigableString(kind.sub(lambda found: found[0].replace(" ", "\u00a0"), text)))
    found = by_name(article)
    for formula in found["span"]:
        if has_class(formula, "math"):
            _hold(page, formula)
    for cell in [*found["td"], *found["th"]]:
        tables = cell.find_parents("table")
        prose = any(not has_class(table, "fa-ledger") and not has_class(table, "indextable") for table in tables)
        if prose and len(cell.get_text(" ", strip=True)) > PROSE:
            cell["class"] = [*cell.get("class", []), "prose"]


def _hold(page: BeautifulSoup, formula: Tag) -> None:
    """Keep a formula in its line with the bracket before it and the punctuation after it."""
    before, after = formula.previous_sibling, formula.next_sibling
    opens = BEFORE.search(before) if isinstance(before, NavigableString) else None
    closes = AFTER.match(after) if isinstance(after, NavigableString) else None
    if not opens and not closes:
        return
    held = page.new_tag("span", attrs={"class": "together"})
    formula.wrap(held)
    if opens:
        before.replace_with(before[: opens.start()])
        held.insert(0, opens[0])
    if closes:
        after.replace_with(after[closes.end() :])
        held.append(closes[0])
