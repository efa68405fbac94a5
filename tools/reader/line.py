"""What stands in a line of a page, as Markdown."""

import re
from collections.abc import Callable, Iterable
from urllib.parse import urljoin

from bs4 import Comment, NavigableString, Tag

INLINE = {"a", "strong", "b", "em", "i", "cite", "code", "span", "sub", "sup", "br", "img", "time", "small"}
INLINE |= {"abbr", "dfn", "kbd", "mark", "q", "samp", "u", "var"}
IN_CELLS = {"p", "div", "ul", "ol", "li", "details", "summary"}  # a table's cell is one line, whatever it holds
MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "cite": "*"}
# on the site for readers at a screen, or read elsewhere
NOTHING = "a.headerlink, script, style, svg, link, button, form"
NOTHING += ", .screen-only, .sd-summary-state-marker, .eqno, .fn-bracket"
SPECIAL = re.compile(r"[\\`*$<\[\]~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
BEGINS = re.compile(r"^(#{1,6} |[-+>] ?|\d+[.)] )")  # what a line must not begin with unless it is meant


def tex(tag: Tag, *, table: bool = False) -> str:
    """A formula as TeX on one line; in a table without the bars that part its cells."""
    source = " ".join(tag["data-tex"].split())
    return source.replace(r"\|", r"\Vert ").replace("|", r"\vert ").strip() if table else source


def marked(inner: str, mark: str) -> str:
    """Text between marks of emphasis, its spaces outside."""
    text = inner.strip()
    if not text:
        return inner
    before, after = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
    return f"{before}{mark}{text}{mark}{after}"


class Line:
    """Writes lines of one page.

    Args:
        address: the page's own address; links are made whole with it.
        picture: address of an image for its element; by default its source, made whole.
    """

    def __init__(self, address: str, picture: Callable[[Tag], str] | None = None):
        self.address = address
        self.picture = picture or (lambda image: urljoin(address, image["src"]))
        self.in_table = False

    def __call__(self, parts: Iterable) -> str:
        """Elements and text as one line."""
        text = re.sub(" {2,}", " ", "".join(self.part(part) for part in parts))
        return BEGINS.sub(lambda found: re.sub(r"([-+>#.)])", r"\\\1", found[0], count=1), text.strip())

    def part(self, part: Tag | NavigableString) -> str:
        if isinstance(part, Comment):
            return ""
        if isinstance(part, NavigableString):
            text = SPECIAL.sub(r"\\\g<0>", re.sub(r"\s+", " ", str(part)))
            return text.replace("|", r"\|") if self.in_table else text
        if part.css.match(NOTHING):
            return ""
        if part.has_attr("data-tex"):
            return f"${tex(part, table=self.in_table)}$"
        inner = "".join(map(self.part, part.children))
        if part.name in MARKS:
            return marked(inner, MARKS[part.name])
        if "bibtex-citation" in part.get("class", []):  # author (year), or (author, year)
            return re.sub(r"\\\[(.*)\\\]", r"(\1)", inner)
        writers = {"a": self._link, "img": self._image, "code": self._code}
        if part.name in writers:
            return writers[part.name](part, inner)
        if part.name in ("sub", "sup"):
            return f"<{part.name}>{inner}</{part.name}>"
        if part.name == "br":
            return "<br>"
        if part.name in INLINE:
            return inner
        if self.in_table and part.name in IN_CELLS:
            return f"{inner}<br>" if part.name in ("p", "li") and part.find_next_sibling(part.name) else inner
        raise ValueError(f"{self.address}: no Markdown is known for <{part.name} class={part.get('class')}> in a line")

    def _link(self, part: Tag, inner: str) -> str:
        target = urljoin(self.address, part.get("href", "")).replace(" ", "%20").replace(")", "%29")
        return f"[{inner.strip()}]({target})" if inner.strip() else ""

    def _image(self, part: Tag, inner: str) -> str:
        words = SPECIAL.sub(r"\\\g<0>", " ".join(part.get("alt", "").split()))
        return f"![{words}]({self.picture(part)})"

    def _code(self, part: Tag, inner: str) -> str:
        text = " ".join(part.get_text().split())
        fence = "`" * (max(map(len, re.findall(r"`+", text)), default=0) + 1)
        space = " " if text.startswith("`") or text.endswith("`") else ""
        text = text.replace("|", r"\|") if self.in_table else text
        return f"{fence}{space}{text}{space}{fence}"
