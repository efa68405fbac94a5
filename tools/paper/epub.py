"""The book as an EPUB 3: one XHTML file a chapter, formulas as MathML, pictures as files, no scripts.

The same site gives the same bytes: no clock and no random number goes into the file.
"""

import base64
import hashlib
import io
import mimetypes
import uuid
import zipfile
from copy import deepcopy
from html import escape
from itertools import groupby, pairwise
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from PIL import Image

from tools.paper import check_epub
from tools.paper.browser import MATHJAX, Browser
from tools.paper.chapters import Book, Chapter, tex

HERE = Path(__file__).parent
PAGE = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">
<head><meta charset="utf-8"/><title>{title}</title><link rel="stylesheet" href="style.css"/></head>
<body>{body}</body>
</html>
"""
CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">{identifier}</dc:identifier>
<dc:title>{title}</dc:title>
<dc:creator>{author}</dc:creator>
<dc:language>en</dc:language>
<dc:date>{date}</dc:date>
<dc:rights>Text and figures CC BY 4.0, code BSD-3-Clause</dc:rights>
<dc:source>{address}</dc:source>
<meta property="dcterms:modified">{date}T00:00:00Z</meta>
</metadata>
<manifest>
{manifest}
</manifest>
<spine>
{spine}
</spine>
</package>
"""
TO_MATHML = """async (formulas) => {
  await MathJax.startup.promise;
  return formulas.map(([source, display]) => MathJax.tex2mml(source, { display }));
}"""


def _mathml(browser: Browser, chapters: list[Tag]) -> None:
    """Put MathML in the place of TeX, in all chapters."""
    places = [tag for body in chapters for tag in body.select(".math")]
    formulas = [[tex(tag), tag.name == "div"] for tag in places]
    page = browser.open(f"<!doctype html><title>formulas</title>{MATHJAX}")
    answers = page.evaluate(TO_MATHML, formulas)
    page.close()
    for tag, (source, _), answer in zip(places, formulas, answers, strict=True):
        if "<merror" in answer:
            raise ValueError(f"MathJax cannot read the formula {source!r}")
        formula = BeautifulSoup(answer, "html.parser").math
        for part in formula.find_all(True):  # what MathJax notes for itself
            for name in [name for name in part.attrs if name.startswith("data-") or name == "class"]:
                del part[name]
        formula["alttext"] = " ".join(source.split())
        number = tag.find(class_="eqno")
        tag.clear()
        if number:
            tag.append(number)
        tag.append(formula)


def _png(picture: bytes) -> bytes:
    """A picture as PNG with a palette."""
    file = io.BytesIO()
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def _pictures(book: Book, body: Tag) -> dict[str, bytes]:
    """Files of a chapter's pictures by their name in the EPUB; the chapter then refers to them."""
    files = {}
    for picture in body.find_all("img"):
        source = picture["src"]
        if source.startswith("data:"):
            head, _, data = source.partition(",")
            content = base64.b64decode(data)
            suffix = mimetypes.guess_extension(head.removeprefix("data:").split(";")[0]) or ""
            name = f"images/{hashlib.sha256(content).hexdigest()[:16]}{suffix}"
        else:
            content, name = (book.site / source).read_bytes(), f"images/{Path(source).name}"
        if name.endswith(".webp"):  # which not every reader knows
            name, content = f"{name.removesuffix('.webp')}.png", _png(content)
        files[name] = content
        picture.attrs = {"src": name, "alt": picture.get("alt", "")}
    return files


def _links(book: Book, chapter: Chapter, body: Tag) -> None:
    for link in body.find_all("a", href=True):
        target = book.target(chapter, link["href"])
        if target:
            name, anchor = target
            link["href"] = f"{name}.xhtml" + (f"#{anchor}" if anchor else "")


def _xml(body: Tag) -> str:
    """A chapter as XML: the parser of HTML has let attributes without a value through."""
    for tag in body.find_all(True):
        tag.attrs = {name: "" if value is None else value for name, value in tag.attrs.items()}
    for drawing in body.find_all("svg"):  # which HTML knows by its name alone, whatever the letters of viewBox
        box = drawing.attrs.pop("viewbox", None) or drawing.attrs.pop("viewBox", None)
        drawing.attrs |= {"xmlns": "http://www.w3.org/2000/svg"} | ({"viewBox": box} if box else {})
    return body.decode(formatter="minimal")


