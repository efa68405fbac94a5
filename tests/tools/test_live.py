"""Live training from a notebook's controls: what is chosen is trained and shown; on a page the widget stands there."""

import nbformat
import numpy as np
import papermill
import pytest
import xarray as xr
from nbformat import v4

from fa_book import widgets
from fa_book.widgets import Training
from fa_book.widgets.live import SHOWN, Live, draw
from fa_lib import FA, NFA, TF, tasks, train
from tools.normalise import normalise

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def live():
    return Live(seed=10)


def choose(live: Live, **values) -> None:
    """Move the controls and press the button, as a reader would."""
    for control in live.controls.kwargs_widgets:
        if control._kwarg in values:
            control.value = values[control._kwarg]
    live.controls.manual_button.click()


def controls(live: Live) -> dict:
    return {control._kwarg: control for control in live.controls.kwargs_widgets}


def test_nothing_runs_before_the_button(live):
    assert live.data is None
    controls(live)["epochs"].value = 30
    assert live.data is None
    assert live.children == (live.training, live.controls)


@pytest.mark.parametrize(
    ("chosen", "channel", "options"),
    [
        ({"rule": "FA", "frozen": True, "runs": 2}, FA(), {"learn_decoder": False, "runs": 2}),
        ({"rule": "TF", "k_term": True, "gamma": True, "runs": 1}, TF(), {"learn_gain": True, "runs": 1}),
        ({"rule": "NFA", "sigma": 0.5, "seed": 3, "runs": 1}, NFA(sigma=0.5), {"seed": 3, "runs": 1}),
    ],
    ids=["FA", "TF", "NFA"],
)
def test_what_is_chosen_is_trained(live, chosen, channel, options):
    choose(live, epochs=20, **chosen)
    expected = train(tasks.ib(options.get("seed", 0)), channel, epochs=20, progress=False, **options)
    xr.testing.assert_equal(live.data.drop_attrs(), expected.drop_attrs())
    same = {name: value for name, value in expected.attrs.items() if name != "seconds"}
    assert {name: live.data.attrs[name] for name in same} == same


def test_the_curves_shown_are_those_of_the_training(live):
    choose(live, rule="NF", epochs=10, runs=2)
    figure = live.controls.result
    assert [axes.get_title() for axes in figure.axes] == list(SHOWN.values())
    for axes, name in zip(figure.axes, SHOWN, strict=True):
        *single, mean = [line.get_ydata() for line in axes.lines]
        np.testing.assert_array_equal(single, live.data[name])
        np.testing.assert_allclose(mean, live.data[name].mean("run"))
    before = live.data
    choose(live, rule="BP")
    assert live.data is not before
    assert live.controls.result is not figure


def test_page_shows_the_widget_and_jupyter_the_controls(live, monkeypatch):
    monkeypatch.setattr(widgets.train, "EPOCHS", 40)  # of its finished runs
    data = live._repr_mimebundle_()
    assert data["text/html"] == Training(seed=10).html()
    assert VIEW in data
    assert repr(live) == repr(Training(seed=10)).replace("Training", "Live", 1)
    assert Live(frozen=True, rule="NF", seed=10).controls.kwargs_widgets[1].value is True


def test_executed_twice_it_is_the_same_notebook(tmp_path):
    """Run as the book's chapters are: nothing random, no widget's model, no training. Its finished runs are short."""
    texts = []
    code = "from fa_book.widgets import train\nfrom fa_book.widgets.live import Live\n\ntrain.EPOCHS = 40\nLive()"
    book = v4.new_notebook(
        cells=[v4.new_code_cell(code)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    for name in ("a", "b"):
        target = tmp_path / f"{name}.ipynb"
        papermill.execute_notebook(book, target, progress_bar=False, kernel_name="python3")
        texts.append(normalise(nbformat.read(target, as_version=4)))
    assert texts[0] == texts[1]
    assert texts[0].count("<fa-widget module=") == 1
    assert "widget-view" not in texts[0]
    assert '"widgets"' not in texts[0]


def test_draw_needs_only_what_train_gives(live):
    data = train(tasks.ib(0), FA(), runs=1, epochs=3, progress=False)
    assert len(draw(data, "FA").axes) == 3
