"""The page that serves all visits: nothing of one reaches the next, and numbers come over as they are."""

import math

import numpy as np
from visits import Desk

LEAVE = """() => {
  localStorage.setItem("mark", "1");
  sessionStorage.setItem("mark", "1");
  document.cookie = "mark=1";
  window.mark = 1;
}"""
LEFT = """() => [localStorage.length, sessionStorage.length, document.cookie, String(window.mark), innerWidth,
  ...["print", "(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)"].map((q) => matchMedia(q).matches),
  document.querySelector(":hover")?.tagName ?? ""]"""


def test_nothing_is_left_for_the_next_visit(browser, site):
    desk = Desk(browser)
    page = desk.take(1280, 900)
    assert desk.take(1280, 900) is None  # one visit at a time
    page.goto(f"{site}/book/plain.html")
    before = page.evaluate(LEFT)
    page.evaluate(LEAVE)
    page.emulate_media(media="print", color_scheme="dark", reduced_motion="reduce")
    page.set_viewport_size({"width": 360, "height": 740})
    page.mouse.move(100, 100)
    page.mouse.down()
    page.route("**/book/plain.html", lambda route: route.fulfill(body="<p>another"))
    assert page.evaluate(LEFT) != before
    desk.give_back(spoiled=False)
    again = desk.take(1280, 900)
    assert again is page
    again.goto(f"{site}/book/plain.html")
    assert again.evaluate(LEFT) == before
    desk.give_back(spoiled=True)
    assert desk.take(1280, 900) is not page
    desk.give_back(spoiled=True)


def test_numbers_come_over_as_text_to_the_last_bit(call):
    found = call("async ([x]) => [x / 3, NaN, -Infinity, new Float32Array([0.1]), { a: [], b: null }]", [1.0])
    assert found[0] == 1 / 3
    assert math.isnan(found[1])
    assert found[2:] == [-math.inf, [float(np.float32(0.1))], {"a": [], "b": None}]
    assert call("async () => undefined") is None
