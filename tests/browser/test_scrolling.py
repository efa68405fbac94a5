"""On a phone what is wider than the screen says that more follows, until its end is reached; nothing else does."""

import base64
import io

import pytest
from PIL import Image

from tools.book import ROOT

STATE = """(place) => ({
  rest: place.scrollWidth - place.clientWidth - Math.ceil(place.scrollLeft),
  edge: getComputedStyle(place).maskImage,
  words: getComputedStyle(place, "::before").content,
  seen: getComputedStyle(place, "::before").opacity,
  body: document.scrollingElement.scrollWidth,
})"""
PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<style>{css}</style><main class="bd-content"><article class="bd-article">
<figure><div class="picture" tabindex="0"><img alt="x" src="{picture}" width="1400" height="300"></div></figure>
<pre id="long">{long}</pre><pre id="short">x</pre>
<div class="pst-scrollable-table-container" style="overflow-x: auto"><table><tr>{cells}</tr></table></div>
</article></main></html>"""


@pytest.fixture
def look(browser):
    contexts = []

    def at(width: int):
        context = browser.new_context(viewport={"width": width, "height": 800})
        contexts.append(context)
        page, file = context.new_page(), io.BytesIO()
        Image.new("RGB", (1400, 300)).save(file, "PNG")
        picture = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
        css = (
            ROOT / "book/assets/book.css"
        ).read_text() + "* { box-sizing: border-box } figure { margin: 0 } pre { overflow: auto }"
        cells = "<td>somewhere</td>" * 12
        page.set_content(PAGE.format(css=css, picture=picture, long="x = 1  " * 40, cells=cells))
        page.wait_for_timeout(100)
        return page

    yield at
    for context in contexts:
        context.close()


def state(page, selector: str, left: int | None = None) -> dict:
    place = page.locator(selector)
    if left is not None:
        place.evaluate("(place, left) => { place.scrollLeft = left; }", left)
        page.wait_for_timeout(200)
    return place.evaluate(STATE)


def test_a_wide_figure_says_that_more_follows_until_its_end(look):
    page = look(390)
    found = state(page, ".picture")
    assert found["rest"] > 100
    assert found["body"] <= 390
    assert "more to the right" in found["words"]
    assert (found["seen"], found["edge"].startswith("linear-gradient")) == ("1", True)
    found = state(page, ".picture", 10_000)
    assert found["rest"] <= 1
    assert (found["seen"], found["edge"]) == ("0", "none")
    assert state(page, ".picture", 0)["seen"] == "1"


@pytest.mark.parametrize("width", [630, 1280])
def test_a_figure_with_room_says_nothing(look, width):
    found = state(look(width), ".picture")
    assert (found["rest"], found["edge"], found["words"]) == (0, "none", "none")


@pytest.mark.parametrize("selector", ["#long", ".pst-scrollable-table-container"])
def test_code_and_tables_have_the_edge(look, selector):
    page = look(390)
    found = state(page, selector)
    assert found["rest"] > 100
    assert found["edge"].startswith("linear-gradient")
    assert state(page, selector, 10_000)["edge"] == "none"
    assert state(page, "#short")["edge"] == "none"


def test_what_has_the_focus_is_seen_whole(look):
    page = look(390)
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "picture"
    assert state(page, ".picture")["edge"] == "none"
