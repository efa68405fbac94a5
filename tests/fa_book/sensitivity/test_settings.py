"""The sensitivity sweep sorted by setting: every cell of the plan has its place, and gaps are filled as they should."""

import matplotlib.pyplot as plt
import pytest

from fa_book.sensitivity import settings
from fa_book.sensitivity.plan import planned, sensitivity
from fa_lib.sweep import merge, store


@pytest.fixture(scope="module")
def merged(tmp_path_factory):
    """The plan at a few steps: a few settings of it, computed."""
    folder = tmp_path_factory.mktemp("cells")
    some = {settings.USUAL, ("SGD", 1.0), ("size of B, SGD", 10.0), ("noise of NFA", 10.0), ("B drawn", "sparse")}
    wanted = [cell for (setting, _), cell in planned("ib", (0, 1), 10).items() if setting in some]
    for cell in wanted:
        store.put(store.content(cell, cell.compute()), folder / cell.name)
    return merge(wanted, folder, folder / "some.nc")


def test_every_cell_of_the_plan_has_a_place_of_its_own():
    places = {task: planned(task, range(10 if task == "ib" else 5)) for task in ("ib", "mnist_rows")}
    assert [cell for cells in places.values() for cell in cells.values()] == sensitivity()
    usual = {task: [rule for setting, rule in cells if setting == settings.USUAL] for task, cells in places.items()}
    assert usual == {
        "ib": ["BP", "FA", "NFA", "NF", "TF"],
        "mnist_rows": ["BP", "FA", "NFA", "NF", "TF", "FA, centred"],
    }
    assert {factor for cells in places.values() for (factor, _), _ in cells} == {
        "usual", "learning rate", "SGD", "activation", "batch", "size of B", "size of B, SGD", "B drawn",
        "noise of NFA", "gamma",
    }  # fmt: skip


def test_what_a_factor_does_not_concern_is_there_as_without_it(merged):
    found = settings.by_setting(merged, "ib", epochs=10)
    usual, sgd = found[settings.USUAL], found["SGD", 1.0]
    assert list(usual) == ["BP", "FA", "NFA", "NF", "TF"]
    noisy = found["noise of NFA", 10.0]
    assert noisy["FA"] is usual["FA"]
    assert noisy["NFA"] is not usual["NFA"]
    assert found["B drawn", "sparse"]["BP"] is usual["BP"]
    assert list(found["size of B, SGD", 10.0]) == ["BP", "FA", "TF"]
    assert found["size of B, SGD", 10.0]["BP"] is sgd["BP"]


def test_a_panel_shows_every_run_and_marks_the_usual(merged):
    found = settings.by_setting(merged, "ib", epochs=10)
    _, axes = plt.subplots()
    shown = {"0.001": found[settings.USUAL], "10": found["noise of NFA", 10.0]}
    settings.panel(axes, shown, usual="0.001", rules=["BP", "NFA"], title="noise")
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [len(line.get_ydata()) for line in dots] == [2] * 4
    assert len(axes.patches) == 1
    plt.close("all")
