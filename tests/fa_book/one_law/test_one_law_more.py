"""A second look at prediction 5: its runs join those of the first."""

from dataclasses import replace

import numpy as np
from sweep_cluster import compute

from fa_book.one_law import plan
from fa_book.one_law.more import ALL, CASES, FIRST, one_law_more
from fa_book.one_law.plan import planned
from fa_lib.sweep import merge


def test_the_plan_is_the_first_look_s_with_other_runs():
    cells, every = one_law_more(), planned()
    runs = {}
    for cell in cells:
        (name,) = [name for name in CASES.values() if replace(cell, runs=(0,)) == every["depths", name[0], 3, name[1]]]
        runs.setdefault(name, []).extend(cell.runs)
    assert runs == {name: list(range(FIRST, ALL)) for name in CASES.values()}


def test_runs_of_both_looks_are_joined(tmp_path, monkeypatch):
    rule, learn = CASES["target, W_O frozen"]
    name = ("depths", rule, 3, learn)
    short = replace(planned()[name], epochs=41)
    other = replace(short, learn_decoder=True)
    monkeypatch.setattr(plan, "planned", lambda: {name: short, "other": other})
    for file, cells in (("one_law", [replace(short, runs=(0, 1)), replace(other, runs=(0, 1))]),
                        ("one_law_more", [replace(short, runs=(5, 6, 7))])):  # fmt: skip
        compute(cells, tmp_path)
        merge(cells, tmp_path, tmp_path / f"{file}.nc")
    found = plan.published(tmp_path / "one_law.nc")
    assert found[name].run.values.tolist() == [0, 1, 5, 6, 7]
    assert found[name].eq11_weights.notnull().all()
    assert found["other"].run.values.tolist() == [0, 1]
    (tmp_path / "one_law_more.nc").unlink()
    first = plan.published(tmp_path / "one_law.nc")[name]
    np.testing.assert_array_equal(first.eq11_weights, found[name].eq11_weights[:2])
