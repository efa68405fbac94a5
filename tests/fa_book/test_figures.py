"""Figures and the tables that stand for them."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from fa_book import figures

mpl.use("Agg")


@pytest.fixture
def results():
    epochs = np.arange(0, 50, 10)
    rising = xr.DataArray(np.linspace(0, 1, 5)[None] + np.array([[0.0], [0.2]]), dims=("run", "epoch"))
    data = xr.Dataset({"loss": 1 - rising, "information": rising, "information_null": rising / 10, "ceiling": 2.0})
    return {"FA": data.assign_coords(epoch=epochs), "BP, gamma": data.assign_coords(epoch=epochs)}


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_a_rule_has_one_colour():
    assert figures.colour("FA, gamma") == figures.colour("FA: frozen") == figures.COLOURS["FA"]
    assert figures.colour("something else") == figures.COLOURS["other"]
    assert len(set(figures.COLOURS.values())) == len(figures.COLOURS)


def test_curves_show_every_run_and_the_mean(results):
    axes = plt.figure().subplots()
    figures.curves(axes, results["FA"].loss, label="FA")
    *runs, mean = axes.lines
    assert len(runs) == 2
    np.testing.assert_allclose(mean.get_ydata(), results["FA"].loss.mean("run"))
    np.testing.assert_allclose(mean.get_xdata(), results["FA"].epoch)
    assert mean.get_linewidth() > runs[0].get_linewidth()


def test_grid_gives_information_its_null_and_ceiling(results):
    figure = figures.grid({"left": results, "right": results}, ["loss", "information"])
    assert len(figure.axes) == 4
    axes = figure.axes[2]
    assert any(np.allclose(line.get_ydata(), 2.0) for line in axes.lines)
    null = results["FA"].information_null.mean("run")
    assert any(len(line.get_ydata()) == 5 and np.allclose(line.get_ydata(), null) for line in axes.lines)
    (legend,) = figure.legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == ["FA", "BP, gamma", "null (labels shuffled)", "ceiling H(Y)"]


def test_any_variable_with_a_null_gets_it(results):
    renamed = {"information": "ksg", "information_null": "ksg_null"}
    axes = figures.grid({"left": {name: data.rename(renamed) for name, data in results.items()}}, ["loss", "ksg"]).axes
    null = results["FA"].information_null.mean("run")
    drawn = [
        [np.shape(line.get_ydata()) == null.shape and np.allclose(line.get_ydata(), null) for line in part.lines]
        for part in axes
    ]
    assert [any(part) for part in drawn] == [False, True]


def test_a_row_has_one_scale_unless_told(results):
    other = {name: data * 10 for name, data in results.items()}
    for share in (True, False):
        left, right = figures.grid({"left": results, "right": other}, ["loss"], share=share).axes
        assert (left.get_ylim() == right.get_ylim()) == share


def test_table_says_mean_and_spread(results, monkeypatch):
    shown = []
    monkeypatch.setattr(figures.tables, "display", shown.append)
    figures.table(results, ["loss", "angle"], at=(0, -1))
    lines = str(shown[0]).splitlines()
    assert len(lines) == 7  # caption, heads, four rows, what ± means
    assert lines[2].split() == ["FA", "0", "0.90", "±", "0.10"]
    assert lines[3].split() == ["FA", "40", "-0.10", "±", "0.10"]


@pytest.mark.parametrize(
    ("value", "sign", "text"),
    [(-0.001, "-", "0.00"), (-0.001, "+", "0.00"), (0.25, "+", "+0.25"), (-1.006, "-", "-1.01")],
)
def test_tidy_has_no_minus_zero(value, sign, text):
    assert figures.tidy(value, 2, sign) == text


def test_strip_shows_every_run(results):
    axes = plt.figure().subplots()
    figures.strip(axes, {"FA": [0.3, 0.1, 0.2], "BP": [0.5, 0.6]}, ylabel="correct rate")
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [0.1, 0.2, 0.3])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["FA", "BP"]


def test_dots_of_a_strip_suggest_no_trend():
    """Runs that are alike stand side by side about the column's middle, others in it."""
    offset = figures.swarm([0.1, 0.5, 0.5, 0.5, 0.9])
    np.testing.assert_allclose(offset, [0, 0, -0.05, 0.05, 0])
    values = np.sort(np.random.default_rng(0).normal(size=400))
    offset = figures.swarm(values)
    assert abs(np.corrcoef(values, offset)[0, 1]) < 0.1
    assert abs(offset).max() <= 0.2 + 1e-12
    np.testing.assert_array_equal(figures.swarm([0.3]), [0])
    assert len(set(figures.swarm([0.3, 0.3]))) == 2


def test_nfa_lets_fa_be_seen():
    assert figures.stroke("NFA, sigma 0.1", ["FA", "NFA, sigma 0.1"]) != "-"
    assert figures.stroke("NFA", ["BP", "NFA"]) == "-"
    assert figures.stroke("FA", ["FA", "NFA"]) == "-"
