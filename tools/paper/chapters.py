"""The site's pages as chapters for paper: in the order of the table of contents, without what needs a screen."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import yaml
from bs4 import BeautifulSoup, Tag

from tools.book import Book as Contents
from tools.book import Page
from tools.citation import Citation

MATH = re.compile(r"\\\((?P<inline>.*)\\\)|\\\[(?P<display>.*)\\\]", re.DOTALL)
BLOCKS = ["p", "div", "ul", "ol", "dl", "table", "pre", "figure", "blockquote"]
NOTE = "Interactive on the book's page; here as a picture."
# what the site has for readers at a screen
SCREEN = "a.headerlink, script, style, link, button, iframe, nav, .toctree-wrapper, svg.glyphs, .screen-only"
SCREEN += ", .sd-summary-state-marker, fieldset"
# of what a ledger's row opens only its links stay on paper: its checks are in the chapter's box, and are 20 pages
TWICE = ".fa-ledger details > :not(p:last-child)"


@dataclass
class Chapter:
    """One page: its name, title and entry in the contents, and its <section> with links still as on the site."""

    name: str
    title: str
    page: Page
    body: Tag

    @property
    def anchors(self) -> set[str]:
        return {tag["id"] for tag in self.body.find_all(id=True)}


@dataclass
class Book:
    """The chapters in order, and the folder that their pictures lie in."""

    title: str
    author: str
    slug: str
    site: Path
    citation: Citation
    chapters: list[Chapter]

    def target(self, chapter: Chapter, link: str) -> tuple[str, str] | None:
        """Where a link of a chapter leads: (chapter's name, anchor or ""), None if out of the book.

        Raises:
            ValueError: if it leads into the book but to no chapter or anchor.
        """
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            return None
        name = PurePosixPath(unquote(parts.path)).stem or chapter.name
        found = next((other for other in self.chapters if other.name == name), None)
        anchor = unquote(parts.fragment)
        if found is None or (anchor and anchor not in found.anchors):
            raise ValueError(f"{chapter.name}.html links to {link}, which is not in the book")
        return name, anchor


def tex(tag: Tag) -> str:
    """The TeX of a formula's element, without delimiters.

    Raises:
        ValueError: if there is none.
    """
    found = MATH.search(tag.get_text())
    if not found:
        raise ValueError(f"a formula without delimiters: {tag.get_text()[:80]!r}")
    return (found["inline"] or found["display"] or "").strip()


def _letter(command: re.Match) -> str:
    try:
        return unicodedata.lookup(f"GREEK SMALL LETTER {command[1]}")
    except KeyError:
        return command[1]


def plain(heading: Tag) -> str:
    """A heading where there are letters only, such as the contents: its formulas without delimiters and commands."""
    text = re.sub(r"\\\((.*?)\\\)", lambda found: re.sub(r"\\(\w+)", _letter, found[1]), heading.get_text())
    return " ".join(text.split())


def _as_written(body: Tag) -> None:
    """Put a formula's TeX in the place of the picture that the site shows."""
    for tag in body.select(".math[data-tex]"):
        left, right = (r"\[", r"\]") if tag.name == "div" else (r"\(", r"\)")
        number, source = tag.find(class_="eqno"), tag["data-tex"]
        tag.clear()
        if number:
            tag.append(number)
        tag.append(f"{left}{source}{right}")


def _strip(body: Tag, soup: BeautifulSoup) -> None:
    """Take out of a page what needs a screen; folded outputs and answers are shown, folded code is left out."""
    for widget in body.find_all("fa-widget"):
        picture = widget.find("img")
        if picture is None:
            raise ValueError(f"a widget without a picture: {widget.get('module')}")
        figure = soup.new_tag("div", attrs={"class": "fa-picture"})
        note = soup.new_tag("p", attrs={"class": "fa-picture-note"})
        note.string = NOTE
        widget.replace_with(figure)
        figure.extend([picture.extract(), note])
    for part in body.select(TWICE):
        part.decompose()
    for details in body.select(".cell > details"):
        if details.find(class_="cell_input") and not details.find(class_="cell_output"):
            details.decompose()  # folded code; code folded with its output solves an exercise
    for details in body.find_all("details"):
        summary = details.find("summary")
        if summary and (details.find_parent(class_="cell") or "hide" in details.get("class", [])):
            summary.decompose()
        elif summary is not None:
            summary.name = "div"
            summary["class"] = ["summary"]
        details.name = "div"
    for tag in body.select(SCREEN):
        tag.decompose()
    for link in body.find_all("a", href=True):
        parts = urlsplit(link["href"])
        download = not parts.scheme and parts.path and not parts.path.endswith(".html")
        if download or parts.scheme not in ("", "http", "https", "mailto"):
            link.unwrap()  # to a picture at full size, a download, or what no reader can follow
    for cell in body.select("div.cell"):
        if not cell.get_text(strip=True) and not cell.find("img"):
            cell.decompose()
    for paragraph in body.find_all("p"):
        if paragraph.find(BLOCKS):  # browsers end the paragraph there; XML must not have it at all
            paragraph.name = "div"
    seen: set[str] = set()
    for tag in body.find_all(id=True):  # some extensions give the same anchor to all of a kind
        if tag["id"] in seen:
            del tag["id"]
        else:
            seen.add(tag["id"])
    for drawing in body.select("svg[aria-label]"):
        title = soup.new_tag("title")
        title.string = drawing["aria-label"]
        drawing.insert(0, title)
    for tag in body.find_all(True):  # what scripts and lazy loading use
        for name in [name for name in tag.attrs if name.startswith(("data-", "aria-", "on")) or name == "loading"]:
            del tag[name]


def _chapter(site: Path, page: Page) -> Chapter:
    file = page.file
    path = (site / file).with_suffix(".html")
    if not path.is_file():
        raise ValueError(f"{path.relative_to(site.parent)} is missing: run make html first")
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    article = soup.select_one("article.bd-article") or soup.select_one("article")
    heading = article and article.find("h1")
    if not heading:
        raise ValueError(f"{file}.html has no article with a heading")
    _as_written(article)
    _strip(article, soup)
    body = soup.new_tag("section", attrs={"class": "chapter"})
    body.extend(list(article.children))
    for picture in body.find_all("img", src=True):
        source = picture["src"]
        if not source.startswith("data:"):
            place = (path.parent / unquote(source)).resolve()
            if not place.is_file():
                raise ValueError(f"{file}.html shows {source}, which does not exist")
            picture["src"] = place.relative_to(site.resolve()).as_posix()
    return Chapter(Path(file).stem, plain(heading), page, body)


def slug(title: str) -> str:
    """A book's title as the name of a file."""
    return re.sub(r"\W+", "-", title.lower()).strip("-")


def read_book(root: Path) -> Book:
    """Read the pages of _build/html in the order of _toc.yml.

    Raises:
        ValueError: if the site has not been built, or a page is not what we think it is.
    """
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    site = root / "_build/html"
    chapters = [_chapter(site, page) for page in Contents(root).pages()]
    return Book(
        config["title"], config["author"], slug(config["title"]), site, Citation.read(root / "CITATION.cff"), chapters
    )
