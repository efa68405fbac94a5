"""Every widget on a page: alive, inside the screen's width, accessible, in both themes; screenshots stay in _build."""

from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from visits import NAMES

from tools import chromium

AXE = Axe()
PAPER = "(box) => getComputedStyle(box).backgroundColor"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_looks_and_speaks_well(visitor, name, theme):
    page = visitor.open(name, theme)
    visitor.keep(page, f"{name}-{theme}-1280")
    found = AXE.run(page, context="fa-widget")
    faults = [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found.response["violations"]]
    assert faults == []
    assert len(found.response["passes"]) > 5  # it did look
    seen = page.evaluate("() => [document.scrollingElement.scrollWidth, document.getAnimations().length]")
    assert seen == [1280, 0]  # nothing moves by itself

    page.set_viewport_size({"width": 360, "height": 740})
    visitor.settle(page, 3)
    assert page.evaluate("() => document.scrollingElement.scrollWidth") == 360
    box, canvas = (page.locator(f"fa-widget {inner}").first.bounding_box() for inner in (".fa", "canvas"))
    assert 16 <= box["x"] <= canvas["x"]
    assert canvas["width"] > 280  # one column
    assert canvas["x"] + canvas["width"] <= box["x"] + box["width"] <= 360 - 16
    visitor.keep(page, f"{name}-{theme}-360")


@pytest.mark.parametrize("name", NAMES)
def test_follows_the_reader_from_light_to_dark(visitor, name):
    page = visitor.open(name)
    box = page.locator("fa-widget .fa")
    assert box.evaluate(PAPER) == "rgb(255, 255, 255)"
    before = visitor.picture(page)
    page.evaluate("() => (document.documentElement.dataset.theme = 'dark')")
    visitor.settle(page)
    assert box.evaluate(PAPER) == "rgb(23, 27, 33)"
    assert visitor.picture(page) != before


@pytest.mark.parametrize("name", NAMES)
def test_picture_on_paper_and_without_javascript(visitor, name):
    page = visitor.open(name)
    image, canvas = page.locator("fa-widget > img"), page.locator("fa-widget canvas")
    assert (image.is_visible(), canvas.first.is_visible()) == (False, True)
    page.emulate_media(media="print")
    assert (image.is_visible(), canvas.first.is_visible()) == (True, False)

    page = visitor.page(java_script_enabled=False)
    page.goto(f"{visitor.site}/book/{name}-light.html")
    image = page.locator("fa-widget > img")
    assert image.is_visible()
    assert image.bounding_box()["width"] > 300
    assert len(image.get_attribute("alt")) > 60


def test_only_what_is_near_is_loaded(visitor):
    """A page without a widget asks for no module, and a widget far below asks for none until it comes near."""
    page = visitor.page()
    page.goto(f"{visitor.site}/book/far.html")
    page.wait_for_timeout(200)
    assert [url for url in visitor.asked if url.endswith(".js")] == [f"{visitor.site}/_static/widgets/page.js"]
    page.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_selector("fa-widget[live]")
    assert f"{visitor.site}/_static/widgets/common.js" in visitor.asked


def test_any_chromium_will_do_and_none_is_a_failure_with_advice(monkeypatch, tmp_path):
    own = tmp_path / "own"
    playwright = SimpleNamespace(chromium=SimpleNamespace(executable_path=str(own)))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="apt-get install chromium"):
        chromium.find(playwright)
    own.write_text("#!/bin/sh\nexit 1\n")
    own.chmod(0o755)
    with pytest.raises(FileNotFoundError, match="no Chromium found"):  # one that does not start is none
        chromium.find(playwright)
    own.write_text("#!/bin/sh\n")
    assert chromium.find(playwright) == str(own)
    for name in reversed(chromium.NAMES):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
        assert chromium.find(playwright) != str(tmp_path / name)
        (tmp_path / name).write_text("#!/bin/sh\n")
        assert chromium.find(playwright) == str(tmp_path / name)
