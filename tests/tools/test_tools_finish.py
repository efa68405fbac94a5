"""The last hand on the site's pages: each concern by itself, on small pages."""

import base64
import hashlib
import io

import numpy as np
import pytest
from bs4 import BeautifulSoup
from PIL import Image, ImageChops, ImageStat
from sphinx.errors import ExtensionError

from tools.finish import formulas_once, head, icons, names, pictures, scripts, stylesheet, words
from tools.formulas import Renderer, aligned


def page(body: str, head: str = "") -> BeautifulSoup:
    return BeautifulSoup(f"<html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>", "html.parser")


@pytest.fixture(scope="module")
def render():
    renderer = Renderer()
    yield renderer
    renderer.close()


def test_a_formula_is_a_picture_and_mathml(render):
    html = render(r"W_O^{\top}")
    assert BeautifulSoup(html, "html.parser").svg["aria-hidden"] == "true"
    assert "<msubsup><mi>W</mi><mi>O</mi>" in html.replace("\n", "")
    assert "<text" not in html  # every letter is a shape of MathJax's own font
    assert render("x", True) != render("x", False)
    assert render("x") is render("x")


@pytest.mark.parametrize("wrong", [r"\nosuch{x}", r"\frac{1}", "{"])
def test_a_formula_that_mathjax_refuses(render, wrong):
    with pytest.raises(ValueError, match="formula"):
        render(wrong)
    render("x")  # and the next one works


def test_equations_are_aligned_as_sphinx_does():
    assert aligned("a = b") == "a = b"
    assert aligned(r"a &= b \\ c &= d") == r"\begin{split}a &= b \\ c &= d\end{split}"
    assert aligned("a\n\nb") == r"\begin{aligned}a\\b\end{aligned}"


def test_each_letter_stands_once(render):
    shared = BeautifulSoup(f"<main>{render('x + x')}{render('x')}</main>", "html.parser")
    formulas_once.share(shared)
    known = {path["id"] for path in shared.select("defs path")}
    used = [use["href"].removeprefix("#") for use in shared.select("use")]
    assert len(known) == 2
    assert len(used) == 4
    assert set(used) == known
    assert shared.select("g:not([transform], [fill])") == []
    without = BeautifulSoup("<main>no formula</main>", "html.parser")
    formulas_once.share(without)
    assert str(without) == "<main>no formula</main>"


def test_icons_are_drawn_and_unknown_ones_refused():
    soup = page(
        '<i class="theme-switch fa-solid fa-sun fa-lg" data-mode="light" title="Light"></i><i class="other"></i>'
    )
    icons.draw(soup)
    assert soup.svg["class"] == ["icon", "theme-switch", "fa-lg"]
    assert soup.svg["data-mode"] == "light"
    assert soup.svg.path["d"].startswith("M")
    assert soup.i["class"] == ["other"]
    with pytest.raises(ExtensionError, match="no icon 'no-such'"):
        icons.drawing("no-such")


def test_scripts_without_work_go_and_the_policy_names_the_rest():
    text = "document.documentElement.dataset.mode = 1 && 2 < 3"
    soup = page(
        '<button onclick="window.print()">p</button>',
        f"<script>{text}</script><script>{text}</script><script>DOCUMENTATION_OPTIONS.pagename = 'x';</script>"
        '<script src="a/clipboard.min.js?v=1"></script><script src="doctools.js"></script>',
    )
    scripts.arrange(soup)
    scripts.protect(soup)
    assert [script.get("src") for script in soup.find_all("script")] == [None, "doctools.js"]
    assert soup.find("script", src=True).has_attr("defer")
    assert soup.button.attrs == {"data-action": "print"}
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    rules = soup.find("meta", attrs={"http-equiv": True})["content"]
    assert f"script-src 'self' 'sha256-{digest}';" in f"{rules};"
    assert "default-src 'self'" in rules
    assert "unsafe" not in rules.partition("script-src")[2].partition(";")[0]
    assert next(iter(soup.head.children)).has_attr("charset")
    with pytest.raises(ExtensionError, match="a handler 'steal"):
        scripts.arrange(page('<a onclick="steal()">x</a>'))


def test_the_theme_measures_no_block():
    script = 'a();document.querySelectorAll(["pre",".x"].join(", ")).forEach(e=>{e.tabIndex=1})'
    assert scripts.lighten(script) == "a();[].forEach(e=>{e.tabIndex=1})"
    assert scripts.lighten(scripts.lighten(script)) == scripts.lighten(script)
    with pytest.raises(ExtensionError, match="in a new way"):
        scripts.lighten("measure()")


