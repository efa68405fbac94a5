"""The third look's runs are new ones, of the conditions that were left open."""

from dataclasses import replace

import numpy as np
import pytest
from sweep_cluster import compute

from fa_book.one_law import budget_of_digits, fresh, more, runs
from fa_book.one_law.plan import SEED, budget, one_law, one_law_further
from fa_lib.sweep import merge


def _bare(cell):
    return replace(cell, runs=(0,), record=None)


def test_no_run_was_in_an_earlier_look():
    seen = {(_bare(cell), run) for plan in (one_law, one_law_further, more.one_law_more, runs.one_law_runs)
            for cell in plan() for run in cell.runs}  # fmt: skip
    every, floor = fresh.planned(), 0
    for cell in fresh.one_law_fresh():
        again = [run for run in cell.runs if (_bare(cell), run) in seen]
        floor += bool(again)
        assert not again or not cell.learn_encoder, cell  # MNIST's untrained encoder, with which the new are compared
    assert floor == 1
    assert len(set(every.values())) == len(every), "a condition has two names"


def test_the_sizes_are_those_that_the_plan_names():
    cells = fresh.planned()
    assert sum(name[:2] == ("conditions", "mnist_rows") for name in cells) == 105 + 1
    assert sum(name[0] == "deep" for name in cells) == 118
    assert len(fresh.GRID) == 39
    assert len(fresh.PAIRS) == 5
    assert min(n * (1 - q) ** 2 for n, q in fresh.GRID) >= fresh.LEAST
    assert all(cell.seed == SEED for cell in fresh.one_law_fresh())
    some = {}
    for cell in fresh.one_law_fresh():
        some.setdefault(_bare(cell), []).extend(cell.runs)
    assert sorted(map(len, some.values()))[-1] == 100
    for name in (("conditions", "ib", True, "target, turned 90"), ("budget", "error", "fresh noise", 128, 0.5)):
        assert some[_bare(cells[name])] == list(range(20, 100))


@pytest.mark.parametrize("learn", [False, True])
def test_accounts_are_over_the_encoder_that_did_not_learn(tmp_path, learn):
    names = [("conditions", "ib", learn, name) for name in (fresh.FLOOR, "target, turned 0", "error, turned 180")]
    cells = [replace(fresh.planned()[name], runs=(20, 21), epochs=41) for name in names]
    compute(cells, tmp_path)
    merge(cells, tmp_path, tmp_path / "one_law_fresh.nc")
    short = dict(zip(names, cells, strict=True))
    results = fresh.named(tmp_path / "one_law_fresh.nc", short)
    rows = fresh.accounts(results, "ib", learn)
    assert rows.condition.values.tolist() == ["target, turned 0", "error, turned 180"]
    assert rows.run.values.tolist() == [20, 21]
    ends = {name[3]: data.regression_accuracy.values[:, -1] for name, data in results.items()}
    np.testing.assert_allclose(rows.gain[0], ends["target, turned 0"] - ends[fresh.FLOOR], atol=1e-7)
    told = results["conditions", "ib", learn, "target, turned 0"]
    np.testing.assert_allclose(rows.eq11_weights[0], told.eq11_encoder.values.mean(1))
    np.testing.assert_allclose(rows.information[0], told.told.values.mean(1) / told.ceiling.values)


def test_the_budget_on_mnist_has_every_way_of_ibtask():
    here, there = budget_of_digits.planned(), budget()
    assert {name[:2] for name in here} == {name[:2] for name in there}
    for name, cell in there.items():
        if name[1]:
            carrier, way, n, q = name
            assert type(here[carrier, way, budget_of_digits.told(n), q].feedback.rule) is type(cell.feedback.rule)
    assert sum(name[1] == "fixed noise" for name in here) == 2 * len(fresh.GRID)
    assert max(n for _, _, n, _ in here) == budget_of_digits.ALL == 2048 - 819
