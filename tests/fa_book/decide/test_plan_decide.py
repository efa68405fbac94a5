"""The plan of the deciding experiment: its conditions, their names, and that its results are found again."""

import json

import numpy as np
import pytest
from sweep_cluster import compute

from fa_book.decide.plan import BETWEEN, FLOOR, angle_of, decide, experiment, published
from fa_lib.sweep import merge
from fa_lib.sweep.cells import from_options
from fa_lib.sweep.labels import labels


def test_every_condition_has_a_name_of_its_own():
    cells = decide()
    names = labels(cells)
    assert len(set(names.values())) == len(names) == len({cell.name for cell in cells}) == len(cells)
    assert all(from_options(json.loads(cell.text())) == cell for cell in cells)


def test_runs_and_order():
    cells = decide(runs=12)
    assert {cell.runs[-1] for cell in cells if cell.task == "ib"} == {9, 11}
    assert {cell.runs for cell in cells if cell.task == "mnist_rows"} == {tuple(range(5))}
    late = [cell.feedback.rule.angle for cell in cells[-4 * len(BETWEEN) :]]
    assert set(late) == {15, 45, 75, 105, 135, 165}


def test_with_frozen_weights_the_first_are_the_only_ones():
    assert set(experiment("ib", True)) - set(experiment("ib", False)) == {
        f"error, first W_O, turned {angle}" for angle in (0, 90, 180)
    }
    assert set(experiment("mnist_rows", True)) == set(experiment("mnist_rows", False))
    assert not experiment("ib", True)[FLOOR].learn_encoder


@pytest.mark.parametrize("groups", [2, 5])
def test_the_angle_of_groups_is_that_of_their_means(groups):
    y = np.eye(10)
    means = np.kron(np.eye(groups), np.full((10 // groups,) * 2, groups / 10))
    y, means = y - 0.1, means - 0.1
    cosine = (y * means).sum() / np.linalg.norm(y) / np.linalg.norm(means)
    assert angle_of(groups) == pytest.approx(np.degrees(np.arccos(cosine)), abs=0.05)


def test_results_are_found_by_the_names_of_the_plan(tmp_path):
    cells = decide(runs=1)
    compute(cells[:1], tmp_path)
    merge(cells, tmp_path, tmp_path / "some.nc", partial=True)
    found = published(tmp_path / "some.nc")
    assert list(found["ib", False]) == ["error, turned 0"]
    assert not found["ib", True]
    assert found["ib", False]["error, turned 0"].sizes["epoch"] == 9
