"""A chapter as a notebook whose text is complete: from its page of the site and its executed notebook.

Text, references and captions are the page's; code and what it has put out are the notebook's. What the page folds is
folded; what the page leaves out (imports of no interest, say) is there, folded. A figure stands below the cell that
draws it, as its output: run again, the cell shows the new one.
"""

import ast
import base64
import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import nbformat
from bs4 import BeautifulSoup, Tag
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from tools.reader.markdown import Markdown

NOTE = "edition"  # tag of what an edition has beside its chapter
RECORD = "application/papermill.record/"
KEPT = ("text/html", "image/svg+xml", "image/png", "text/latex", "text/markdown", "text/plain")
GLUE = "from myst_nb import glue\n"
SET_UP = """\
# @title Set up: fetch the book's Python where it is missing
import importlib.util
import os
import sys

if importlib.util.find_spec("fa_book") is None:
    !git clone --quiet --depth 1 {repository} fa-book
    %pip install --quiet --editable "./fa-book[chapters]"
    sys.path.insert(0, os.path.abspath("fa-book"))

from fa_book import notebook

glue = notebook.begin()  # works in the book's folder; shows figures and keeps the text's numbers"""
TOP = """\
*This is the notebook of [a page]({address}) of [{title}]({site}). The numbers in the text are those of the published \
run{compared}. Links lead to the book's pages. Where the book's Python is missing, the first cell of code fetches it \
(this needs git and a network).*"""
LIVE = """\
*Run the cell above to move what it shows, where your front end shows widgets; the picture is a still. \
[On the book's page]({place}) it moves without Python.*"""
COMPARED = "; the last cell sets yours beside them"
WIDGET = re.compile(r'<img src="data:image/png;base64,([^"]+)" alt="([^"]*)"')


def _hidden(cell: NotebookNode) -> bool:
    return "remove-cell" in cell.metadata.get("tags", [])


def glued(cell: NotebookNode) -> dict[str, dict]:
    """Name to data of what a cell has glued."""
    outputs = [output for output in cell.outputs if output.get("metadata", {}).get("scrapbook")]
    return {output.metadata.scrapbook.name: output.data for output in outputs}


def _pictures(cell: NotebookNode) -> dict[str, bytes]:
    """Name to PNG of the figures that a cell has glued and not shown."""
    mime = f"{RECORD}image/png"
    return {name: base64.b64decode(data[mime]) for name, data in glued(cell).items() if mime in data}


def site_name(picture: bytes) -> str:
    """What a picture is called in the site's _images, without its ending (tools/finish/pictures.py)."""
    return hashlib.sha256(picture).hexdigest()[:20]


def shown_at_once(source: str, names: set[str]) -> str:
    """Code whose calls `glue(name, figure, display=False)` of these names have lost their last word."""
    if not names or "glue(" not in source:
        return source
    lines = source.split("\n")
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in calls:
        known = isinstance(call.func, ast.Name) and call.func.id == "glue" and call.args
        if not known or getattr(call.args[0], "value", None) not in names or not call.keywords:
            continue
        last, keyword = call.args[-1], call.keywords[-1]
        if keyword.arg == "display" and last.end_lineno == keyword.value.end_lineno:
            line = lines[last.end_lineno - 1].encode()
            lines[last.end_lineno - 1] = (line[: last.end_col_offset] + line[keyword.value.end_col_offset :]).decode()
    return "\n".join(lines)


