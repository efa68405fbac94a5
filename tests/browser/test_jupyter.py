"""The module as Jupyter gets it, one text without imports, under a model that speaks as anywidget's does."""

import pytest
from visits import NAMES

from fa_book import widgets

# What a notebook's front end does: import the text from a blob, render into an element, tell of changes both ways.
RENDER = """async ([bundle, state]) => {
  const text = await (await fetch(bundle)).text();
  const { default: widget } = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  const listeners = {};
  window.sent = [];
  window.model = {
    get: (key) => state[key],
    set: (key, value) => { state[key] = value; (listeners[`change:${key}`] ?? []).forEach((heard) => heard()); },
    on: (event, heard) => (listeners[event] ??= []).push(heard),
    off: (event, heard) => (listeners[event] = listeners[event].filter((other) => other !== heard)),
    save_changes: () => window.sent.push({ ...state }),
  };
  window.listening = () => Object.values(listeners).flat().length;
  const el = document.body.appendChild(document.createElement("div"));
  window.clean = await widget.render({ model: window.model, el });
}"""


@pytest.mark.parametrize("kind", widgets.__all__)
def test_renders_and_synchronises(visitor, kind):
    widget = getattr(widgets, kind)()
    page = visitor.page()
    page.goto(f"{visitor.site}/book/plain.html")
    page.evaluate(RENDER, [f"/_static/{widget.module}-bundle.js", widget.state() | widget.data()])
    visitor.settle(page, 2)
    assert visitor.colours(page, "document.body") > 20
    assert page.evaluate("() => document.body.lastChild.dataset.lmSuppressShortcuts") == "true"
    assert page.get_by_role("button", name="Share").count() == 0  # the notebook keeps the state

    for closed in page.locator("details:not([open]) > summary").all():  # where further controls are
        closed.click()
    slider = page.locator("input[type=range]").first
    slider.focus()
    page.keyboard.press("ArrowRight" if slider.input_value() != slider.get_attribute("max") else "ArrowLeft")
    sent = page.evaluate("() => window.sent.at(-1)")
    widget.set_state(sent)  # what reaches Python
    assert widget.state() | widget.data() == sent
    assert widget.state() != type(widget)().state()

    visitor.settle(page)
    picture = visitor.picture(page, "document.body")
    name = slider.get_attribute("name")
    page.evaluate("([name, value]) => window.model.set(name, value)", [name, type(widget)().state()[name]])
    visitor.settle(page)
    assert visitor.picture(page, "document.body") != picture  # a change from Python is drawn
    page.evaluate("() => window.clean()")
    assert page.evaluate("() => window.listening()") == 0


@pytest.mark.parametrize("kind", widgets.__all__)
def test_both_sides_accept_the_same(visitor, kind):
    widget = getattr(widgets, kind)()
    page = visitor.page()
    page.goto(f"{visitor.site}/book/plain.html")
    fields = visitor.fields(page, widget.module, widget.data())
    traits = widget.traits(state=True)
    assert set(fields) == set(traits)
    for name, trait in traits.items():
        if "options" in fields[name]:
            accepted = widget.accepted[name] if name in getattr(widget, "accepted", {}) else trait.values
            assert list(fields[name]["options"]) == list(accepted), name
        else:
            assert (fields[name]["min"], fields[name]["max"]) == (trait.min, trait.max), name


def test_every_module_stands_by_itself(visitor):
    """What a module imports is there in the modules it names."""
    page = visitor.page()
    page.goto(f"{visitor.site}/book/plain.html")
    kind = "async (name) => typeof (await import(`/_static/widgets/${name}.js`)).default.render"
    assert [page.evaluate(kind, name) for name in NAMES] == ["function"] * len(NAMES)
