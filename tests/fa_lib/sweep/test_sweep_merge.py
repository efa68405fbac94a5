"""Merged files: the cells' numbers bit for bit, in any order, with provenance; what is altered is noticed."""

import dataclasses
import random

import numpy as np
import pytest
import xarray as xr

from fa_lib import BP, FA, TF, sweep
from fa_lib.sweep import Cell, IncompleteSweepError, store
from fa_lib.sweep.labels import condition, labels

# conditions that differ in task, epochs measured, runs and variables
CELLS = [
    *(Cell("ib", rule, runs, 4, every=2, scale=scale)
      for runs in ((0, 1), (2, 3)) for scale in (False, True) for rule in (BP(), TF(decorrelate=0.0))),
    Cell("ib", TF(decorrelate=100.0), (1, 0), 4, every=2),
    Cell("clipped_polynomial", FA(), (0,), 2),
    Cell("mnist_regression", FA(), (0,), 1, samples=100, test_samples=50),
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cells")
    for cell in CELLS:
        store.put(store.content(cell, cell.compute()), folder / cell.name)
    return folder


@pytest.fixture(scope="module")
def merged(folder):
    return sweep.merge(CELLS, folder, folder / "merged" / "all.nc")


def test_labels_in_the_order_of_the_sweep(merged):
    assert list(sweep.load(merged)) == [
        "BP", "TF", "BP, gamma", "TF, gamma", "TF, K term 100", "FA, clipped_polynomial", "FA, mnist_regression"
    ]  # fmt: skip


def test_some_conditions_alone(merged):
    every, some = sweep.load(merged), sweep.load(merged, ["FA, clipped_polynomial", "BP"])
    assert list(some) == ["BP", "FA, clipped_polynomial"]  # in the order of the sweep
    assert all(data.identical(every[label]) for label, data in some.items())
    assert list(sweep.load(merged, "TF")) == ["TF"]
    assert sweep.load(merged, []) == {}
    with pytest.raises(ValueError, match=r"has no condition 'DFA', 'FA'; it has BP, TF, BP, gamma, TF, gamma,"):
        sweep.load(merged, ["DFA", "BP", "FA"])


def test_every_cell_comes_back_bit_for_bit(folder, merged):
    results = sweep.load(merged)
    names = labels(CELLS)
    for cell in CELLS:
        data, kept = store.read(cell, folder).drop_attrs(), results[names[condition(cell)]]
        assert set(kept.sizes) == set(data.sizes)
        assert kept.sel(run=list(cell.runs)).drop_attrs().identical(data)
        assert {name: kept[name].dtype for name in kept.variables} == {
            name: data[name].dtype for name in data.variables
        }
    assert all(data.run.values.tolist() == sorted(data.run.values) for data in results.values())
    assert results["BP"].run.values.tolist() == [0, 1, 2, 3]
    assert results["BP"].epoch.values.tolist() == [0, 2, 3]


def test_results_come_back_by_the_names_they_were_planned_under(merged):
    planned = {
        ("FA", "polynomial"): CELLS[-2],
        7: dataclasses.replace(CELLS[0], runs=(9,)),
        "lacking": Cell("ib", FA(), (0,), 4),
    }
    found, results = sweep.named(merged, planned), sweep.load(merged)
    assert list(found) == [("FA", "polynomial"), 7]
    assert found[7].identical(results["BP"])
    assert found["FA", "polynomial"].identical(results["FA, clipped_polynomial"])


def test_results_of_another_seed_come_back_where_the_seed_does_not_matter(merged, tmp_path):
    other = {"FA": dataclasses.replace(CELLS[-2], seed=77)}
    assert sweep.named(merged, other) == {}
    assert sweep.named(merged, other, whatever=["seed"])["FA"].identical(sweep.named(merged, {"FA": CELLS[-2]})["FA"])
    with pytest.raises(ValueError, match="differ in runs, task, feedback alone"):
        sweep.named(merged, other, whatever=["task", "feedback"])


def test_attributes_and_provenance(folder, merged):
    results, table = sweep.load(merged), sweep.provenance(merged)
    blocks = [store.read(cell, folder).attrs for cell in (CELLS[0], CELLS[4])]
    attributes = results["BP"].attrs
    for name in ("seconds", "core_seconds"):
        assert attributes[name] == pytest.approx(blocks[0][name] + blocks[1][name])
    assert attributes["commit"] == blocks[0]["commit"]
    assert attributes["feedback"] == "BP()"
    assert attributes["scale"] == 0
    assert table.sizes == {"block": len(CELLS)}
    for number, cell in enumerate(CELLS):
        kept = store.read(cell, folder).attrs
        assert kept.items() <= {name: values.item() for name, values in table.isel(block=number).items()}.items()
    assert table.missing == "[]"


def test_the_order_in_which_cells_were_computed_and_read_does_not_matter(folder, merged, tmp_path):
    elsewhere = random.Random(0).sample(CELLS, len(CELLS))
    for cell in elsewhere:
        (tmp_path / cell.name).write_bytes((folder / cell.name).read_bytes())
    assert sweep.merge(CELLS, tmp_path, tmp_path / "again.nc").read_bytes() == merged.read_bytes()
    mixed = sweep.load(sweep.merge(elsewhere, tmp_path, tmp_path / "mixed.nc"))
    for label, data in sweep.load(merged).items():
        assert mixed[label].drop_attrs().identical(data.drop_attrs())


def test_an_incomplete_sweep_is_refused_and_said_in_full(folder, merged, tmp_path):
    for cell in CELLS:
        (tmp_path / cell.name).write_bytes((folder / cell.name).read_bytes())
    (tmp_path / CELLS[0].name).unlink()
    broken = tmp_path / CELLS[-1].name
    broken.write_bytes(broken.read_bytes()[:500])
    with pytest.raises(IncompleteSweepError, match=r"2 of 11 cells have no result") as error:
        sweep.merge(CELLS, tmp_path, tmp_path / "all.nc")
    assert "BP: runs 0, 1\n" in str(error.value)
    assert "FA, mnist_regression: runs 0 (" in str(error.value)
    assert not (tmp_path / "all.nc").exists()
    path = sweep.merge(CELLS, tmp_path, tmp_path / "all.nc", partial=True)
    part, whole = sweep.load(path), sweep.load(merged)
    assert list(part) == ["TF", "BP, gamma", "TF, gamma", "BP", "TF, K term 100", "FA, clipped_polynomial"]
    assert part["BP"].drop_attrs().identical(whole["BP"].sel(run=[2, 3]).drop_attrs())
    assert "BP: runs 0, 1" in sweep.provenance(path).missing
    with pytest.raises(IncompleteSweepError, match="11 of 11"):
        sweep.merge(CELLS, tmp_path / "nowhere", tmp_path / "none.nc", partial=True)


def test_a_run_in_two_cells_is_refused(folder, tmp_path):
    double = dataclasses.replace(CELLS[0], runs=(1, 2))
    store.put(store.content(double, double.compute()), folder / double.name)
    with pytest.raises(ValueError, match="BP: a run is in two cells"):
        sweep.merge([*CELLS, double], folder, tmp_path / "all.nc")


def test_what_was_altered_or_is_another_file_is_not_loaded(merged, tmp_path):
    altered = tmp_path / "altered.nc"
    with xr.open_datatree(merged, engine="h5netcdf") as tree:
        curves, table = tree.load().to_dataset().copy(deep=True), tree["cells"].to_dataset(inherit=False)
    curves.loss.values[1, 0, 0] = np.nextafter(curves.loss.values[1, 0, 0], np.float32(9))
    xr.DataTree.from_dict({"/": curves, "/cells": table}).to_netcdf(altered, engine="h5netcdf")
    with pytest.raises(ValueError, match=r"TF, runs \[0, 1\], was altered"):
        sweep.load(altered)
    assert list(sweep.load(altered, ["BP"])) == ["BP"]  # what is loaded is checked
    other = tmp_path / "other.nc"
    xr.Dataset({"x": 1}).to_netcdf(other, engine="h5netcdf")
    with pytest.raises(ValueError, match="no file that fa_lib's merge wrote"):
        sweep.load(other)
    other.write_text("text")
    with pytest.raises(ValueError, match="no file that fa_lib's merge wrote"):
        sweep.load(other)
    with pytest.raises(FileNotFoundError):
        sweep.load(tmp_path / "none.nc")


def test_what_was_read_is_the_readers_own_and_a_file_in_the_same_place_is_read_anew(folder, tmp_path):
    path = sweep.merge(CELLS[:2], folder, tmp_path / "all.nc")
    data, table = sweep.load(path)["BP"], sweep.provenance(path)
    kept, when = data.copy(deep=True), table.finished.values[0]
    data.loss.values[:], table.finished.values[:] = 9, "never"
    assert sweep.load(path)["BP"].identical(kept)
    assert sweep.provenance(path).finished.values[0] == when
    sweep.merge(CELLS[2:4], folder, path)
    assert list(sweep.load(path)) == ["BP, gamma", "TF, gamma"]


def test_cells_with_other_provenance_merge(folder, tmp_path):
    """Cells written before an attribute was recorded stand beside those with it."""
    old = store.read(CELLS[0], folder)
    new = store.read(CELLS[4], folder)
    old.attrs.pop("peak_memory")
    old.attrs.pop("dask")
    old.to_netcdf(tmp_path / CELLS[0].name, engine="h5netcdf")
    new.to_netcdf(tmp_path / CELLS[4].name, engine="h5netcdf")
    path = sweep.merge([CELLS[0], CELLS[4]], tmp_path, tmp_path / "all.nc")
    assert sweep.load(path)["BP"].peak_memory == new.peak_memory
    assert np.isnan(sweep.provenance(path).peak_memory.values[0])
    assert sweep.provenance(path).dask.values.tolist() == ["", new.dask]
