"""Each chapter's text and notebook must agree, and the notebook must have been run: python -m tools.check_pairs."""

import argparse
import sys
from pathlib import Path

import nbformat
from jupytext.compare import NotebookDifference, compare_notebooks

from tools.book import ROOT, Book
from tools.normalise import normalise
from tools.setup_cell import CODE, TAG


def _not_run(notebook: nbformat.NotebookNode) -> str | None:
    """What shows that the notebook did not come from one whole run, None if nothing does."""
    count = 0
    for index, cell in enumerate(notebook.cells, 1):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        count += 1
        for output in cell.outputs:
            if output.output_type == "error":
                return f"cell {index} holds an error ({output.ename}: {output.evalue})"
            if output.output_type == "stream" and output.name == "stderr":
                return f"cell {index} holds a warning ({output.text.strip().splitlines()[0]})"
        if cell.execution_count is None:
            return f"cell {index} has not been run"
        if cell.execution_count != count:
            return f"cell {index} was run as number {cell.execution_count}, not {count}: not one run from top to bottom"
    return None


def check_chapter(book: Book, name: str) -> str | None:
    """One line on what is wrong with a pair and what to do, None if nothing is.

    Args:
        book: the book.
        name: a chapter in its table of contents.
    """
    remedy = f"run make chapter NAME={name}"
    try:
        text = book.read(name)
    except ValueError as error:
        return str(error)
    path = book.notebook(name)
    if not path.exists():
        return f"book/{name}.ipynb is missing: {remedy}"
    notebook = nbformat.read(path, as_version=4)
    try:
        compare_notebooks(notebook, text, fmt="md:myst")
    except NotebookDifference as difference:
        where = str(difference).strip().splitlines()[0].rstrip(":")
        return f"book/{name}.md and book/{name}.ipynb differ ({where}): {remedy}"
    problem = _not_run(notebook)
    if problem:
        return f"book/{name}.ipynb: {problem}: {remedy}"
    if normalise(notebook, book.root) != path.read_text(encoding="utf-8"):
        return f"book/{name}.ipynb holds times, ids, addresses or paths of one run: {remedy}"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    first = code[0] if code else None
    if (
        not first
        or first.source != CODE.format(repository=book.repository())
        or TAG not in first.metadata.get("tags", [])
    ):
        return (
            f"book/{name}.md: its first code cell is not the Colab cell: run python -m tools.setup_cell, then {remedy}"
        )
    figures = any("{glue:figure}" in cell.source for cell in notebook.cells)
    if figures and not any("nbval-check-output" in cell.metadata.get("tags", []) for cell in code):
        return f"book/{name}.md: it shows figures but no cell tagged nbval-check-output prints what they show"
    return None


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    book = Book(parser.parse_args(arguments).root.resolve())
    problems = [problem for name in book.chapters() if (problem := check_chapter(book, name))]
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    print(f"{len(book.chapters()) - len(problems)} of {len(book.chapters())} chapters: text and notebook agree")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
