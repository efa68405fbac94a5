"""Of words that look alike on the same ground axe is shown one, and it still finds whatever it would have found."""

import pytest

from tools.quality import axe

PAGE = """<!doctype html><html lang="en"><title>Words</title>
<style>body {{ background: #fff; color: #000 }} pre {{ background: #eee }} .faint, .own {{ color: #bbb }}
.own span {{ color: #000 }}
.dark {{ background: #333 }} .dark pre {{ background: none }} .half {{ opacity: 0.3 }}
button {{ border: 0; background: #fff }} .low {{ margin-top: 99px }}
.veiled {{ position: relative }}
.veiled::before {{ content: ""; position: absolute; inset: 0; background: #000 }}
.panel {{ position: absolute; z-index: -1; width: 99px; height: 19px; background: #333 }}
.panel b {{ display: block; height: 19px; background: #333 }}
.up {{ margin-top: -19px; height: 19px; background: #333; position: relative; z-index: -1 }}</style>
<main><h1>Words</h1>{}</main></html>"""
WORDS = "<pre tabindex=0>" + "<span>fine</span> " * 20 + "{}</pre>"
TABLE = "<table><tr><th scope=col>head</th></tr>" + "<tr><td>{}</td></tr>" * 40 + "</table>"
CARRIED = (
    '<p>fine</p><p>fine</p><div class="dark" style="height: 60px"></div><div style="position: relative; top: -40px;'
)
CARRIED += ' background: {}">carried</div>'
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
        (FAINT.format(*38 * ["\N{CHECK MARK}\N{CHECK MARK}"], "22", "22"), 1),  # nor signs
        (WORDS.format("") + WORDS.format("").replace("<pre tabindex=0>", '<pre class="own" tabindex=0>words '), 1),
        ("<p>fine</p>" * 9 + '<p class="faint">words</p><p class="faint">words</p>', 1),
        # what is out of its place may lie over or under a word that is like the others
        ('<p>fine</p><p>fine</p><p><i class="panel"></i>on a panel</p>', 1),
        ('<p>fine</p><p>fine</p><p style="margin-bottom: 0">under a panel</p><div class="up">up</div>', 1),
        ('<p>fine</p><p>fine</p><p><i class="panel" style="background: none"><b></b></i>on its part</p>', 1),
        ('<p>fine</p><p>fine</p><p><i class="panel" style="background: none"></i>on nothing</p>', 0),
        (CARRIED.format("transparent"), 1),
        (CARRIED.format("white"), 0),
    ],
    ids=["one", "two", "on dark ground", "half seen", "none", "folded first", "cells", "after letters", "after parts",
         "after signs", "in its own ink", "in the text", "panel under", "drawn up", "panel's part", "nothing under",
         "carried", "carried with its ground"],
)  # fmt: skip
def test_a_faint_word_is_found(browser, body, many):
    faults = found(browser, body, axe.COLOURS)
    assert [fault.split(" (")[0] for fault in faults] == ["color-contrast"] * bool(many)
    if many:
        assert f", {many}): " in faults[0]


@pytest.mark.parametrize(
    ("spared", "word"),
    [
        ('<button class="faint" disabled>no</button>', '<button class="faint">yes</button>'),
        ('<button class="faint" aria-disabled="true">no</button>', '<button class="faint">yes</button>'),
        ('<label class="faint">no <input disabled></label>', '<span class="faint">yes</span>'),
        ('<div class="faint" style="clip-path: inset(50%)">no</div>', '<div class="faint">yes</div>'),
        ('<div class="faint" style="position: absolute; clip: rect(0 0 0 0)">no</div>', '<div class="faint">yes</div>'),
        ('<div class="faint" style="text-indent: -999px">no</div>', '<div class="faint">yes</div>'),
        ('<div class="faint" style="position: absolute; left: -999px">no</div>', '<div class="faint">yes</div>'),
        ('<div style="overflow: hidden; height: 9px"><div class="faint low">no</div></div>',
         '<div class="faint">yes</div>'),
        ('<div class="veiled"><div class="faint">no</div></div>', '<div class="faint">yes</div>'),
    ],
    ids=["disabled", "disabled for who listens", "label", "clip-path", "clip", "indent", "left", "overflow", "veiled"],
)  # fmt: skip
def test_what_axe_spares_stands_for_no_other(browser, spared, word):
    fine = "<p>fine</p><p>fine</p>"
    assert found(browser, fine + spared, axe.COLOURS) == []
    assert ", 1): " in found(browser, fine + spared + word, axe.COLOURS)[0]


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
    looks = set()
    for width, many in ((900, wide), (400, narrow), (900, 0)):
        page.set_viewport_size({"width": width, "height": 600})
        assert len(axe.faults(page, axe.COLOURS, looks)) == many, width
    page.close()


def test_a_look_that_was_judged_on_one_page_is_not_judged_on_the_next(browser):
    looks, fine = set(), WORDS.format("") + "<p>fine</p>"
    for body, many in (
        (fine, 0),
        (fine + '<p class="faint">faint</p>', 1),
        (fine + '<p class="faint">the same</p>', 0),
        (fine + '<div class="dark"><p class="faint">on other ground</p><p>faint there</p></div>', 1),
        (fine + '<p>fine</p><p><i class="panel"></i>on a panel</p>', 1),
    ):
        page = browser.new_page()
        page.set_content(PAGE.format(body))
        assert len(axe.faults(page, axe.COLOURS, looks)) == many, body
        page.close()


def test_other_rules_see_every_word(browser):
    body = WORDS.format("") + WORDS.format('<span role="img">here</span> <span role="img">there</span>')
    assert any(fault.startswith("role-img-alt (serious, 2)") for fault in found(browser, body))


def test_formulas_and_code_stay_as_they_are(browser):
    page = browser.new_page()
    svg = '<svg width="9" height="9" aria-hidden="true"><g id="a"><path d="M0 0h9"></path></g> <g id="b"></g></svg>'
    code = (
        "<pre tabindex=0>\n" + '<span class="k">for</span> <span class="n">i</span>:\n  <span></span>\n' * 9 + "</pre>"
    )
    page.set_content(PAGE.format(f"<p>words <mjx-container>{svg}</mjx-container></p>{code}{code}"))
    before = (
        page.inner_html("main"),
        page.evaluate("[...document.querySelectorAll('pre, svg')].map((e) => e.innerHTML)"),
    )
    assert not axe.faults(page)
    page.evaluate("document.querySelectorAll('[data-alike]').forEach((e) => e.removeAttribute('data-alike'))")
    after = page.inner_html("main"), page.evaluate("[...document.querySelectorAll('pre, svg')].map((e) => e.innerHTML)")
    assert after == before
    assert svg in after[0]
    page.close()


def test_code_that_is_all_alike_is_one_text_for_axe(browser):
    page = browser.new_page()
    ink = "<style>pre { color: #ccc } pre span { color: #000 }</style>"  # in its own ink nothing is written
    page.set_content(PAGE.format(ink + 2 * WORDS.format("")))
    assert not axe.faults(page)
    parts = "(looks.takeAway(), [...document.querySelectorAll('pre')].map((pre) => pre.childElementCount))"
    assert page.evaluate(parts) == [20, 0]
    page.close()
