"""The minutes that openers and the first page's table promise are those of the chapters as they are."""

import pytest
from nbformat import v4

from tools.book import ROOT, Book
from tools.minutes import STEP, estimate, label, rounded, said, written

PAGE = (ROOT / "book/before-you-start.md").read_text(encoding="utf-8")
OPENER = "(sec-a)=\n# A\n\n:::{div} opener\n**You need** b. **You learn** c. **15 minutes.**\n:::\n\nText."


@pytest.fixture(scope="module")
def notebooks():
    book = Book()
    return {label(notebook): notebook for notebook in map(book.read, book.chapters())}


def test_prose_open_code_and_figures_count():
    words, lines = "word " * 1000, "x = 1\n\n" * 30
    cells = [v4.new_markdown_cell(words), v4.new_code_cell(lines)]
    assert estimate(v4.new_notebook(cells=cells)) == pytest.approx(5 + 2)
    cells[1].metadata["tags"] = ["hide-input"]
    cells.append(v4.new_markdown_cell("```{glue:figure} a\n```"))
    assert estimate(v4.new_notebook(cells=cells)) == pytest.approx(5 + 1, abs=0.02)
    assert [rounded(minutes) for minutes in (0.1, 7, 8, 31)] == [5, 5, 10, 30]


def test_exercises_do_not_count():
    words = "word " * 1000
    cells = [v4.new_markdown_cell(f"{words}\n\n## Exercises\n\n{words}"), v4.new_code_cell("x = 1\n" * 30)]
    assert estimate(v4.new_notebook(cells=[*cells, v4.new_markdown_cell(words)])) == pytest.approx(5)


def test_an_opener_stands_right_after_the_title():
    def notebook(source):
        return v4.new_notebook(cells=[v4.new_markdown_cell(source)])

    assert said(notebook(OPENER)) == 15
    for wrong in (
        OPENER.replace("# A\n", "# A\n\nText.\n"),
        OPENER.replace("**You need**", "You need"),
        "# A\n\nText.",
    ):
        with pytest.raises(ValueError, match="opens without what it needs"):
            said(notebook(wrong))


def test_every_chapter_opens_with_what_it_needs_and_its_minutes(notebooks):
    """One step more or less than the estimate is no fault."""
    promised = {name: said(notebook) for name, notebook in notebooks.items()}
    assert {name for name, found in notebooks.items() if abs(promised[name] - estimate(found)) > 1.5 * STEP} == set()
    assert all(minutes % STEP == 0 for minutes in promised.values())


def test_the_table_has_every_chapter_with_the_minutes_of_its_opener(notebooks):
    promised = written(PAGE)
    assert len(promised) >= 20
    assert promised == {name: said(notebooks[name]) for name in promised}
    own = {"sec-before-you-start", "sec-reproducibility", "sec-results"}
    assert {name for name in notebooks if not name.startswith("sec-howto")} - promised.keys() == own
