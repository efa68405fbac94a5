"""What a reader can do with a widget: every control, by key and pointer, changes what it should and nothing else."""

import re

import numpy as np
import pytest
from visits import NAMES

from fa_book.alignment import icosahedron

SLIDER = "fa-widget input[type=range]"
MINUS = chr(0x2212)
PUT = """(slider, share) => {
  slider.value = Number(slider.min) + share * (slider.max - slider.min);
  slider.dispatchEvent(new Event("input"));
}"""
CHOOSE = """(list, share) => {
  list.selectedIndex = Math.floor(share * list.options.length);
  list.dispatchEvent(new Event("change"));
}"""
NONSENSE = re.compile(r"NaN|undefined|null|Infinity|\[object")


@pytest.mark.parametrize("name", NAMES)
def test_every_slider_moves_its_field_and_the_picture(visitor, name):
    page = visitor.open(name)
    for slider in page.locator(SLIDER).all():
        before, picture = visitor.state(page), visitor.picture(page)
        field = slider.get_attribute("name")
        spoken = slider.get_attribute("aria-valuetext")
        more = slider.input_value() != slider.get_attribute("max")
        slider.focus()
        for _ in range(2):
            page.keyboard.press("ArrowRight" if more else "ArrowLeft")
        visitor.settle(page)
        after = visitor.state(page)
        assert after[field] > before[field] if more else after[field] < before[field]
        assert after | {field: before[field]} == before
        assert visitor.picture(page) != picture, f"{field} changes nothing that can be seen"
        assert slider.get_attribute("aria-valuetext") != spoken
        assert not NONSENSE.search(visitor.text(page))
    page.get_by_role("button", name="Reset").click()
    visitor.settle(page)
    assert visitor.state(page) == visitor.start(page)


@pytest.mark.parametrize("name", NAMES)
def test_every_list_and_box_changes_its_field(visitor, name):
    page = visitor.open(name)
    for control in page.locator("fa-widget select, fa-widget input[type=checkbox]").all():
        before, field = visitor.state(page), control.get_attribute("name")
        if control.evaluate("(control) => control.type") == "checkbox":
            control.click()
        else:
            chosen = control.evaluate("(control) => control.selectedIndex")
            control.select_option(index=0 if chosen == 1 else 1)
        assert visitor.state(page)[field] != before[field]
        page.get_by_role("button", name="Reset").click()
        visitor.settle(page)
        assert visitor.state(page) == visitor.start(page)


def test_vertices_switch_by_button_key_and_press(visitor):
    page = visitor.open("icosahedron")
    start = visitor.state(page)["pattern"]

    def flipped(*vertices):
        return start ^ sum(1 << (11 - vertex) for vertex in vertices)

    page.get_by_role("button", name="vertex 4", exact=True).click()
    assert visitor.state(page)["pattern"] == flipped(4)
    canvas = page.locator("fa-widget canvas").first
    canvas.focus()
    page.keyboard.press("b")
    page.keyboard.press("a")
    assert visitor.state(page)["pattern"] == flipped(4, 10, 11)
    page.keyboard.press("ArrowLeft")
    assert visitor.state(page)["turn"] == visitor.start(page)["turn"] - 6

    page.evaluate(
        "() => { const { model } = document.querySelector('fa-widget'); model.set('turn', 0); model.set('tilt', 0); }"
    )
    visitor.settle(page)
    x, y, z = icosahedron.vertices().T
    front = int(np.argmax(z + 0.01 * x))  # two vertices share the front edge, one above the other
    box = canvas.bounding_box()
    radius = min(box["width"], box["height"]) / 2 - 18
    place = (box["x"] + box["width"] / 2 + radius * x[front], box["y"] + box["height"] / 2 - radius * y[front])
    before = visitor.state(page)
    page.mouse.click(*place)
    assert visitor.state(page) == before | {"pattern": before["pattern"] ^ (1 << (11 - front))}
    page.mouse.move(*place)
    page.mouse.down()
    page.mouse.move(place[0] + 40, place[1] + 20, steps=4)
    page.mouse.up()
    assert visitor.state(page) == before | {"pattern": before["pattern"] ^ (1 << (11 - front)), "turn": 20, "tilt": 10}


def test_what_the_icosahedron_says_is_what_fa_lib_computes(visitor):
    page = visitor.open("icosahedron")
    patterns, orbits = icosahedron.patterns(), icosahedron.orbits()
    sizes = np.bincount(orbits)
    for number in (0, 4095, *np.random.default_rng(0).integers(0, 4096, 30).tolist()):
        visitor.put(page, pattern=number)
        text = visitor.text(page)
        counts = [int(cell) for cell in page.locator("fa-widget dl:not(.spectrum) dd").all_text_contents()[:4]]
        assert counts == [int(count) for count in icosahedron.pair_counts(patterns[number])]
        margin = int(icosahedron.margin(patterns[number]))
        word = "exactly at" if margin == 0 else f"{abs(margin)} {'above' if margin > 0 else 'below'}"
        assert f"= {margin + 99}, {word} the threshold 99: the label is {int(margin >= 0)}." in text.replace(MINUS, "-")
        assert f"{orbits[number] + 1} of 64, {sizes[orbits[number]]} pattern" in text
        shown = [float(cell) for cell in page.locator("fa-widget .spectrum span").all_text_contents()]
        np.testing.assert_allclose(shown, icosahedron.power_spectrum(patterns[number]), rtol=6e-3, atol=1e-9)


