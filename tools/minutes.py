"""How long a chapter takes to read: python -m tools.minutes prints the table for book/before-you-start.md.

Prose at 200 words a minute, code that is open on the page at 15 lines a minute, a figure in one; rounded to five.
"""

import re

import nbformat

from tools.book import Book

WORDS, LINES, FIGURES = 200, 15, 1  # a minute
STEP = 5
CLOSED = {"remove-cell", "remove-input", "hide-input"}


def estimate(notebook: nbformat.NotebookNode) -> float:
    """Minutes for a chapter, unrounded."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    shown = [cell.source for cell in code if not CLOSED & set(cell.metadata.get("tags", []))]
    lines = sum(bool(line.strip()) for source in shown for line in source.splitlines())
    return len(text.split()) / WORDS + lines / LINES + text.count("{glue:figure}") / FIGURES


def rounded(minutes: float) -> int:
    """The next five, five at least."""
    return max(STEP, STEP * round(minutes / STEP))


def written(page: str) -> dict[str, int]:
    """The minutes that a page's table says: label of the chapter, such as sec-gamma, to minutes."""
    found = re.findall(r"^\| \{ref\}`(sec-[\w-]+)` \|.*\| (\d+) \|$", page, re.MULTILINE)
    return {label: int(minutes) for label, minutes in found}


def chapters(book: Book) -> dict[str, float]:
    """Label to minutes for every chapter that is a notebook."""
    found = {}
    for name in book.chapters():
        notebook = book.read(name)
        label = next(m[1] for cell in notebook.cells if (m := re.search(r"^\((sec-[\w-]+)\)=", cell.source, re.M)))
        found[label] = estimate(notebook)
    return found


if __name__ == "__main__":
    for label, minutes in chapters(Book()).items():
        print(f"| {{ref}}`{label}` | {rounded(minutes)} |")
