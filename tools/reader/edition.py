"""A chapter as a notebook whose text is complete: from its page of the site and its executed notebook.

Text, references and captions are the page's; code and what it has put out are the notebook's. What the page folds is
folded; what the page leaves out (imports of no interest, say) is there, folded. A figure stands below the cell that
draws it, as its output: run again, the cell shows the new one. Solutions stand at the end, since VS Code folds no cell.
"""

import base64
import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

from bs4 import Tag
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from PIL import Image

from tools.finish.pictures import name_of
from tools.reader.markdown import Markdown
from tools.reader.outputs import output_for_readers, pictures, shown_at_once

NOTE = "edition"  # tag of what an edition has beside its chapter
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
FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form", "tags": [NOTE]}
LIVE = """\
*Run the cell above to move what it shows, where your front end shows widgets; the picture is a still. \
[On the book's page]({place}) it moves without Python.*"""
SOLUTION = "Show a solution"  # title of a solution's cell on the page
ASIDE = "*The solution in code is at the end of this notebook.*"


def _hidden(cell: NotebookNode) -> bool:
    return "remove-cell" in cell.metadata.get("tags", [])


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
        self.solutions: list[tuple[str, NotebookNode]] = []  # the exercise's title and the cell
        self.last: NotebookNode | None = None  # the cell just written, if no text has come since
        self.figures = {name_of(png): (name, png) for c in self.code for name, png in pictures(c).items()}

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
        if self.solutions:
            self.note("## Solutions")
        for exercise, cell in self.solutions:
            self.note(f"**{exercise}**")
            self.cells.append(cell)
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
            raise ValueError(
                f"{self.address} shows another code than the notebook: {cell.source[:60]!r}; run make html"
            )
        if "fa-widget" in str(element):
            self.note(LIVE.format(place=self.markdown.place(element)))

    def _drawn_above(self, figure: Tag) -> bool:
        """Show a figure below the cell just written, if that draws it."""
        image = figure.find("img")
        stem = image["src"].rpartition("/")[2].rpartition(".")[0]
        name, png = self.figures.get(stem, ("", b""))
        written = self.cells[-1]
        if self.last is None or written.cell_type != "code" or name not in pictures(self.last):
            return False
        size = Image.open(io.BytesIO(png)).size
        words = {"alt": image.get("alt", ""), "width": size[0] // 2, "height": size[1] // 2}
        # VS Code takes a picture's alternative text from the plain one
        data = {"image/png": base64.b64encode(png).decode(), "text/plain": words["alt"] or f"<Figure {name}>"}
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
        title = cell.metadata.get("mystnb", {}).get("code_prompt_show", "Code")
        metadata: dict = {"tags": sorted(tags & {"parameters"})} if tags & {"parameters"} else {}
        if folds := tags & {"hide-input", "hide-cell", "remove-input", "remove-cell"}:
            fold = {"source_hidden": True}
            if folds & {"hide-cell", "remove-cell"}:
                fold["outputs_hidden"] = True
            metadata |= {"jupyter": fold, "cellView": "form"}
            source = f"# @title {title}\n{source}"
        if "hide-output" in tags:
            metadata["jupyter"] = metadata.get("jupyter", {}) | {"outputs_hidden": True}
        written = new_code_cell(source, metadata=metadata, execution_count=cell.execution_count)
        if not tags & {"remove-cell", "remove-output"}:
            outputs = (output_for_readers(output, self.address) for output in cell.outputs)
            written.outputs = [output for output in outputs if output]
        if title == SOLUTION:
            self.solutions.append((self._exercise(), written))
            self.note(ASIDE)
            self.last = None
            return
        self.cells.append(written)
        self.last = cell

    def _exercise(self) -> str:
        """The title of the exercise above: the last words in bold that begin a line."""
        text = "\n".join(cell.source for cell in self.cells if cell.cell_type == "markdown")
        return (re.findall(r"^\*\*(.+?)\*\*", text, re.MULTILINE) or ["A solution"])[-1]

    @staticmethod
    def _set_up(cell: NotebookNode) -> NotebookNode:
        repository = re.search(r"git clone.* (https://\S+)", cell.source)[1]
        return new_code_cell(SET_UP.format(repository=repository), metadata=FOLDED)
