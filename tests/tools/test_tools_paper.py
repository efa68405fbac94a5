"""The book on paper: what a page loses on the way, where links lead, and whether the files are in order."""

import base64
import io
import shutil
import zipfile
from xml.etree import ElementTree

import pytest
import yaml
from bs4 import BeautifulSoup
from PIL import Image
from pypdf import PdfReader

from tools.book import ROOT, Page
from tools.paper import __main__, check_epub, epub, pdf
from tools.paper.chapters import Book, Chapter, read_book

FRAME = "<html><body><nav>Menu</nav><article class='bd-article'>{}</article></body></html>"
FIRST = """<span id="sec-first"></span><h1>First<a class="headerlink" href="#first">#</a></h1>
<p id="twice">See <a href="second.html#sec-second">the second</a>, <a href="#sec-first">here</a>, <a href="https://x.y/">there</a>.</p>
<p id="twice">Euler: <span class="math notranslate">\\(e^{i\\pi} &lt; 2\\)</span> and a list <ul><li>one</li></ul></p>
<div class="math" id="equation-a"><span class="eqno">(1)</span>\\[\\frac{a}{b}\\]</div>
<div class="cell tag_hide-input"><details class="admonition hide above-input"><summary>Show code</summary>
<div class="cell_input"><pre>folded = 1</pre></div></details>
<div class="cell_output"><fa-widget module="w" state="{}">
<img alt="A red dot." src="data:image/png;base64,PICTURE"></fa-widget></div></div>
<p>Drawn: <span class="math" data-tex="a &lt; b_1"><svg><use href="#f1"></use></svg></span></p>
<div class="cell"><div class="cell_input"><pre>shown = 2  # LONG</pre></div></div>
<div class="cell"><details class="admonition hide below-input"><summary>Show output</summary>
<pre>kept</pre></details></div>
<div class="cell"><details class="admonition hide above-input"><summary>Show a solution</summary>
<div class="cell_input"><pre>answer = 42</pre></div><div class="cell_output"><pre>solved</pre></div></details></div>
<details><summary>Solution<span class="sd-summary-state-marker"><svg></svg></span></summary><p>Forty-two.</p></details>
<a class="image-reference" href="../_images/dot.png"><img alt="Another." src="../_images/dot.png" loading="lazy"></a>"""
SECOND = """<span id="sec-second"></span><h1>Second <span class="math" data-tex="H"><svg></svg></span> &amp; last</h1>
<p id="twice"><img alt="Blue." src="../_images/blue.webp"> Back to <a href="first.html">first</a>.</p>"""


@pytest.fixture
def root(tmp_path):
    """The folder of a book of two built pages."""
    dot = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(dot, "PNG")
    site = tmp_path / "_build/html"
    (site / "book").mkdir(parents=True)
    (site / "_images").mkdir()
    (site / "_images/dot.png").write_bytes(dot.getvalue())
    Image.new("RGB", (8, 8), "blue").save(site / "_images/blue.webp", lossless=True)
    first = FIRST.replace("PICTURE", base64.b64encode(dot.getvalue()).decode()).replace("LONG", "long " * 60)
    for name, body in {"first": first, "second": SECOND}.items():
        (site / f"book/{name}.html").write_text(FRAME.format(body), encoding="utf-8")
    part = {"caption": "The part", "chapters": [{"file": "book/second.ipynb"}]}
    (tmp_path / "_toc.yml").write_text(yaml.safe_dump({"root": "book/first", "parts": [part]}))
    (tmp_path / "_config.yml").write_text("title: A book\nauthor: Somebody\n")
    shutil.copyfile(ROOT / "CITATION.cff", tmp_path / "CITATION.cff")
    return tmp_path


