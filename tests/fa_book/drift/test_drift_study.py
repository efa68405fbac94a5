"""The study behind the claims on drift: its runs are those of `drift.follow`, whatever block they are in."""

import numpy as np
import pytest
import xarray as xr

from fa_book.drift import drift, study
from fa_lib import FA, NFA, tasks
from fa_lib.sweep import store

SHORT = {"settled": 20, "more": 12, "every": 6, "seed": 4}


@pytest.fixture(scope="module")
def three():
    return study.noises(3, **SHORT)


def test_a_run_does_not_depend_on_its_block(three):
    alone = study.noises([2], **SHORT)
    assert list(alone.run.values) == [2]
    np.testing.assert_allclose(alone.angle, three.angle.sel(run=[2]), atol=1e-3)
    assert (abs(three.angle.sel(sigma=1.0, epoch=12).diff("run")) > 1e-3).all()  # runs differ


def test_each_noise_is_a_branch_of_one_network(three):
    start = drift.converge(tasks.ib(4).change(lr=study.RATE), FA(), epochs=20, runs=3, seed=4)
    for sigma in study.SIGMAS:
        data = drift.follow(drift.branch(start, NFA(sigma=sigma), seed=4), at=[0, 6, 12])
        np.testing.assert_allclose(three.sel(sigma=sigma).told, data.told, atol=1e-6)
        np.testing.assert_allclose(three.sel(sigma=sigma).angle, data.angle, atol=1e-3)


def test_the_gap_is_none_where_something_else_was_run(three):
    one = three.sel(sigma=0.0)
    assert study.gap(one.isel(run=[1]), one) == 0
    moved = one.assign(angle=one.angle + 2)
    assert study.gap(moved, one) == pytest.approx(2)
    assert study.gap(one.assign_attrs(seed=5), one) is None
    assert study.gap(one.isel(epoch=[0, 1]), one) is None


def test_the_command_goes_on_where_it_was(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(study, "BLOCK", 2)
    made = []

    def short(runs, *, seed):
        made.append(list(runs))
        return study_noises(runs, **SHORT | {"seed": seed})

    study_noises = study.noises
    monkeypatch.setattr(study, "noises", short)
    into = tmp_path / "new" / "drift.nc"
    command = ["--seed", "4", "--out", str(tmp_path / "blocks"), "--into", str(into)]
    assert study.main(["--runs", "2", *command]) == 0
    assert study.main(["--runs", "3", *command]) == 0
    assert made == [[0, 1], [2]]
    whole = xr.load_dataset(into, engine="h5netcdf")
    assert store.digest(whole) == whole.attrs["digest"]
    found = study.load(into)
    assert list(found) == list(study.SIGMAS)
    assert found[1.0].run.values.tolist() == [0, 1, 2]
    assert found[1.0].attrs["seed"] == 4
