"""What chapters put out on their pages: results are tables; a line that is printed as it is fits a page and a phone."""

import re
from collections.abc import Iterator

import nbformat
import pytest
from nbformat import NotebookNode

from tools.book import Book

BOOK = Book()
WIDTH = 64  # characters of a printed line, at most: what a phone breaks once
LINES = 8  # of them in one output
TYPESET = ("text/html", "text/latex", "text/markdown", "image/png", "image/svg+xml")
UNSEEN = {"remove-cell", "remove-output"}


def printed(notebook: NotebookNode) -> Iterator[tuple[int, str]]:
    """Number of the cell and text of every output that a page shows in monospace letters."""
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or UNSEEN & set(cell.metadata.get("tags", [])):
            continue
        for output in cell.outputs:
            if output.output_type == "stream":
                yield number, output.text
            elif "text/plain" in output.get("data", {}) and not set(TYPESET) & set(output.data):
                yield number, output.data["text/plain"]


@pytest.mark.parametrize("name", BOOK.chapters())
def test_results_are_tables_and_printed_lines_are_short(name):
    wrong = []
    for number, text in printed(nbformat.read(BOOK.notebook(name), as_version=4)):
        lines = text.splitlines()
        if len(lines) > LINES or max(map(len, lines), default=0) > WIDTH:
            wrong.append(f"cell {number}: {len(lines)} lines, the longest {max(map(len, lines))}: {lines[0]!r}")
    assert not wrong, f"book/{name}.md: show these by fa_book.tables: {wrong}"


def clocks(code: str) -> list[str]:
    """Lines that read a clock: what they print is another number in each run, and the notebook changes with it."""
    pattern = r"^\s*(?:import|from) (?:time|timeit|datetime)\b.*$|^\s*%{1,2}time(?:it)?\b.*$"
    return re.findall(pattern, code, re.MULTILINE)


# what notes the price of a study's parts, and the studies, which alone may call it
NOTED = {"studies.py": r"studies\.priced\b|studies import [^\n]*\bpriced\b"}
PRICED = {"search.py", "lillicrap.py", "nokland.py"}


def test_no_chapter_reads_a_clock_nor_does_what_it_imports():
    texts = {name: BOOK.text(name).read_text(encoding="utf-8") for name in BOOK.chapters()}
    texts |= {path.name: path.read_text(encoding="utf-8") for path in (BOOK.root / "fa_book").rglob("*.py")}
    assert len(texts) > 100
    wrong = {name: clocks(text) for name, text in texts.items() if clocks(text) and name not in NOTED}
    assert not wrong, f"a run again would change the notebook: {wrong}"
    for name, call in NOTED.items():
        assert clocks(texts[name])
        assert {other for other, text in texts.items() if re.search(call, text)} == PRICED
        assert re.search(call, "from fa_book.studies import kept, priced")
    assert clocks("a = 1\nfrom time import process_time\n%time f()\nimport timeless") == [
        "from time import process_time",
        "%time f()",
    ]


def test_what_is_seen_is_told_from_what_is_not():
    def cell(*outputs, tags=()):
        return nbformat.v4.new_code_cell(outputs=list(outputs), metadata={"tags": list(tags)})

    said = nbformat.v4.new_output("stream", text="a line\n")
    table = nbformat.v4.new_output("display_data", {"text/plain": "a", "text/html": "<table></table>"})
    value = nbformat.v4.new_output("execute_result", {"text/plain": "0.5"})
    notebook = nbformat.v4.new_notebook(cells=[cell(said, table, value), cell(said, tags=["remove-output"])])
    assert list(printed(notebook)) == [(0, "a line\n"), (0, "0.5")]
