"""Of words that look alike on the same ground axe is shown one, and it still finds whatever it would have found."""

import pytest

from tools.quality import axe

PAGE = """<!doctype html><html lang="en"><title>Words</title>
<style>body {{ background: #fff; color: #000 }} pre {{ background: #eee }} .faint {{ color: #bbb }}
.dark {{ background: #333 }} .dark pre {{ background: none }} .half {{ opacity: 0.3 }}</style>
<main><h1>Words</h1>{}</main></html>"""
WORDS = "<pre tabindex=0>" + "<span>fine</span> " * 40 + "{}</pre>"
TABLE = "<table><tr><th scope=col>head</th></tr>" + "<tr><td>{}</td></tr>" * 40 + "</table>"
FAINT = TABLE.replace("<td>", '<td class="faint">')


def found(browser, body: str, rules=()) -> list[str]:
    page = browser.new_page()
    page.set_content(PAGE.format(body))
    faults = axe.faults(page, rules)
    marked = page.evaluate("document.querySelectorAll('[data-alike]').length")
    page.close()
    assert marked  # or nothing has been saved
    return faults


@pytest.mark.parametrize(
    ("body", "many"),
    [
        (WORDS.format('<span class="faint">words</span>'), 1),
        (WORDS.format('<span class="faint">words</span> <span class="faint">more</span>'), 1),  # alike: one for both
        (WORDS.format("") + '<div class="dark">' + WORDS.format("") + "</div>", 1),  # fine there, not here
        (WORDS.format("") + '<div class="half">' + WORDS.format("") + "</div>", 1),
        ("<details><summary>Fold</summary>" + WORDS.format("") + "</details>" + WORDS.format(""), 0),
        ("<details><summary>Fold</summary>" + WORDS.format('<span class="faint">no</span>') + "</details>"
         + WORDS.format('<span class="faint">yes</span>'), 1),
        (TABLE.format(*40 * ["11"]) + FAINT.format(*40 * ["22"]), 1),
        (FAINT.format(*38 * ["2"], "22", "22"), 1),  # axe does not judge a single letter
        (FAINT.format(*38 * ["<b style='color: #000'>22</b>"], "22", "22"), 1),  # nor a part, which is another word
    ],
    ids=["one", "two", "on dark ground", "half seen", "none", "folded first", "cells", "after letters", "after parts"],
)  # fmt: skip
def test_a_faint_word_is_found(browser, body, many):
    faults = found(browser, body, axe.COLOURS)
    assert [fault.split(" (")[0] for fault in faults] == ["color-contrast"] * bool(many)
    if many:
        assert f", {many}): " in faults[0]


NARROW = (
    "@media (width < 500px) { .fades { color: #bbb } .ground { background: #111 } .late { display: block !important } }"
)


@pytest.mark.parametrize(
    ("body", "wide", "narrow"),
    [
        ("<p>fine</p>", 0, 0),
        ('<p class="faint">faint at any width, said once</p>', 1, 0),
        ('<p class="fades">faint when narrow</p>', 0, 1),
        ('<div class="ground"><p>on dark ground when narrow</p></div>', 0, 1),
        ('<p class="faint late" style="display: none">seen when narrow alone</p>', 0, 1),
        ('<p class="faint" style="visibility: hidden">never seen</p>', 0, 0),
    ],
)
def test_a_word_is_looked_at_again_where_it_has_become_another(browser, body, wide, narrow):
    page = browser.new_page(viewport={"width": 900, "height": 600})
    page.set_content(PAGE.format(f"<style>{NARROW}</style>{body}"))
    for width, many in ((900, wide), (400, narrow), (900, 0)):
        page.set_viewport_size({"width": width, "height": 600})
        assert len(axe.faults(page, axe.COLOURS)) == many, width
    page.close()


def test_other_rules_see_every_word(browser):
    body = WORDS.format('<span role="img">here</span> <span role="img">there</span>')
    assert any(fault.startswith("role-img-alt (serious, 2)") for fault in found(browser, body))


def test_formulas_stay_as_they_are(browser):
    page = browser.new_page()
    svg = '<svg width="9" height="9" aria-hidden="true"><g id="a"><path d="M0 0h9"></path></g> <g id="b"></g></svg>'
    page.set_content(PAGE.format(f"<p>words <mjx-container>{svg}</mjx-container></p>"))
    before = page.content()
    assert not axe.faults(page)
    assert page.inner_html("mjx-container") == svg in before
    page.close()
