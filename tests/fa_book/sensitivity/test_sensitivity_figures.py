"""The picture of factors: bars from the worst to the best mean, the paper's value marked, the worst value named."""

import matplotlib.pyplot as plt
import pytest
import xarray as xr

from fa_book.sensitivity import figures


def rates(*values):
    return xr.Dataset({"test_accuracy": (("run", "epoch"), [[0.1, value] for value in values])})


USUAL = {"BP": rates(0.9, 0.8), "TF": rates(0.8, 0.7)}
OTHERS = {
    ("rate", 0.01): {"BP": rates(0.9, 0.9), "TF": rates(0.5, 0.4)},
    ("rate", 0.0001): {"BP": rates(0.7, 0.7)},
    ("drawn", "orthogonal"): USUAL,
    ("batch", 16): {"BP": rates(0.85, 0.85), "TF": rates(0.75, 0.75)},
}


def test_values_come_in_order_and_with_the_usual_one():
    assert list(figures.values("rate", OTHERS, "0.001", USUAL)) == ["0.0001", "0.001", "0.01"]
    assert list(figures.values("rate", OTHERS, "", USUAL)) == ["0.0001", "0.01"]
    assert list(figures.values("drawn", OTHERS, "normal", USUAL)) == ["normal", "orthog."]
    assert list(figures.values("batch", OTHERS, "all", USUAL)) == ["16", "all"]


def test_means_are_of_the_last_epoch_where_the_rule_was_run():
    by_value = figures.values("rate", OTHERS, "0.001", USUAL)
    assert figures.means(by_value, "BP") == pytest.approx({"0.0001": 0.7, "0.001": 0.85, "0.01": 0.9})
    assert figures.means(by_value, "TF") == pytest.approx({"0.001": 0.75, "0.01": 0.45})


@pytest.fixture
def axes():
    figure, axes = plt.subplots()
    factors = {"the rate": ("rate", "0.001"), "how drawn": ("drawn", "normal")}
    by_factor = {words: figures.values(name, OTHERS, value, USUAL) for words, (name, value) in factors.items()}
    figures.spans(axes, by_factor, {"the rate": "0.001"}, ["BP", "TF"])
    yield axes
    plt.close(figure)


def test_bars_go_from_the_lowest_mean_to_the_highest(axes):
    bars = [line.get_xdata() for line in axes.lines if line.get_linewidth() == 3]
    assert [tuple(bar) for bar in bars] == [
        pytest.approx(ends) for ends in ((0.7, 0.9), (0.45, 0.75), (0.85, 0.85), (0.75, 0.75))
    ]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["the rate", "how drawn"]
    assert axes.get_legend_handles_labels()[1] == ["BP", "TF"]  # each once


def test_the_paper_s_value_and_the_worst_one_are_marked(axes):
    dots = [float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() == "o"]
    assert dots == pytest.approx([0.85, 0.75])  # of the factor that has one
    assert [text.get_text() for text in axes.texts] == ["TF at 0.01"]  # a short bar needs no word