class Edition:
    """One chapter on its way to a notebook.

    Args:
        notebook: the executed notebook.
        page: the article of its page.
        address: the page's address.
        images: the site's folder of pictures, for those that no cell of the chapter draws.
    """

    def __init__(self, notebook: NotebookNode, page: Tag, address: str, images: Path):
        self.code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
        self.page, self.address, self.images = page, address, images
        self.cells: list[NotebookNode] = []
        self.text: list[str] = []
        self.attachments: dict[str, dict] = {}
        self.markdown = Markdown(address, self._attach)
        self.waiting = iter(self.code)
        self.last: NotebookNode | None = None  # the cell just written, if no text has come since
        self.figures = {site_name(png): (name, png) for c in self.code for name, png in _pictures(c).items()}

    # -- text ------------------------------------------------------------------------------------------------------

    def _flush(self) -> None:
        """The text so far becomes a cell."""
        if self.text:
            more = {"attachments": self.attachments} if self.attachments else {}
            self.cells.append(new_markdown_cell("\n\n".join(self.text), **more))
        self.text, self.attachments = [], {}

    def note(self, text: str) -> None:
        """A cell of text that the page does not have."""
        self._flush()
        self.cells.append(new_markdown_cell(text, metadata={"tags": [NOTE]}))

    def _attach(self, image: Tag) -> str:
        """A picture goes along inside the cell."""
        source = image["src"]
        if not urljoin(self.address, source).startswith(urljoin(self.address, "../")):
            raise ValueError(f"{self.address}: a picture from elsewhere, {source}: put it into book/assets")
        name = source.rpartition("/")[2]
        stem, file = name.rpartition(".")[0], io.BytesIO()
        if stem in self.figures:
            file.write(self.figures[stem][1])
        else:
            Image.open(self.images / name).convert("RGB").save(file, "PNG", optimize=True)
        self.attachments[f"{stem}.png"] = {"image/png": base64.b64encode(file.getvalue()).decode()}
        return f"attachment:{stem}.png"

    # -- walking through the page ----------------------------------------------------------------------------------

    def write(self) -> list[NotebookNode]:
        """All cells but those that belong to every edition.

        Raises:
            ValueError: if page and notebook do not belong together, or the page holds what has no Markdown.
        """
        for element in self._elements(self.page):
            if "cell" in element.get("class", []):
                self._flush()
                self._cell(element)
                continue
            if re.fullmatch("h[1-6]", element.name):
                self._flush()
            if element.name == "figure" and self._drawn_above(element):
                self.text += self.markdown.caption(element)
            else:
                self.text += self.markdown.blocks([element])
            if self.text:
                self.last = None
        self._flush()
        for cell in self.waiting:
            if not _hidden(cell):
                raise ValueError(f"{self.address} lacks a cell of the notebook: {cell.source[:60]!r}; run make html")
            self._add(cell)
        return self.cells

    def _elements(self, tag: Tag) -> Iterator[Tag]:
        for part in tag.find_all(True, recursive=False):
            if part.name == "section":
                yield from self._elements(part)
            else:
                yield part

    def _cell(self, element: Tag) -> None:
        """The cells up to the one that stands here on the page."""
        for cell in self.waiting:
            self._add(cell)
            if not _hidden(cell):
                break
        else:
            raise ValueError(f"{self.address} has more cells than the notebook: run make html")
        code = element.select_one(".cell_input pre")
        if code and code.get_text().split() != cell.source.split():
            raise ValueError(f"{self.address} shows another code than the notebook: {cell.source[:60]!r}; run make html")
        if "fa-widget" in str(element):
            section = element.find_parent("section")
            self.note(LIVE.format(place=urljoin(self.address, f"#{section['id']}")))

    def _drawn_above(self, figure: Tag) -> bool:
        """Show a figure below the cell just written, if that draws it."""
        image = figure.find("img")
        stem = image["src"].rpartition("/")[2].rpartition(".")[0]
        name, png = self.figures.get(stem, ("", b""))
        if self.last is None or name not in _pictures(self.last):
            return False
        written = self.cells[-1]
        size = Image.open(io.BytesIO(png)).size
        words = {"alt": image.get("alt", ""), "width": size[0] // 2, "height": size[1] // 2}
        data = {"image/png": base64.b64encode(png).decode(), "text/plain": f"<Figure {name}>"}
        written.outputs.append(new_output("display_data", data, metadata={"image/png": words}))
        written.source = shown_at_once(written.source, {name})
        if written.source.startswith("# @title Code\n"):
            number = figure.select_one(".caption-number").get_text().strip()
            written.source = written.source.replace("Code", f"Draw {number}", 1)
        return True

    # -- code ------------------------------------------------------------------------------------------------------

    def _add(self, cell: NotebookNode) -> None:
        if "google.colab" in cell.source and "git clone" in cell.source:
            self.cells.append(self._set_up(cell))
            return
        tags = set(cell.metadata.get("tags", []))
        source = cell.source.replace(GLUE, "")
        metadata: dict = {"tags": sorted(tags & {"parameters"})} if tags & {"parameters"} else {}
        if folds := tags & {"hide-input", "hide-cell", "remove-input", "remove-cell"}:
            fold = {"source_hidden": True}
            if folds & {"hide-cell", "remove-cell"}:
                fold["outputs_hidden"] = True
            metadata |= {"jupyter": fold, "cellView": "form"}
            title = cell.metadata.get("mystnb", {}).get("code_prompt_show", "Code")
            source = f"# @title {title}\n{source}"
        if "hide-output" in tags:
            metadata["jupyter"] = metadata.get("jupyter", {}) | {"outputs_hidden": True}
        outputs = [] if tags & {"remove-cell", "remove-output"} else list(map(_output, cell.outputs))
        written = new_code_cell(source, metadata=metadata, execution_count=cell.execution_count)
        written.outputs = [output for output in outputs if output]
        self.cells.append(written)
        self.last = cell

    @staticmethod
    def _set_up(cell: NotebookNode) -> NotebookNode:
        repository = re.search(r"git clone.* (https://\S+)", cell.source)[1]
        folded = {"jupyter": {"source_hidden": True}, "cellView": "form", "tags": [NOTE]}
        return new_code_cell(SET_UP.format(repository=repository), metadata=folded)


def _output(output: NotebookNode) -> NotebookNode | None:
    """An output as front ends know it, None if there is nothing to show."""
    if output.output_type == "stream":
        return new_output("stream", name=output.name, text=output.text)
    data = {mime: output.data[mime] for mime in KEPT if mime in output.data}
    if not data:
        return None
    if still := WIDGET.search(data.get("text/html", "")):  # the element means nothing outside the site
        data = {"image/png": still[1], "text/plain": BeautifulSoup(still[2], "html.parser").get_text()}
        return new_output("display_data", data, metadata={"image/png": {"alt": data["text/plain"]}})
    return new_output("display_data", data)


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
        lines = "".join(f"    {name!r}: {value!r},\n" for name, value in values.items()).replace("'", '"')
        source = f"# @title The numbers of the text, and of this run\nglue.compare({{\n{lines}}})"
        folded = {"jupyter": {"source_hidden": True}, "cellView": "form", "tags": [NOTE]}
        cells.append(new_code_cell(source, metadata=folded))
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
