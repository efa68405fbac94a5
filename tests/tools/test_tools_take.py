"""Figures to take along: the files hold the figure, its caption and its citation, and the page leads to them."""

import base64
import io

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from sphinx.errors import ExtensionError

from tools.citation import Citation
from tools.finish import pictures, take
from tools.paper import chapters
from tools.reader.markdown import Markdown

SITE = "https://some.place/book/"
CITATION = Citation.read()
FIGURE = (
    '<figure id="{id}"><img src="{source}" alt="A line that rises."><figcaption><p>'
    '<span class="caption-number">Fig. S7 </span><span class="caption-text">What <span class="math" '
    'data-tex="H &lt; 1"><svg><path d="M0"></path></svg></span> says: <b>much</b>.</span>'
    '<a class="headerlink" href="#{id}">#</a></p></figcaption></figure>'
)


def png(size=(60, 40)) -> bytes:
    file = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(file, "PNG", dpi=(200, 200))
    return file.getvalue()


def page(picture: bytes, name: str = "fig-line") -> BeautifulSoup:
    source = pictures.INLINE + base64.b64encode(picture).decode()
    return BeautifulSoup(f"<main>{FIGURE.format(id=name, source=source)}</main>", "html.parser")


@pytest.fixture
def taking(tmp_path) -> take.Take:
    original = pictures.Pictures(tmp_path, tmp_path / "site", {}).original
    return take.Take(tmp_path / "site", SITE, original, CITATION)


def test_the_picture_is_whole_and_says_where_it_is_from(taking):
    picture = png()
    taking(page(picture), "book/lines")
    stored = Image.open(io.BytesIO((taking.site / take.FOLDER / "fa-book-fig-line.png").read_bytes()))
    assert stored.tobytes() == Image.open(io.BytesIO(picture)).tobytes()
    assert round(stored.info["dpi"][0]) == 200
    assert stored.text["Title"] == "Fig. S7. What $H < 1$ says: much."
    assert stored.text["Description"] == "A line that rises."
    assert stored.text["Author"] == CITATION.authors
    assert stored.text["Copyright"].startswith("CC BY 4.0")
    assert stored.text["Source"].endswith(f" {SITE}book/lines.html#fig-line")


def test_the_text_has_caption_citation_and_bibtex(taking):
    taking(page(png()), "book/lines")
    text = (taking.site / take.FOLDER / "fa-book-fig-line.txt").read_text()
    assert text.startswith("Fig. S7. What $H < 1$ says: much.\n")
    cited = f"{CITATION.authors} ({CITATION.date[:4]}). {CITATION.data['title']}. Version {CITATION.version}, Fig. S7."
    assert f"Cite as: {cited} {SITE}book/lines.html#fig-line\n" in text
    assert text.rstrip().endswith(CITATION.bibtex())


@pytest.mark.parametrize("name", ["lines", "book/lines", "book/deep/lines"])
def test_links_under_the_figure_lead_to_the_files(taking, name):
    soup = page(png())
    taking(soup, name)
    details = soup.find("figure").find_next_sibling()
    assert details.name == "details"
    assert details.summary.get_text() == "Take Fig. S7 along"
    here = (taking.site / name).parent
    for link in details.find_all("a"):
        assert link.has_attr("download")
        assert (here / link["href"]).resolve().is_file()
    assert "60 \N{MULTIPLICATION SIGN} 40" in details.get_text()
    assert f"{SITE}{name}.html#fig-line" in details.get_text()
    assert not soup.find_all(["script", "style"])
    assert not [key for tag in details.find_all(True) for key in tag.attrs if key.startswith("on") or key == "style"]


def test_what_is_no_picture_of_the_book_is_left_alone(taking):
    html = (
        f'<main>{FIGURE.format(id="fig-a", source="logo.svg")}<figure id="b"><figcaption>x</figcaption></figure></main>'
    )
    soup = BeautifulSoup(html, "html.parser")
    taking(soup, "book/lines")
    assert str(soup) == str(BeautifulSoup(html, "html.parser"))
    assert not (taking.site / take.FOLDER).exists()


def test_two_pages_with_a_figure_of_one_name_are_noticed(taking):
    taking(page(png()), "book/lines")
    taking(page(png()), "book/lines")  # a page may be written again
    with pytest.raises(ExtensionError, match=r"book/other and book/lines .* fig-line"):
        taking(page(png()), "book/other")


def test_it_stays_out_of_paper_and_of_notebooks(taking):
    soup = page(png())
    taking(soup, "book/lines")
    assert "along" not in "\n".join(Markdown(SITE).blocks(soup.main.children))
    chapters._strip(soup.main, soup)
    assert soup.find("figure")
    assert "along" not in soup.get_text()


@pytest.mark.parametrize(
    ("authors", "words"),
    [
        ([{"name": "We"}], "We"),
        ([{"name": "We"}, {"family-names": "Doe", "given-names": "J."}], "We and J. Doe"),
        ([{"name": "A"}, {"name": "B"}, {"name": "C"}], "A, B and C"),
    ],
)
def test_authors_in_a_sentence(authors, words):
    assert Citation({"authors": authors}).authors == words
