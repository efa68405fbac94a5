"""A chapter's edition as a whole notebook: what every edition has beside its chapter's cells."""

import hashlib
import json
from pathlib import Path

import nbformat
from bs4 import Tag
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.reader.edition import FOLDED, NOTE, Edition
from tools.reader.outputs import RECORD, glued

TOP = """\
*This is the notebook of [a page]({address}) of [{title}]({site}). The numbers in the text are those of the published \
run{compared}. Links lead to the book's pages. Where the book's Python is missing, the first cell of code fetches it \
(this needs git and a network). In VS Code trust the notebook's folder: in one that is not trusted its tables stay \
empty.*"""
COMPARED = "; the last cell sets yours beside them"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def make(
    notebook: NotebookNode, page: Tag, *, address: str, site: str, title: str, images: Path, texts: list[str]
) -> NotebookNode:
    """The edition of one chapter.

    Args:
        notebook: the chapter's executed notebook.
        page: the article of its page.
        address: the page's address.
        site: the book's address.
        title: the book's.
        images: the site's folder of pictures.
        texts: names of the glued values in the chapter's text.
    """
    edition = Edition(notebook, page, address, images)
    cells = edition.write()
    values = {}
    for cell in edition.code:
        for name, data in glued(cell).items():
            plain = data.get(f"{RECORD}text/plain")
            if name in texts and plain is not None:
                values[name] = plain.strip("'\"")
    if values:
        lines = "".join(f"    {_quoted(name)}: {_quoted(value)},\n" for name, value in values.items())
        source = f"# @title The numbers of the text, and of this run\nglue.compare({{\n{lines}}})"
        cells.append(new_code_cell(source, metadata=FOLDED))
    top = TOP.format(address=address, title=title, site=site, compared=COMPARED if values else "")
    head, _, rest = cells[0].source.partition("\n\n")
    first = [new_markdown_cell(head), new_markdown_cell(top, metadata={"tags": [NOTE]})]
    cells = first + ([new_markdown_cell(rest)] if rest else []) + cells[1:]
    for number, cell in enumerate(cells):
        cell.id = f"{number:03d}-{hashlib.sha256(cell.source.encode()).hexdigest()[:8]}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    made = new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    nbformat.validate(made)
    return made
