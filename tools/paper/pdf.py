"""The book as one PDF: all chapters in one document, printed by Chromium after its formulas are typeset.

It is printed twice: the first print says on which page each chapter begins, the second has it in the contents.
"""

import io
import logging
from collections.abc import Iterator
from copy import deepcopy
from html import escape
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from tools.paper.browser import MATHJAX, Browser
from tools.paper.chapters import Book, Chapter, plain

HERE = Path(__file__).parent
HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
WIDTH = 643  # CSS pixels between the margins of an A4 page, as print.css sets them: 170 mm

# Formulas, then whatever is wider than the page made smaller, and a count of what still is.
TYPESET = """async () => {
  await MathJax.startup.promise;
  await MathJax.typesetPromise();
  await document.fonts.ready;
  await Promise.all([...document.images].map((image) => image.decode()));
  for (const image of document.images) { // figures have 200 dots an inch, widgets' pictures 100
    const dots = image.closest(".fa-picture") ? 100 : 200;
    image.style.width = `${Math.min(100, image.naturalWidth * 9600 / dots / document.body.clientWidth)}%`;
  }
  const smaller = (box, inner, least) => {
    const whole = parseFloat(getComputedStyle(inner).fontSize);
    for (let size = whole; size > least && inner.scrollWidth > box.clientWidth + 1; size -= 0.25)
      inner.style.fontSize = `${size}px`;
  };
  for (const pre of document.querySelectorAll("pre")) {
    if (pre.closest(".cell_output")) smaller(pre, pre, 6.6); // 5 points: a printed table keeps its columns
    if (!pre.closest(".cell_output") || pre.scrollWidth > pre.clientWidth + 1) pre.style.whiteSpace = "pre-wrap";
  }
  for (const table of document.querySelectorAll("table")) smaller(table.parentElement, table, 8);
  for (const formula of document.querySelectorAll("div.math")) smaller(formula, formula, 9);
  const bad = [...document.querySelectorAll("mjx-merror")].map((error) => error.textContent);
  const wide = [...document.querySelectorAll("pre, table, div.math, img")].filter((part) =>
    part.scrollWidth > part.clientWidth + 1 || part.getBoundingClientRect().right > document.body.clientWidth + 1);
  return { bad, wide: wide.map((part) => part.textContent.trim().slice(0, 60)) };
}"""


def _anchor(name: str, anchor: str = "") -> str:
    """An anchor of the whole document: chapters use the same names."""
    return f"{name}--{anchor}" if anchor else name


def _section(book: Book, chapter: Chapter) -> str:
    body = deepcopy(chapter.body)
    body["id"] = _anchor(chapter.name)
    for link in body.find_all("a", href=True):
        target = book.target(chapter, link["href"])
        if target:
            link["href"] = "#" + _anchor(*target)
    for tag in body.find_all(id=True):
        tag["id"] = _anchor(chapter.name, tag["id"])
    for picture in body.find_all("img", src=True):
        if not picture["src"].startswith("data:"):
            picture["src"] = f"/site/{picture['src']}"
    for name in ("style", "width", "height"):  # sizes meant for a screen
        for picture in body.find_all("img", attrs={name: True}):
            del picture[name]
    return str(body)


def _contents(book: Book, pages: dict[str, int]) -> str:
    lines, part = [], ""
    for chapter in book.chapters[1:]:
        if chapter.page.part != part:
            part = chapter.page.part
            lines.append(f'<li class="part">{escape(part)}</li>')
        name = _anchor(chapter.name)
        number = f'<span class="number">{pages.get(name, "")}</span>'
        link = f'<a href="#{name}"><span>{escape(chapter.title)}</span>{number}</a>'
        lines.append(f'<li class="depth{chapter.page.depth}">{link}</li>')
    return "\n".join(lines)


def document(book: Book, pages: dict[str, int]) -> str:
    """The whole book as one HTML document.

    Args:
        book: the chapters.
        pages: page on which each chapter begins, by its anchor; may be empty.
    """
    heads = "\n".join(
        f'#{c.name} {{ page: {c.name} }} @page {c.name} {{ @top-right {{ content: "{c.title}" }} }}'
        for c in book.chapters[1:]
    )
    return (
        (HERE / "document.html")
        .read_text(encoding="utf-8")
        .format(
            style=(HERE / "print.css").read_text(encoding="utf-8") + heads,
            mathjax=MATHJAX,
            title=escape(book.title),
            author=escape(book.author),
            version=escape(book.citation.version),
            date=escape(book.citation.date),
            address=escape(book.citation.data["repository-code"]),
            paper=escape(book.citation.paper["title"]),
            paper_address=escape(book.citation.paper["url"]),
            bibtex=escape(book.citation.bibtex()),
            contents=_contents(book, pages),
            chapters="\n".join(_section(book, chapter) for chapter in book.chapters),
        )
    )


def _pages(reader: PdfReader) -> dict[str, int]:
    """Page of every anchor that a link leads to, counted from 1."""
    found = reader.named_destinations.items()
    return {name.lstrip("/"): reader.get_destination_page_number(place) + 1 for name, place in found}


def _print(browser: Browser, html: str) -> PdfReader:
    page = browser.open(html, width=WIDTH)
    page.emulate_media(media="print")
    state = page.evaluate(TYPESET)
    if state["bad"] or state["wide"]:
        raise ValueError(f"formulas with errors: {state['bad']}; wider than the page: {state['wide']}")
    data = page.pdf(prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
    page.close()
    return PdfReader(io.BytesIO(data))


def _outline(item) -> Iterator[DictionaryObject]:
    """The entries of an outline, each before those below it."""
    child = item.get("/First")
    while child is not None:
        child = child.get_object()
        yield child
        yield from _outline(child)
        child = child.get("/Next")


def _name(writer: PdfWriter, book: Book) -> None:
    """Give the outline's entries the formulas of their headings, which a browser leaves out."""
    headings = [tag for chapter in book.chapters for tag in chapter.body.find_all(HEADINGS)]
    for entry, heading in zip(_outline(writer.root_object["/Outlines"]), headings, strict=True):
        entry[NameObject("/Title")] = TextStringObject(plain(heading))


def write(book: Book, browser: Browser, path: Path) -> str:
    """Write the PDF and say what it holds.

    Raises:
        ValueError: if a link leads nowhere, or something is wider than the page or could not be typeset.
    """
    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it remarks on how Chromium counts a file's objects
    first = _pages(_print(browser, document(book, {})))
    reader = _print(browser, document(book, first))
    pages = _pages(reader)
    names = [_anchor(chapter.name) for chapter in book.chapters[1:]]
    if moved := [name for name in names if pages.get(name) != first.get(name)]:
        raise ValueError(f"the page numbers in the contents are wrong for {', '.join(moved)}")
    writer = PdfWriter(clone_from=reader)
    _name(writer, book)
    writer.add_metadata({"/Title": book.title, "/Author": book.author, "/Subject": book.citation.data["title"]})
    writer.write(path)
    return f"{len(reader.pages)} pages"
