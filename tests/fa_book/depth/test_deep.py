"""The results of the sweep over depth are found under the names that the chapter uses."""

import xarray as xr

from fa_book.depth import deep
from fa_book.depth.plan import depth
from fa_lib import sweep
from fa_lib.sweep.labels import labels


def test_every_cell_has_a_name_and_is_found_by_its_task_and_widths(monkeypatch):
    cells = labels(depth())
    assert len(set(cells.values())) == len(cells)
    merged = {label: xr.Dataset(attrs={"label": label}) for label in cells.values()}
    monkeypatch.setattr(sweep, "load", lambda path: merged)
    found = deep.published("anywhere")
    for task, widths in (("ib", (8,) * 5 + (4,)), ("mnist_rows", (100,) * 6)):
        rules = found[task, widths]
        assert set(rules) <= set(deep.STYLES)
        assert {"BP", "FA chained", "DFA", "DRTP", "TF direct", "signs of W chained", "frozen"} < set(rules)
        assert "encoder frozen" in rules["frozen"].attrs["label"]
        assert rules["DFA"].attrs["label"].startswith("DFA")
    assert len(found["mnist", None]) == 6
    assert found["ib", (4,)]["DFA"] is found["ib", (4,)]["FA chained"]
    assert found["mnist_rows", (100,)]["DFA centred"] is found["mnist_rows", (100,)]["FA chained, centred"]


def test_what_a_sweep_merged_early_lacks_is_left_out(monkeypatch):
    label = next(iter(labels(depth()).values()))
    monkeypatch.setattr(sweep, "load", lambda path: {label: xr.Dataset()})
    assert [list(rules) for rules in deep.published("anywhere").values()] == [["BP"]]
