"""How long a chapter takes to read: python -m tools.minutes prints the table for book/before-you-start.md.

Prose at 200 words a minute, code that is open on the page at 15 lines a minute, a figure in one; rounded to five.
Exercises, at a chapter's end, are not counted. Each chapter says its minutes itself too, in its opener.
"""

import re

import nbformat

from tools.book import Book

WORDS, LINES, FIGURES = 200, 15, 1  # a minute
STEP = 5
CLOSED = {"remove-cell", "remove-input", "hide-input"}
OPENER = re.compile(
    r"^# .+\n\n:::\{div\} opener\n"
    r"\*\*You need\*\* (?P<need>.+)\. \*\*You learn\*\* (?P<learn>.+)\. \*\*(?P<minutes>\d+) minutes\.\*\*\n:::$",
    re.MULTILINE,
)


def estimate(notebook: nbformat.NotebookNode) -> float:
    """Minutes for a chapter without its exercises, unrounded."""
    cells, text = [], ""
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type == "markdown":
            before, exercises, _ = f"\n{cell.source}\n".partition("\n## Exercises\n")
            text += f"{before}\n"
            if exercises:
                break
    code = [cell for cell in cells if cell.cell_type == "code"]
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


def said(notebook: nbformat.NotebookNode) -> int:
    """The minutes that a chapter's opener says.

    Raises:
        ValueError: if there is no opener right after the title.
    """
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (found := OPENER.search(cell.source)):
            return int(found["minutes"])
    raise ValueError(
        "a chapter opens without what it needs; put right after its title, as book/drift.md does, "
        "a block ':::{div} opener' with **You need** ... **You learn** ... **15 minutes.**"
    )


def label(notebook: nbformat.NotebookNode) -> str:
    """A chapter's label, such as sec-gamma."""
    return next(m[1] for cell in notebook.cells if (m := re.search(r"^\((sec-[\w-]+)\)=", cell.source, re.MULTILINE)))


def chapters(book: Book) -> dict[str, float]:
    """Label to minutes for every chapter that is a notebook."""
    notebooks = map(book.read, book.chapters())
    return {label(notebook): estimate(notebook) for notebook in notebooks}


if __name__ == "__main__":
    for name, minutes in chapters(Book()).items():
        print(f"| {{ref}}`{name}` | {rounded(minutes)} |")
