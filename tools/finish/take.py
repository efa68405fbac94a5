"""Figures to take along: under each its PNG at full size, with its source written into the file, and how to cite it.

Beside the picture lies a text of the same name: caption, description, citation and BibTeX. A <details> without any
script holds the links; it is for readers at a screen, so that PDF, EPUB and notebooks leave it out.
"""

import copy
import io
from collections.abc import Callable
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sphinx.errors import ExtensionError

from tools.citation import Citation

FOLDER = "_downloads/figures"
LICENCE = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
NO_CAPTION = ".headerlink, .caption-number, script, style"


def caption(figure: Tag) -> str:
    """A figure's caption as text on one line, formulas as TeX between dollars, without its number."""
    words = copy.copy(figure.figcaption)
    for formula in words.select("[data-tex]"):
        formula.replace_with(f"${' '.join(formula['data-tex'].split())}$")
    for part in words.select(NO_CAPTION):
        part.decompose()
    return " ".join(words.get_text().split())


def signed(picture: bytes, said: dict[str, str]) -> bytes:
    """A PNG with the same pixels that says in itself whose it is; `said` is from PNG's keywords to texts."""
    image, file, info = Image.open(io.BytesIO(picture)), io.BytesIO(), PngInfo()
    for keyword, text in said.items():
        info.add_itxt(keyword, text)
    image.save(file, "PNG", pnginfo=info, dpi=image.info.get("dpi"))
    return file.getvalue()


class Take:
    """Gives each figure of a site its picture, caption and citation to take along.

    Args:
        site: the folder that the site is built in.
        address: of the site, with a slash at its end.
        original: an image's PNG for its element and the page's way to the site's top, None if it has none.
        citation: how the book is cited.
    """

    def __init__(self, site: Path, address: str, original: Callable[[Tag, str], bytes | None], citation: Citation):
        self.site, self.address, self.original, self.citation = site, address, original, citation
        self.pages: dict[str, str] = {}  # name of a figure's files to its page

    def __call__(self, page: BeautifulSoup, name: str) -> None:
        """Write the files of a page's figures and put the links under them; `name` is the page's, such as book/exact.

        Raises:
            ExtensionError: if two pages have a figure of one name, whose files would be one.
        """
        root = "../" * name.count("/")
        for figure in page.main.find_all("figure") if page.main else ():
            if "id" not in figure.attrs or figure.figcaption is None:
                continue
            image = figure.find("img")
            picture = self.original(image, root) if image else None
            if picture is None:
                continue
            file = f"fa-book-{figure['id']}"  # in a folder of downloads it says where it is from
            if self.pages.setdefault(file, name) != name:
                raise ExtensionError(f"{name} and {self.pages[file]} have a figure {figure['id']}: rename one")
            number = figure.select_one(".caption-number")
            number = " ".join(number.get_text().split()) if number else "figure"
            place = f"{self.address}{name}.html#{figure['id']}"
            stored = self._write(file, picture, number, caption(figure), image.get("alt", ""), place)
            links = self._links(f"{root}{FOLDER}/{file}", stored, number, place)
            figure.insert_after(BeautifulSoup(links, "html.parser"))

    def _write(self, file: str, picture: bytes, number: str, words: str, alt: str, place: str) -> bytes:
        """Write picture and text; returns the picture as it was written."""
        folder, cited = self.site / FOLDER, self.citation.part(number)
        folder.mkdir(parents=True, exist_ok=True)
        said = {"Title": f"{number}. {words}", "Author": self.citation.authors, "Description": alt}
        said |= {"Copyright": LICENCE, "Source": f"{cited} {place}"}
        stored = signed(picture, said)
        (folder / f"{file}.png").write_bytes(stored)
        parts = [f"{number}. {words}", f"What it shows: {alt}", f"Cite as: {cited} {place}", f"Licence: {LICENCE}"]
        text = "\n\n".join([*parts, "BibTeX of the paper that the book reproduces, and of the book:"])
        (folder / f"{file}.txt").write_text(f"{text}\n\n{self.citation.bibtex()}\n", encoding="utf-8")
        return stored

    def _links(self, path: str, picture: bytes, number: str, place: str) -> str:
        width, height = Image.open(io.BytesIO(picture)).size
        size = f"PNG, {width} \N{MULTIPLICATION SIGN} {height}, {max(1, round(len(picture) / 1000))} kB"
        said = escape(f"{self.citation.part(number)} {place}")
        return (
            f'<details class="fa-take screen-only"><summary>Take {escape(number)} along</summary>'
            f'<p><a href="{path}.png" download>Picture of {escape(number)}</a> ({size}), '
            f'<a href="{path}.txt" download>its caption and BibTeX as text</a>. CC BY 4.0.</p>'
            f"<p>Cite as: {said}</p></details>"
        )
