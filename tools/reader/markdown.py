"""Markdown, as every Jupyter front end reads it, of a page's HTML.

What is written here keeps to what JupyterLab, VS Code, Colab and GitHub have in common: a display formula stands on one
line (a quotation's marks would else get into it), a table has a head, folded text is <details> with space around.
An element that is not known is an error that names it: nothing is left out in silence.
"""

import re
from collections.abc import Callable
from html import escape
from urllib.parse import urljoin

from bs4 import BeautifulSoup, NavigableString, Tag

from tools.reader.line import INLINE, NOTHING, Line, marked, tex

ADMONITIONS = {"proof", "admonition"}


class Markdown:
    """Writes elements of one page.

    Args:
        address: the page's own address; links are made whole with it.
        picture: as of `Line`.
        cell: Markdown of a code cell's element; without it a cell is an error.
    """

    def __init__(
        self,
        address: str,
        picture: Callable[[Tag], str] | None = None,
        cell: Callable[[Tag], str] | None = None,
    ):
        self.address, self.cell = address, cell
        self.line = Line(address, picture)

    def blocks(self, parts) -> list[str]:
        """Elements as blocks; neighbouring text and elements of a line are a paragraph."""
        found, line = [], []
        for part in [*parts, None]:
            inline = part is not None and (isinstance(part, NavigableString) or part.name in INLINE)
            if inline:
                line.append(part)
                continue
            if text := self.line(line):
                found.append(text)
            line = []
            if part is not None and not part.css.match(NOTHING):
                found += self._block(part)
        return found

    def _block(self, tag: Tag) -> list[str]:
        classes = set(tag.get("class", []))
        if tag.has_attr("data-tex"):
            number = tag.select_one(".eqno")
            mark = rf" \tag{{{number.find(string=True).strip(' ()')}}}" if number else ""
            return [f"$${tex(tag)}{mark}$$"]
        if "cell" in classes:
            if self.cell is None:
                raise ValueError(f"{self.address}: a code cell inside other text: put it between sections' paragraphs")
            return [self.cell(tag)]
        if classes & ADMONITIONS and tag.name == "div":
            return [self._quoted(self._admonition(tag))]
        if any(name == "highlight" or name.startswith("highlight-") for name in classes):
            return [self.code(tag)]
        writers = {"p": self._paragraph, "pre": self._pre, "ul": self._list, "ol": self._list, "dl": self._terms}
        writers |= {"table": self._table, "blockquote": self._quotation, "details": self._details}
        writers |= {"figure": self._figure, "fa-widget": self._widget}
        if re.fullmatch("h[1-6]", tag.name):
            return [f"{'#' * int(tag.name[1])} {self.line(tag.children)}"]
        if tag.name in writers:
            return writers[tag.name](tag)
        if tag.name == "hr":
            return ["---"]
        if tag.name in ("section", "div", "article", "aside", "figcaption", "noscript"):
            return self.blocks(tag.children)
        raise ValueError(f"{self.address}: no Markdown is known for <{tag.name} class={tag.get('class')}>")

    def _paragraph(self, tag: Tag) -> list[str]:
        return self.blocks(tag.children)

    def _pre(self, tag: Tag) -> list[str]:
        return [fenced(tag.get_text())]

    def code(self, tag: Tag) -> str:
        """A block of code with its language."""
        language = next((name[10:] for name in tag.get("class", []) if name.startswith("highlight-")), "")
        return fenced(
            tag.get_text(), {"default": "", "myst-ansi": "text", "ipython3": "python"}.get(language, language)
        )

    def _list(self, tag: Tag) -> list[str]:
        items, loose = [], False
        for number, item in enumerate(tag.find_all("li", recursive=False), int(tag.get("start", 1))):
            mark, inside = (f"{number}. " if tag.name == "ol" else "- "), self.blocks(item.children)
            text = "\n\n".join(inside)
            loose |= any(not block.lstrip().startswith(("- ", "1. ")) for block in inside[1:])
            items.append(mark + indented(text, len(mark)))
        return [("\n\n" if loose else "\n").join(items)]

    def _terms(self, tag: Tag) -> list[str]:
        found = []
        for part in tag.find_all(["dt", "dd"], recursive=False):
            if part.name == "dd":
                found += self.blocks(part.children)
            elif "sig" in part.get("class", []):
                found.append(f"**`{' '.join(self._signature(part).split())}`**")
            else:
                found.append(marked(self.line(part.children), "**"))
        return found

    @staticmethod
    def _signature(tag: Tag) -> str:
        text = "".join(str(part) for part in tag.find_all(string=True) if not part.find_parent(class_="headerlink"))
        return text.replace("\u2192", " -> ")

    def _table(self, tag: Tag) -> list[str]:
        """A table; what stands in joined cells is said in each of them."""
        places: dict[tuple[int, int], str] = {}
        rows = tag.find_all("tr")
        for number, row in enumerate(rows):
            column = 0
            for cell in row.find_all(["th", "td"], recursive=False):
                while (number, column) in places:
                    column += 1
                text = self._cell_of_table(cell)
                for down in range(int(cell.get("rowspan", 1))):
                    for right in range(int(cell.get("colspan", 1))):
                        places[number + down, column + right] = text
        width = max(column for _, column in places) + 1
        lines = [[places.get((number, column), "") for column in range(width)] for number in range(len(rows))]
        head = lines.pop(0) if tag.thead else [""] * width
        caption = [self.line(tag.caption.children)] if tag.caption else []
        return [*caption, "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---"] * width, *lines])]

    def _cell_of_table(self, cell: Tag) -> str:
        self.line.in_table = True
        text = self.line(cell.children)
        self.line.in_table = False
        return text

    def _quotation(self, tag: Tag) -> list[str]:
        return [self._quoted(self.blocks(tag.children))]

    @staticmethod
    def _quoted(blocks: list[str]) -> str:
        return "\n".join(f"> {line}".rstrip() for line in "\n\n".join(blocks).split("\n"))

    def _admonition(self, tag: Tag) -> list[str]:
        title, rest = tag.select_one(":scope > .admonition-title"), list(tag.children)
        if title is None:
            return self.blocks(rest)
        return [f"**{self.line(title.children)}**", *self.blocks(part for part in rest if part is not title)]

    def _details(self, tag: Tag) -> list[str]:
        summary = tag.find("summary")
        words = " ".join((summary.select_one(".collapsed") or summary).get_text().split())
        inside = self.blocks(part for part in tag.children if part is not summary)
        return ["\n\n".join([f"<details>\n<summary>{escape(words)}</summary>", *inside, "</details>"])]

    def _figure(self, tag: Tag) -> list[str]:
        return [*(self.line.part(image) for image in tag.find_all("img")), *self.caption(tag)]

    def caption(self, figure: Tag) -> list[str]:
        """A figure's number in bold and its caption."""
        found, number = figure.find("figcaption"), figure.select_one(".caption-number")
        text = found and self.blocks(part for part in found.children)
        if not text:
            return []
        words = number.get_text().strip() if number else ""
        return [f"**{words}** {text[0].removeprefix(words).strip()}" if words else text[0], *text[1:]]

    def _widget(self, tag: Tag) -> list[str]:
        words = f"*A picture of something that moves [on the book's page]({self.place(tag)}).*"
        return [self.line.part(tag.find("img")), words]

    def place(self, tag: Tag) -> str:
        """Address of the section that an element stands in."""
        section = tag.find_parent("section", id=True)
        return urljoin(self.address, f"#{section['id']}" if section else "")


def indented(text: str, width: int) -> str:
    """All lines but the first pushed in."""
    return re.sub(r"\n(?=[^\n])", "\n" + " " * width, text)


def fenced(text: str, language: str = "") -> str:
    """A block of code between fences that it does not hold."""
    text = text.strip("\n")
    fence = "`" * max(3, max(map(len, re.findall(r"`{3,}", text)), default=0) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def article(soup: BeautifulSoup) -> Tag:
    """The part of a page that is the book's.

    Raises:
        ValueError: if there is none with a heading.
    """
    found = soup.select_one("article.bd-article") or soup.select_one("article")
    if not found or not found.find("h1"):
        raise ValueError("a page has no article with a heading")
    return found