def change(root, old, new):
    path = root / "_build/html/book/first.html"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_page_loses_what_needs_a_screen_and_no_more(root):
    book = read_book(root)
    assert [(c.name, c.page.part, c.title) for c in book.chapters] == [
        ("first", "", "First"),
        ("second", "The part", "Second H & last"),
    ]
    text = book.chapters[0].body.get_text()
    assert "folded" not in text
    assert "Menu" not in text
    assert "Show output" not in text
    for kept in (
        "shown = 2",
        "kept",
        "answer = 42",
        "solved",
        "Solution",
        "Forty-two",
        "Interactive on the book's page",
        "(1)",
    ):
        assert kept in text
    assert book.chapters[0].body.find(["details", "fa-widget", "summary", "svg"]) is None
    assert [picture["alt"] for picture in book.chapters[0].body.find_all("img")] == ["A red dot.", "Another."]


LEDGER = """<form><fieldset><legend>verdict</legend><input type="radio">all</fieldset></form>
<table class="fa-ledger"><tr><td>A claim.
<details><summary>how it is judged</summary><p>Criterion.</p><ul><li>check</li></ul>
<p><a href="second.html">chapter</a></p></details></td><td><svg viewBox="0 0 9 4" role="img" aria-label="asked &lt; 2">
<circle r="1"></circle></svg></td></tr></table>"""


def test_a_ledger_on_paper_has_its_rows_pictures_and_links(root, tmp_path):
    path = root / "_build/html/book/first.html"
    path.write_text(path.read_text(encoding="utf-8").replace("</h1>", f"</h1>{LEDGER}", 1), encoding="utf-8")
    body = read_book(root).chapters[0].body
    text = body.select_one(".fa-ledger").get_text(" ", strip=True)
    assert "A claim." in text
    assert body.select_one(".fa-ledger a")["href"] == "second.html"
    assert not {"Criterion.", "check"} & set(body.get_text(" ", strip=True).split())
    assert not body.select("fieldset, input")
    assert body.svg.title.get_text() == "asked < 2"
    space = "{http://www.w3.org/2000/svg}"
    drawing = ElementTree.fromstring(str(body.svg.wrap(BeautifulSoup("<p></p>", "html.parser").p)))
    assert drawing.find("svg") is not None  # as HTML has it: no picture in XML
    drawing = ElementTree.fromstring(epub._xml(body.select_one("p:has(> svg)"))).find(f"{space}svg")
    assert drawing.get("viewBox") == "0 0 9 4"
    assert drawing.find(f"{space}circle") is not None
    package = epub._package(read_book(root), {"a.xhtml": epub._xml(body).encode(), "b.xhtml": b"<p/>"}, [])
    assert package.count('properties="svg"') == 1


