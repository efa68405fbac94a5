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


def test_other_rules_see_every_word(browser):
    body = WORDS.format('<span role="img">here</span> <span role="img">there</span>')
    assert any(fault.startswith("role-img-alt (serious, 2)") for fault in found(browser, body))
