"""State in the page's address: shared, read back, and refused with a visible word where it makes no sense."""

import base64
import json

import pytest
from visits import NAMES


def encode(value) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize("name", NAMES)
def test_a_shared_link_brings_the_state_back(visitor, name):
    page = visitor.open(name)
    for slider in page.locator("fa-widget input[type=range]").all():
        slider.focus()
        page.keyboard.press("ArrowRight" if slider.input_value() == slider.get_attribute("min") else "ArrowLeft")
    state = visitor.state(page)
    assert state != visitor.start(page)
    page.get_by_role("button", name="Share").click()
    page.wait_for_selector("fa-widget .note:not(:empty)")
    button = page.get_by_role("button", name="Share").bounding_box()
    answer = page.locator("fa-widget .answer").bounding_box()
    assert 0 <= answer["y"] - button["y"] < 100  # where the reader looks
    address = page.url.partition("#")[2]
    assert address.startswith(f"fa-{name}=")

    page = visitor.open(name, hash=f"#{address}")
    assert visitor.state(page) == state
    assert not page.locator("fa-widget .note:not(.answer)").is_visible()
    page.get_by_role("button", name="Reset").click()
    assert visitor.state(page) == visitor.start(page)


MALFORMED = {
    "not base64": "%%%",
    "not JSON": encode("{"),
    "not an object": encode([1, 2]),
    "null": encode("null"),
    "empty": "",
    "unknown field": encode({"m": 4, "x": 1}),
    "out of range": encode({"m": 4, "p": 9}),
    "not whole": encode({"m": 4.5}),
    "text": encode({"m": "4"}),
    "too large": encode('{"step": 1e999}'),
    "not an option": encode({"n": 77}),
    "inherited": encode({"constructor": 1}),
}


def test_a_link_that_makes_no_sense_gives_the_defaults_and_says_so(visitor):
    page = visitor.open("dynamics", hash="#fa-dynamics=%25")  # when the page opens
    assert "could not be read" in page.locator("fa-widget .note:not(.answer)").inner_text()
    for what, text in MALFORMED.items():  # and later
        visitor.put(page, m=3)
        page.evaluate("(hash) => { location.hash = hash; }", f"fa-dynamics={text}")
        page.wait_for_function("() => document.querySelector('fa-widget').model.get('m') !== 3")
        assert visitor.state(page) == visitor.start(page), what
        assert "could not be read" in page.locator("fa-widget .note:not(.answer)").inner_text(), what
        page.get_by_role("button", name="Reset").click()
        assert not page.locator("fa-widget .note:not(.answer)").is_visible()


def test_a_new_address_on_an_open_page(visitor):
    page = visitor.open("dynamics")
    page.evaluate("(hash) => { location.hash = hash; }", f"fa-dynamics={encode({'m': 3, 'angle': 120})}")
    page.wait_for_function("() => document.querySelector('fa-widget').model.get('m') === 3")
    assert visitor.state(page) == visitor.start(page) | {"m": 3, "angle": 120}
    page.evaluate("() => { location.hash = 'some-heading'; }")
    visitor.settle(page)
    assert visitor.state(page)["m"] == 3  # a link inside the page changes no settings


def test_two_widgets_of_a_kind_keep_their_states_apart(visitor):
    page = visitor.page()
    five, seven = encode({"pattern": 5}), encode({"pattern": 7})
    page.goto(f"{visitor.site}/book/twice.html#fa-icosahedron-2={seven}&fa-icosahedron={five}")
    page.wait_for_function("() => document.querySelectorAll('fa-widget[live]').length === 2")
    patterns = "() => [...document.querySelectorAll('fa-widget')].map((widget) => widget.model.get('pattern'))"
    assert page.evaluate(patterns) == [5, 7]
    page.get_by_role("button", name="All off").nth(1).click()
    page.get_by_role("button", name="Share").nth(1).click()
    page.locator("fa-widget .note:not(:empty)").wait_for()
    assert f"#fa-icosahedron={five}&fa-icosahedron-2=" in page.url
    page.reload()
    page.wait_for_function("() => document.querySelectorAll('fa-widget[live]').length === 2")
    assert page.evaluate(patterns) == [5, 0]