def test_contents_put_what_stands_below_a_page_below_it():
    places = {"a": ("", 0), "b": ("P", 0), "c": ("P", 1), "d": ("P", 2), "e": ("P", 1), "f": ("P", 0)}
    chapters = [Chapter(name, name.upper(), Page(name, *place), None) for name, place in places.items()]
    book = Book("title", "author", "slug", None, None, chapters)
    link = {name: f'<a href="{name}.xhtml">{name.upper()}</a>' for name in places}
    inside = f"<li>{link['c']}<ol><li>{link['d']}</li></ol></li><li>{link['e']}</li>"
    part = f"<li><span>P</span><ol><li>{link['b']}<ol>{inside}</ol></li><li>{link['f']}</li></ol></li>"
    assert f"<ol><li>{link['a']}</li>{part}</ol>" in epub._contents(book)
    lines = pdf._contents(book, {"d": 7}).splitlines()
    assert [line.partition(">")[0] for line in lines] == [
        '<li class="part"', *(f'<li class="depth{places[name][1]}"' for name in "bcdef")
    ]  # fmt: skip
    assert '<span>D</span><span class="number">7</span>' in lines[3]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("#sec-second", "#gone", r"first.html links to second.html#gone, which is not in the book"),
        ("second.html", "third.html", r"links to third.html#sec-second, which is not in the book"),
        ('src="../_images/dot.png"', 'src="../_images/lost.png"', "shows ../_images/lost.png, which does not exist"),
        ("<h1>", "<h2>", "has no article with a heading"),
        ("\\(e^", "e^", "a formula without delimiters"),
        ("\\frac", "\\fracture", "MathJax cannot read the formula"),
        ('alt="Another."', 'alt=""', "picture images/dot.png without words"),
    ],
)
def test_faults_of_a_page_are_one_line(root, capsys, old, new, message):
    change(root, old, new)
    assert __main__.main(["epub", "--root", str(root)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    assert message in lines[0]


def test_a_missing_page_or_format_is_said(root, capsys):
    assert __main__.main(["odt", "--root", str(root)]) == 1
    assert "no such format: odt; there are pdf, epub, zip" in capsys.readouterr().err
    (root / "_build/html/book/second.html").unlink()
    assert __main__.main(["epub", "--root", str(root)]) == 1
    assert "html/book/second.html is missing: run make html first" in capsys.readouterr().err


def test_epub_is_in_order_and_the_same_twice(root, tmp_path):
    path = root / "_build/paper/a-book.epub"
    assert __main__.main(["epub", "--root", str(root)]) == 0
    first = path.read_bytes()
    assert __main__.main(["epub", "--root", str(root)]) == 0
    assert path.read_bytes() == first
    with zipfile.ZipFile(path) as archive:
        page = archive.read("book/first.xhtml").decode()
        package = archive.read("book/package.opf").decode()
        entries = {name: archive.read(name) for name in archive.namelist()}
    assert 'href="second.xhtml#sec-second"' in page
    assert page.count("<math") == 3
    assert 'alttext="a &lt; b_1"' in page
    assert "<svg" not in page
    assert "<mfrac>" in page
    assert 'alttext="e^{i\\pi} &lt; 2"' in page
    assert package.count('properties="mathml"') == 2
    pictures = {name: Image.open(io.BytesIO(entries[name])) for name in entries if name.startswith("book/images/")}
    assert len(pictures) == 3
    assert {image.format for image in pictures.values()} == {"PNG"}
    assert pictures["book/images/blue.png"].convert("RGB").getpixel((0, 0)) == (0, 0, 255)

    faults = {
        "not XML": ("book/first.xhtml", b"<body>", b"<body><p>"),
        "no such anchor": ("book/first.xhtml", b"#sec-second", b"#sec-third"),
        "no such file": ("book/second.xhtml", b"first.xhtml", b"fist.xhtml"),
        "holds script": ("book/second.xhtml", b"<body>", b"<body><script>1</script>"),
        "anchor equation-a 2 times": ("book/first.xhtml", b"<body>", b'<body><p id="equation-a">x</p>'),
        "in the manifest but not in the archive": ("book/package.opf", b"style.css", b"still.css"),
        "the spine names f99": ("book/package.opf", b'idref="f0"', b'idref="f99"'),
        "begin with its type": ("mimetype", b"epub+zip", b"zip"),
    }
    for message, (name, old, new) in faults.items():
        assert old in entries[name]
        with zipfile.ZipFile(tmp_path / "bad.epub", "w") as archive:
            for entry, content in entries.items():
                archive.writestr(entry, content.replace(old, new) if entry == name else content)
        assert message in " ".join(check_epub.problems(tmp_path / "bad.epub"))


def test_pdf_has_its_pages_links_and_formulas(root):
    assert __main__.main(["pdf", "--root", str(root)]) == 0
    reader = PdfReader(root / "_build/paper/a-book.pdf")
    texts = [page.extract_text() for page in reader.pages]
    assert len(texts) == 4  # cover, contents, two chapters
    assert "Second H & last4" in texts[1].replace("\n", "").replace(" 4", "4")
    assert "\\frac" not in texts[2]
    assert "long " * 3 in texts[2].replace("\n", " ")
    assert reader.metadata.title == "A book"
    outline = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert outline == ["First", "Second H & last"]
    found = reader.named_destinations.items()
    places = {name.lstrip("/"): reader.get_destination_page_number(to) for name, to in found}
    assert (places["first--sec-first"], places["second--sec-second"]) == (2, 3)


def test_what_does_not_fit_the_page_is_said(root, capsys):
    change(root, "<p id", f"<table><tr><td style='white-space: nowrap'>{'x' * 400}</td></tr></table><p id")
    assert __main__.main(["pdf", "--root", str(root)]) == 1
    assert "wider than the page: ['xxx" in capsys.readouterr().err
