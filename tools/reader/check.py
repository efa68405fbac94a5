"""Compare the notebook editions with the site, word for word: python -m tools.reader.check.

An edition's text is rendered as Jupyter would and set beside its page: the same words, numbers and formulas in the same
order, every figure, no role or directive left raw. The renderer is not the one that wrote the text.
"""

import argparse
import re
import sys
from itertools import zip_longest
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup, Tag
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbformat import NotebookNode

from tools.book import ROOT, Book
from tools.reader import FOLDER
from tools.reader.edition import NOTE
from tools.reader.markdown import article

RAW = {
    "a role": re.compile(r"\{[a-zA-Z][\w:+-]*\}`"),
    "a directive": re.compile(r"^\s*(?:`{3,}|:{3,}|~{3,})\{.*", re.MULTILINE),
    "a label": re.compile(r"^\s*\([\w:-]+\)=\s*$", re.MULTILINE),
    "a substitution": re.compile(r"\{\{.*?\}\}"),
    "a comment or block break": re.compile(r"^(?:%|\+\+\+)", re.MULTILINE),
}
FORMULAS = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)
CODE = re.compile(r"(?<!`)(`{1,2})(?!`).+?(?<!`)\1(?!`)")  # in a line
# the page's, not the text's; or the cell's
NOT_TEXT = ".cell, .headerlink, .screen-only, .expanded, .fn-bracket, svg, script, style, mjx-container, .eqno"


def raw(text: str) -> list[str]:
    """What is left of MyST in a cell of Markdown; TeX has braces of its own."""
    text = CODE.sub("`code`", FORMULAS.sub("", text))
    return [f"{kind} is left: {found[0].strip()}" for kind, pattern in RAW.items() if (found := pattern.search(text))]


def _words(soup: Tag) -> list[str]:
    text = soup.get_text(" ").translate(str.maketrans("[]", "()"))
    return re.findall(r"\w+|[^\w\s]", text)


def page_words(page: Tag) -> list[str]:
    """Words, signs and formulas of a page's text, captions included."""
    for formula in page.select("[data-tex]"):
        number = formula.select_one(".eqno")
        mark = rf" \tag {number.find(string=True).strip(' ()')}" if number else ""
        formula.string = " ".join(formula["data-tex"].split()) + mark
    for element in page.select(NOT_TEXT):
        element.decompose()
    return _words(page)


def edition_words(cells: list[NotebookNode]) -> list[str]:
    """The same of an edition, as a renderer of Markdown finds them."""
    reader = MarkdownIt("commonmark", {"html": True}).enable("table").use(dollarmath_plugin)
    words = []
    for cell in cells:
        soup = BeautifulSoup(reader.render(cell.source), "html.parser")
        for formula in soup.select(".math"):
            formula.string = re.sub(r"\\tag\{(.*?)\}$", r"\\tag \1", " ".join(formula.get_text().split()))
        words += _words(soup)
    return words


def _difference(page: list[str], edition: list[str]) -> list[str]:
    for place, (theirs, ours) in enumerate(zip_longest(page, edition)):
        if theirs != ours:
            around = slice(max(0, place - 6), place + 6)
            return [f"the page says {' '.join(page[around])!r}, the edition {' '.join(edition[around])!r}"]
    return []


def problems(edition: NotebookNode, page: Tag) -> list[str]:
    """What is wrong with an edition; the page is used up."""
    text = [cell for cell in edition.cells if cell.cell_type == "markdown"]
    found = [problem for cell in text for problem in raw(cell.source)]
    figures = len(page.select("figure img"))
    drawn = [output for cell in edition.cells for output in cell.get("outputs", []) if "data" in output]
    pictures = sum("width" in output.metadata.get("image/png", {}) for output in drawn)  # a widget's still has none
    pictures += sum(len(cell.get("attachments", {})) for cell in text)
    if pictures < figures:
        found.append(f"the page has {figures} figures, the edition {pictures}")
    own = [cell for cell in text if NOTE not in cell.metadata.get("tags", [])]
    return found + _difference(page_words(page), edition_words(own))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    book = Book(parser.parse_args(arguments).root.resolve())
    site, faults = book.build / "html", 0
    for name in book.chapters():
        path = site / FOLDER / f"{name}.ipynb"
        if not path.is_file():
            lines = ["is missing: run make html"]
        else:
            html = (site / "book" / f"{name}.html").read_text(encoding="utf-8")
            lines = problems(nbformat.read(path, as_version=4), article(BeautifulSoup(html, "html.parser")))
        faults += len(lines)
        for line in lines:
            print(f"error: {FOLDER}/{name}.ipynb: {line}", file=sys.stderr)
    print(f"{len(book.chapters())} editions beside their pages, {faults} differences")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