def test_rotating_the_pattern_changes_no_label(visitor):
    page = visitor.open("icosahedron")
    before, words, seen = visitor.state(page)["pattern"], visitor.text(page), set()
    for _ in range(20):
        page.get_by_role("button", name="Rotate the pattern").click()
        seen.add(visitor.state(page)["pattern"])
        visitor.settle(page)
        assert visitor.text(page) == words
    bits = icosahedron.patterns()[before]
    orbit = {int(bits[turn] @ (1 << np.arange(12)[::-1])) for turn in icosahedron.rotations()}
    assert seen <= orbit
    assert len(seen) > 10


def test_another_pattern_visits_them_all(visitor):
    page = visitor.open("icosahedron")
    page.get_by_role("button", name="All off").click()
    number, seen = 0, []
    for click in range(4096):
        number = (1229 * number + 867) % 4096
        seen.append(number)
        if click < 5:
            page.get_by_role("button", name="Another pattern").click()
            assert visitor.state(page)["pattern"] == number
    assert len(set(seen)) == 4096


def test_dynamics_marks_the_conditions_that_are_met(visitor):
    page = visitor.open("dynamics")
    marks = page.locator("fa-widget .marks li")

    def met(**state):
        visitor.put(page, **state)
        return ["met" in (mark.get_attribute("class") or "") for mark in marks.all()], marks.all_text_contents()

    flags, words = met(angle=60)
    assert flags[:2] == [False, False]
    assert "falls to zero: b·w = 0.443" in words[0]
    assert "falls towards zero" in words[1]
    flags, words = met(angle=120)
    assert flags[:2] == [True, True]
    assert f"explodes: b·w = {MINUS}0.443" in words[0]
    assert re.search(r"floor of 0\.00\d+, \d+\.\d+ % of its start", words[1])
    assert met(angle=0, m=2, step=1)[0][0] is False  # a long step alone does not make this one explode
    flags, words = met(angle=90, m=6, step=0.2)
    assert "does not fall to zero: a mode of BW stands still" in words[0]
    flags, words = met(angle=60, p=4, m=2)
    assert "modes of BW grow" in words[0] or "2 units cannot serve 4 outputs" in words[0]
    starts = {met(angle=60, p=1, m=6, seed=seed)[0][2] for seed in range(6)}
    assert starts == {True, False}


def test_dead_zone_of_either_rule_and_a_start_put_by_hand(visitor):
    page = visitor.open("dead_zones")
    picture = visitor.picture(page)
    page.get_by_role("radio", name="BP").check()
    visitor.settle(page)
    assert visitor.state(page)["shade"] == "BP"
    assert visitor.picture(page) != picture
    canvas = page.locator("fa-widget canvas").first
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + box["width"] * (0.5 + 0.4 / 5.6), box["y"] + box["height"] * (0.5 - 0.2 / 5.6))
    state = visitor.state(page)
    assert (state["u1"], state["u2"]) == (pytest.approx(0.4, abs=0.011), pytest.approx(0.2, abs=0.011))
    canvas.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    moved = visitor.state(page)
    assert (moved["u1"], moved["u2"]) == (pytest.approx(state["u1"] - 0.05), pytest.approx(state["u2"] + 0.05))
    page.mouse.click(box["x"] + 2, box["y"] + 2)  # outside: put on the nearest place inside
    assert (visitor.state(page)["u1"], visitor.state(page)["u2"]) == (-0.98, 0.98)


def test_a_finger_does_what_a_mouse_does(visitor):
    page = visitor.open("dead_zones", width=360, has_touch=True)
    box = page.locator("fa-widget canvas").first.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert (visitor.state(page)["u1"], visitor.state(page)["u2"]) == (pytest.approx(0, abs=0.02),) * 2
    page = visitor.open("icosahedron", width=360, has_touch=True)
    before = visitor.state(page)["pattern"]
    page.get_by_role("button", name="vertex 6", exact=True).tap()
    assert visitor.state(page)["pattern"] == before ^ (1 << 5)