def test_names_agree_with_what_is_seen():
    soup = page(
        '<button class="search-button-field" aria-label="Search" title="Search" data-bs-toggle="tooltip">'
        "Search Ctrl K</button>"
        '<button title="Menu"></button><div id="pst-primary-sidebar"></div><button id="pst-back-to-top">up</button>'
        "<li><a>A page</a><details><summary><i></i></summary><ul><li><a>Below</a></li></ul></details></li>"
        "<main></main><div role=list><div role=doc-biblioentry></div></div><table><tr><th><p></p></th></tr></table>"
    )
    names.mend(soup)
    buttons = soup.find_all("button")
    assert "aria-label" not in buttons[0].attrs
    assert buttons[0].attrs.get("data-bs-toggle") is None
    assert buttons[0]["title"] == "Search"
    assert buttons[1]["aria-label"] == "Menu"
    assert soup.main.button["id"] == "pst-back-to-top"
    assert soup.find(id="pst-primary-sidebar")["role"] == "complementary"
    assert soup.select_one("[role=list] > div")["role"] == "listitem"
    assert soup.th is None
    assert soup.summary["aria-label"] == "Pages below A page"


def test_lines_break_between_words_only():
    soup = page(
        '<article><p>All 60 000 of 1 2345 (<span class="math">n</span>), <span class="math">B</span>\u2019s size, '
        '<span class="math">k</span> and</p><pre>60 000</pre>'
        f"<table><tr><td>short</td><td>{'long ' * 7}</td></tr></table></article>"
    )
    text = str(soup.article)
    words.arrange(soup)
    assert soup.article.get_text() == BeautifulSoup(text, "html.parser").get_text().replace(
        "60 000 of", "60\u00a0000 of"
    )
    assert [held.get_text() for held in soup.select(".together")] == ["(n),", "B\u2019s"]
    assert [cell.get("class") for cell in soup.find_all("td")] == [None, ["prose"]]


def test_an_interval_stays_in_one_line():
    soup = page("<article><p>0.9 [0.87, \u22120.2] of [a, b] [1, 2, 3]</p><pre>[1, 2]</pre></article>")
    words.arrange(soup)
    assert soup.article.get_text() == "0.9 [0.87,\u00a0\u22120.2] of [a, b] [1, 2, 3][1, 2]"


@pytest.mark.parametrize(("inside", "given"), [("figure", "max-width: min(100%, 66px)"), ("p", None)])
def test_no_figure_is_shown_with_larger_letters_than_others(tmp_path, inside, given):
    Image.new("RGB", (120, 10)).save(tmp_path / "figure.png")
    soup = page(f'<main><{inside}><img src="_images/f.png"></{inside}></main>')
    pictures.Pictures(tmp_path, tmp_path / "site", {"figure.png": "f.png"})(soup, "")
    assert soup.img.get("style") == given
    styled = page('<main><figure><img src="_images/f.png" style="width: 50%;"></figure></main>')
    pictures.Pictures(tmp_path, tmp_path / "site", {"figure.png": "f.png"})(styled, "")
    assert styled.img["style"] == "width: 50%; max-width: min(100%, 66px)"


def test_pictures_keep_how_they_look_and_know_their_size(tmp_path):
    image = Image.effect_noise((30, 20), 90).convert("RGB")
    file = io.BytesIO()
    image.save(file, "PNG")
    (tmp_path / "figure.png").write_bytes(file.getvalue())
    inline = base64.b64encode(file.getvalue()).decode()
    soup = page(
        '<main><a href="../_images/f1.png"><img src="../_images/f1.png"></a>'
        f'<fa-widget><img src="data:image/png;base64,{inline}"></fa-widget><img src="logo.svg"></main>'
    )
    change = pictures.Pictures(tmp_path, tmp_path / "site", {"figure.png": "f1.png"})
    change(soup, "../")
    first, second, logo = soup.find_all("img")
    assert first["src"] == second["src"] == soup.a["href"]
    assert (first["width"], first["height"]) == ("30", "20")
    assert (first.get("loading"), second["loading"], logo.attrs) == (None, "lazy", {"src": "logo.svg"})
    stored = Image.open(tmp_path / "site" / first["src"].removeprefix("../"))
    difference = ImageChops.difference(stored.convert("RGB"), image)
    assert max(ImageStat.Stat(difference).rms) <= pictures.BOUND


@pytest.mark.parametrize(("width", "scrolls"), [(pictures.WIDE, False), (pictures.WIDE + 1, True)])
def test_a_wide_figure_has_a_place_to_scroll_in_that_its_caption_has_not(tmp_path, width, scrolls):
    Image.new("RGB", (width, 10)).save(tmp_path / "figure.png")
    inside = '<img src="_images/f.png"/>'
    soup = page(
        f"<main><figure>{inside}<figcaption>words</figcaption></figure>"
        f'<a href="_images/f.png">{inside}</a><fa-widget>{inside}</fa-widget></main>'
    )
    pictures.Pictures(tmp_path, tmp_path / "site", {"figure.png": "f.png"})(soup, "")
    places = soup.select('div.picture[tabindex="0"]')
    assert len(places) == 2 * scrolls
    assert not soup.select("fa-widget .picture, .picture figcaption, a > .picture")
    assert len(soup.select(".picture > img, .picture > a > img")) == 2 * scrolls


FEW = np.random.default_rng(0).integers(0, 256, (20, 3), dtype=np.uint8)
MANY = np.random.default_rng(0).integers(0, 256, (4000, 3), dtype=np.uint8)
GREYS = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, 1)