def _contents(book: Book) -> str:
    lines = ['<nav epub:type="toc" id="toc"><h1>Contents</h1><ol>']
    for part, inside in groupby(book.chapters, key=lambda chapter: chapter.page.part):
        items = _items(list(inside))
        lines.append(f"<li><span>{escape(part)}</span><ol>{items}</ol></li>" if part else items)
    return "".join([*lines, "</ol></nav>"])


def _items(chapters: list[Chapter], depth: int = 0) -> str:
    """Entries of chapters, each with those that stand below it."""
    heads = [n for n, chapter in enumerate(chapters) if chapter.page.depth == depth]
    lines = []
    for head, end in pairwise([*heads, len(chapters)]):
        below = _items(chapters[head + 1 : end], depth + 1)
        link = f'<a href="{chapters[head].name}.xhtml">{escape(chapters[head].title)}</a>'
        lines.append(f"<li>{link}{f'<ol>{below}</ol>' if below else ''}</li>")
    return "".join(lines)


def _cover(book: Book) -> str:
    citation = book.citation
    return f"""<section epub:type="titlepage" class="cover"><h1>{escape(book.title)}</h1>
<p>A reproduction, test and extension of Cheng and Brown (2023), <em>{escape(citation.paper["title"])}</em></p>
<p>{escape(book.author)}. Version {escape(citation.version)}, {escape(citation.date)}</p>
<p><a href="{escape(citation.data["repository-code"])}">{escape(citation.data["repository-code"])}</a></p>
<p>Text and figures are licensed under CC BY 4.0, code under BSD-3-Clause. Interactive figures are pictures here, and
code that is folded on the site is left out.</p>
<h2>How to cite</h2><pre>{escape(citation.bibtex())}</pre></section>"""


def _package(book: Book, files: dict[str, bytes], order: list[str]) -> str:
    items = []
    for number, name in enumerate(files):
        kind = mimetypes.guess_type(name)[0] if not name.endswith(".xhtml") else "application/xhtml+xml"
        held = ["nav"] if name == "contents.xhtml" else []
        if name.endswith(".xhtml"):
            held += [word for word, mark in (("mathml", b"<math "), ("svg", b"<svg ")) if mark in files[name]]
        properties = f' properties="{" ".join(held)}"' if held else ""
        items.append((name, f'<item id="f{number}" href="{name}" media-type="{kind}"{properties}/>'))
    ids = {name: f"f{number}" for number, name in enumerate(files)}
    address = book.citation.data["repository-code"]
    return PACKAGE.format(
        identifier=f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{address}#{book.citation.version}')}",
        title=escape(book.title),
        author=escape(book.author),
        date=escape(book.citation.date),
        address=escape(address),
        manifest="\n".join(item for _, item in items),
        spine="\n".join(f'<itemref idref="{ids[name]}"/>' for name in order),
    )


def write(book: Book, browser: Browser, path: Path) -> str:
    """Write the EPUB, check its structure and say what it holds.

    Raises:
        ValueError: if a formula cannot be read, a link leads nowhere, or the file is not in order.
    """
    bodies = [deepcopy(chapter.body) for chapter in book.chapters]
    pictures: dict[str, bytes] = {}
    for chapter, body in zip(book.chapters, bodies, strict=True):
        _links(book, chapter, body)
        pictures |= _pictures(book, body)
    _mathml(browser, bodies)
    pages = {"cover.xhtml": PAGE.format(title=escape(book.title), body=_cover(book))}
    pages["contents.xhtml"] = PAGE.format(title="Contents", body=_contents(book))
    for chapter, body in zip(book.chapters, bodies, strict=True):
        pages[f"{chapter.name}.xhtml"] = PAGE.format(title=escape(chapter.title), body=_xml(body))
    files = {name: text.encode() for name, text in pages.items()}
    files |= {"style.css": (HERE / "epub.css").read_bytes()} | pictures
    entries = {"META-INF/container.xml": CONTAINER.encode()}
    entries["book/package.opf"] = _package(book, files, list(pages)).encode()
    entries |= {f"book/{name}": content for name, content in files.items()}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "application/epub+zip")  # first and not compressed
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    if problems := check_epub.problems(path):
        raise ValueError(f"{path.name} is not in order: {'; '.join(problems[:5])}")
    return f"{len(book.chapters)} chapters, {len(pictures)} pictures"