@pytest.mark.parametrize("name", NAMES)
def test_two_hundred_random_acts(visitor, name):
    """Whatever a reader does, the state stays accepted, every number finite, and the picture a picture."""
    page = visitor.open(name)
    random = np.random.default_rng(1)
    sliders, lists = page.query_selector_all(SLIDER), page.query_selector_all("fa-widget select")
    radios = page.query_selector_all("fa-widget input[type=radio], fa-widget input[type=checkbox]")
    buttons, canvas = page.query_selector_all("fa-widget button"), page.query_selector("fa-widget canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    for act in range(200):
        kind = random.choice(["slider", "key", "button", "radio", "press", "drag", "letter", "list"])
        if kind == "slider" and sliders:
            random.choice(sliders).evaluate(PUT, random.choice([0, 1, random.random()]))
        elif kind == "key" and sliders:
            random.choice(sliders).focus()
            page.keyboard.press(random.choice(["ArrowLeft", "ArrowRight", "Home", "End", "PageUp"]))
        elif kind == "button":
            random.choice(buttons).evaluate("(button) => button.click()")
        elif kind == "radio" and radios:
            random.choice(radios).evaluate("(radio) => radio.click()")
        elif kind == "list" and lists:
            random.choice(lists).evaluate(CHOOSE, random.random())
        elif kind == "letter":
            canvas.focus()
            page.keyboard.press(random.choice([*"0369ab", "ArrowUp", "ArrowDown"]))
        else:
            x, y = box["x"] + random.random() * box["width"], box["y"] + random.random() * box["height"]
            page.mouse.move(x, y)
            page.mouse.down()
            if kind == "drag":
                page.mouse.move(x + random.integers(-80, 80), y + random.integers(-80, 80), steps=2)
            page.mouse.up()
        if act % 10 == 9:
            visitor.settle(page)
            assert not NONSENSE.search(visitor.text(page))
    state = visitor.state(page)
    accepted = page.evaluate(
        "async ([name, state]) => { const { fields } = (await import(`/_static/widgets/${name}.js`)).default;"
        " const { model } = document.querySelector('fa-widget');"
        " const own = typeof fields === 'function' ? fields((name) => model.get(name)) : fields;"
        " return Object.entries(own).filter(([key, field]) => !field.accepts(state[key])).map(([key]) => key); }",
        [name, state],
    )
    assert accepted == []
    assert visitor.colours(page) > 20
    visitor.keep(page, f"{name}-random-light-1280")
    page.evaluate("() => (document.documentElement.dataset.theme = 'dark')")
    page.set_viewport_size({"width": 360, "height": 740})
    visitor.settle(page, 3)
    visitor.keep(page, f"{name}-random-dark-360")


def test_a_plot_leaves_out_what_cannot_be_drawn(visitor):
    page = visitor.page()
    page.goto(f"{visitor.site}/book/plain.html")
    drawn = page.evaluate("""async () => {
      const { extent, panel } = await import("/_static/widgets/plot.js");
      const { palette } = await import("/_static/widgets/look.js");
      const ctx = document.body.appendChild(document.createElement("canvas")).getContext("2d");
      const bad = [NaN, Infinity, -Infinity, undefined];
      const ranges = [];
      for (const log of [false, true])
        for (const values of [[], bad, [0, 0, ...bad], [1e-299, 1e299, ...bad], [5, 5], [-1, 0, 2]]) {
          const y = extent(values, { log });
          ranges.push([log, ...y]);
          const place = { left: 0, top: 0, width: 300, height: 150 };
          const axes = panel(ctx, place, { x: [0, 9], y, log, colours: palette(false) });
          axes.curve(values.map((_, i) => i), values, { colour: "#000000" });
          axes.dots(values.map((_, i) => i), values, { colour: "#000000" });
        }
      return ranges;
    }""")
    for log, low, high in drawn:
        assert low < high
        assert low > 0 or not log


def test_what_dead_zones_say_follows_the_start(visitor):
    page = visitor.open("dead_zones")
    words = page.locator("fa-widget .words")
    before = words.inner_text()
    assert re.match(r"From the start \(\S+, \S+\) FA (arrives|stays)", before)
    page.locator("fa-widget canvas").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    visitor.settle(page)
    assert words.inner_text() != before


def test_the_angle_of_several_outputs_is_not_that_of_two_vectors(visitor):
    page = visitor.open("dynamics")
    row = page.locator("fa-widget label.row").filter(has=page.locator("input[name=angle]"))
    visitor.put(page, p=1)
    assert row.inner_text().startswith("angle between b and w")
    visitor.put(page, p=4)
    assert row.inner_text().startswith("angle between B and W")


def test_on_a_phone_the_dynamics_and_their_sliders_are_in_one_view(visitor):
    page = visitor.open("dynamics", width=390, height=664)
    canvas = page.locator("fa-widget canvas").first.bounding_box()
    sliders = [slider.bounding_box() for slider in page.locator(SLIDER).all()]
    assert max(box["y"] + box["height"] for box in sliders) - canvas["y"] < 664


def test_intervals_of_rates_end_where_rates_do(visitor):
    page = visitor.page()
    page.goto(f"{visitor.site}/book/plain.html")
    found = page.evaluate("""async () => {
      const { bounds, interval } = await import("/_static/widgets/recorded.js");
      const rate = bounds({ name: "test_accuracy", label: "test correct rate" });
      const square = bounds({ name: "accuracy", label: "R²" });
      return [interval([0.5, 1, 1], 4.3, rate), interval([0, 0, 0.5], 4.3, rate), interval([0, 0, 0.5], 4.3, square)];
    }""")
    assert found[0]["high"] == 1
    assert found[0]["low"] == pytest.approx(5 / 6 - 4.3 / 6)
    assert found[1]["low"] == 0
    assert found[2]["low"] < 0
