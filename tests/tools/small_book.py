"""A book of a few cells in a temporary folder, for the tests of the tools."""

import subprocess
import sys
import textwrap
from pathlib import Path

import yaml
from nbformat import v4

from tools import stamps
from tools.book import ROOT, Book
from tools.normalise import normalise
from tools.setup_cell import CODE, TAG

ADDRESS = "https://github.com/fa-embedding/fa-book"
HEAD = """\
---
jupytext:
  formats: ipynb,md:myst
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# A chapter
"""


def cell(code: str, *tags: str) -> str:
    return (
        "\n```{code-cell}\n" + (f":tags: [{', '.join(tags)}]\n\n" if tags else "") + textwrap.dedent(code) + "\n```\n"
    )


def chapter(*cells: str) -> str:
    """A chapter's text: heading, Colab cell, parameters and what is given."""
    setup = cell(CODE.format(repository=ADDRESS), TAG)
    return HEAD + setup + cell("runs = 2\nseed = 0", "parameters") + "".join(cells)


def make_book(folder: Path, **texts: str) -> Book:
    """Write a book's files from chapters' texts."""
    for name in ("book/data", "fa_lib", "fa_book"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    toc = {"format": "jb-book", "root": "book/index"}
    toc["parts"] = [{"caption": "All", "chapters": [{"file": f"book/{name}.ipynb"} for name in texts]}]
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc))
    (folder / "_config.yml").write_text(f"repository:\n  url: {ADDRESS}\n")
    (folder / "requirements.txt").write_text("numpy==1\n")
    (folder / "fa_lib/__init__.py").write_text('"""A library."""\n\nANSWER = 42\n')
    for name, text in texts.items():
        (folder / f"book/{name}.md").write_text(text)
    stamps._shared.cache_clear()
    return Book(folder)


def command(module: str, book: Book, *arguments: str) -> list[str]:
    return [sys.executable, "-m", f"tools.{module}", *arguments, "--root", str(book.root)]


def call(module: str, book: Book, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(command(module, book, *arguments), cwd=ROOT, capture_output=True, text=True, check=False)


def run_by_hand(book: Book, name: str) -> None:
    """Write a chapter's notebook as a run would, without a kernel: every cell prints its number."""
    notebook = book.read(name)
    for number, code in enumerate((c for c in notebook.cells if c.cell_type == "code"), 1):
        code.execution_count = number
        code.outputs = [v4.new_output("stream", name="stdout", text=f"{number}\n")]
    book.notebook(name).write_text(normalise(notebook))