@pytest.mark.parametrize(("values", "exact"), [(FEW[:1], True), (FEW, True), (GREYS, False), (MANY, True)])
def test_a_picture_loses_colours_only_where_nobody_sees_it(values, exact):
    colours = len(values)
    image = Image.fromarray(values[np.arange(80 * 60).reshape(60, 80) % colours])
    file = io.BytesIO()
    image.save(file, "PNG")
    stored = Image.open(io.BytesIO(pictures.smaller(file.getvalue()))).convert("RGB")
    assert (stored.tobytes() == image.tobytes()) == exact
    assert max(ImageStat.Stat(ImageChops.difference(stored, image)).rms) <= pictures.BOUND


def test_thin_lines_of_like_colours_keep_them():
    """A blue and a green line among the greys and pale blends of many others: both are still there."""
    values = np.full((600, 900, 3), 255, dtype=np.uint8)
    greys = np.random.default_rng(0).integers(150, 256, (120, 900), dtype=np.uint8)
    values[:120] = greys[..., None]
    values[120:240] = (values[:120] // 2 + np.array([60, 90, 100])).astype(np.uint8)
    blue, green = (0, 114, 178), (0, 158, 115)
    values[300:302, :200], values[400:402, :200] = blue, green
    file = io.BytesIO()
    Image.fromarray(values).save(file, "PNG")
    stored = Image.open(io.BytesIO(pictures.smaller(file.getvalue()))).convert("RGB")
    assert len(stored.getcolors(600 * 900)) <= pictures.COLOURS[-1]
    assert (stored.getpixel((100, 300)), stored.getpixel((100, 400))) == (blue, green)
    assert stored.getpixel((800, 500)) == (255, 255, 255)


def test_areas_of_like_colours_keep_them():
    """Two pale areas side by side, a blue and a green one, among the blends of many lines."""
    blue, green = (190, 217, 236), (205, 231, 220)
    values = np.random.default_rng(0).integers(150, 256, (600, 900, 1), dtype=np.uint8).repeat(3, 2)
    values[:400, :700], values[400:500, :300] = blue, green
    file = io.BytesIO()
    Image.fromarray(values).save(file, "PNG")
    stored = Image.open(io.BytesIO(pictures.smaller(file.getvalue()))).convert("RGB")
    assert len(stored.getcolors(600 * 900)) <= pictures.COLOURS[-1]
    assert (stored.getpixel((350, 200)), stored.getpixel((150, 450))) == (blue, green)


@pytest.mark.parametrize(
    ("css", "left"),
    [
        (".seen{a:b}.unseen{a:b}", ".seen{a:b}"),
        (".seen .unseen,p.seen{a:b}", "p.seen{a:b}"),
        ("@media print{.unseen{a:b}}", ""),
        ("@media print{.seen{a:b}/*.x{}*/}", "@media print{.seen{a:b}}"),
        ("a:not(.unseen){a:b}", "a:not(.unseen){a:b}"),
        ('@font-face{font-family:"Font Awesome 6"}', ""),
        ('p::before{content:"}.unseen{"}', 'p::before{content:"}.unseen{"}'),
        (r".md\:seen{a:b}", ""),
        ("html[data-x=unseen] #seen{a:b}", "html[data-x=unseen] #seen{a:b}"),
        (r'.seen:before{content:"\f0ce"}.seen:after{content: "\e163";a:b}', ""),  # a font's icons, without the font
        (r'.seen:before{content:"\2192"}', r'.seen:before{content:"\2192"}'),
    ],
)
def test_rules_that_nothing_meets_go(css, left):
    assert stylesheet.purge(css, {"seen"}) == left


def test_addresses_of_a_stylesheet_that_moves_lead_where_they_led(tmp_path):
    css = "a{b:url(x.png)}c{d:url('../y.svg')}e{f:url(data:z)}"
    assert (
        stylesheet.moved(css, "_static/styles", "_static") == "a{b:url(styles/x.png)}c{d:url('y.svg')}e{f:url(data:z)}"
    )
    (tmp_path / "s").mkdir()
    (tmp_path / "s/a.css").write_text('@import url("../b.css");p{}')
    (tmp_path / "b.css").write_text("q{r:url(t.png)}")
    assert stylesheet.read(tmp_path, "s/a.css") == "q{r:url(../t.png)}p{}"


def test_words_come_from_pages_and_scripts():
    assert stylesheet.words(["<p class=\"one two\" id='three'>four"], ['x.classList.add("five-six")']) >= {
        "one",
        "two",
        "three",
        "five-six",
    }


def test_a_description_is_the_first_paragraph_cut_at_a_word():
    soup = page(
        '<article><div class="opener"><p>' + "nor this " * 20 + "</p></div>"
        "<p>Short.</p><figure><p>" + "not this " * 20 + "</p></figure><p>" + "word " * 60 + "</p></article>"
    )
    text = head.description(soup, "otherwise")
    assert text.startswith("word word")
    assert text.endswith("word …")
    assert len(text) <= head.LENGTH + 2
    assert head.description(page(""), "otherwise") == "otherwise"
