"""The minutes that the first chapter promises are those of the chapters as they are."""

import pytest
from nbformat import v4

from tools.book import ROOT, Book
from tools.minutes import STEP, chapters, estimate, rounded, written

PAGE = (ROOT / "book/before-you-start.md").read_text(encoding="utf-8")


def test_prose_open_code_and_figures_count():
    words, lines = "word " * 1000, "x = 1\n\n" * 30
    cells = [v4.new_markdown_cell(words), v4.new_code_cell(lines)]
    assert estimate(v4.new_notebook(cells=cells)) == pytest.approx(5 + 2)
    cells[1].metadata["tags"] = ["hide-input"]
    cells.append(v4.new_markdown_cell("```{glue:figure} a\n```"))
    assert estimate(v4.new_notebook(cells=cells)) == pytest.approx(5 + 1, abs=0.02)
    assert [rounded(minutes) for minutes in (0.1, 7, 8, 31)] == [5, 5, 10, 30]


def test_the_table_has_every_chapter_with_minutes_that_hold():
    """python -m tools.minutes prints what belongs there; one step more or less is no fault."""
    promised = written(PAGE)
    found = chapters(Book())
    shown = {label: minutes for label, minutes in found.items() if label in promised}
    assert len(promised) >= 20
    assert promised.keys() == shown.keys()
    assert {name for name, each in shown.items() if abs(promised[name] - each) > 1.5 * STEP} == set()
    own = {"sec-before-you-start", "sec-reproducibility", "sec-results"}
    assert {label for label in found if not label.startswith("sec-howto")} - promised.keys() <= own
