"""A sweep's results in one small file, and how chapters read them.

The file holds one array a variable, with dims (condition, run, epoch), empty where a condition has no such run or
epoch, and in its group "cells" a table with the provenance of every cell. What is read from it is checked against the
digests that the cells were written with.
"""

import json
from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import h5netcdf
import numpy as np
import xarray as xr

from fa_lib.sweep import store
from fa_lib.sweep.cells import Cell, listed
from fa_lib.sweep.labels import condition, labels
from fa_lib.training.epochs import measured

COMPRESSED = {"zlib": True, "complevel": 9, "shuffle": True}


class IncompleteSweepError(ValueError):
    """A sweep of which cells are missing."""


def merge(cells: Iterable[Cell], folder: Path, into: Path, *, partial: bool = False) -> Path:
    """Write the results of a sweep's cells into one netCDF file. The same results give the same numbers, bit for bit.

    Args:
        cells: the sweep, see `cells_of`.
        folder: where their files are.
        into: the file to be written, replaced if it is there.
        partial: take what there is and note in the file what is missing.

    Raises:
        IncompleteSweepError: if cells are missing or their files cannot be used, unless `partial`; or if none is there.
        OSError: if the file cannot be written.
    """
    cells = listed(cells)
    names, found, lacking = labels(cells), {}, []
    for cell, data, fault in store.each(cells, Path(folder)):
        if data is None:
            runs = ", ".join(map(str, cell.runs))
            lacking.append(f"{names[condition(cell)]}: runs {runs}" + (f" ({fault})" if fault else ""))
        else:
            found[cell] = data
    if not found or (lacking and not partial):
        which = "\n  ".join(lacking)
        raise IncompleteSweepError(f"{len(lacking)} of {len(cells)} cells have no result in {folder}:\n  {which}")
    by_condition: dict[str, list[xr.Dataset]] = {}
    for cell, data in found.items():
        by_condition.setdefault(names[condition(cell)], []).append(data.drop_attrs())
    joined = [_side_by_side(several) for several in by_condition.values()]
    for name, data in zip(by_condition, joined, strict=True):
        if not data.indexes["run"].is_unique:
            raise ValueError(f"{name}: a run is in two cells; each must be in one, got {data.run.values.tolist()}")
    # numbers along every other axis too, so that conditions may differ in their number of layers
    joined = [data.assign_coords({axis: range(size) for axis, size in _others(data).items()}) for data in joined]
    curves = xr.concat(
        joined, xr.DataArray(list(by_condition), dims="condition", name="condition"), data_vars="all", join="outer",
        coords="minimal", compat="override", combine_attrs="drop",
    )  # fmt: skip
    curves.attrs = {"missing": json.dumps(lacking[:200])}
    table = _table(found, names)
    tree = xr.DataTree.from_dict({"/": curves, "/cells": table})
    packed = {
        "/": {name: COMPRESSED for name, values in curves.data_vars.items()},
        "/cells": {name: COMPRESSED | {"dtype": "S1"} for name, values in table.items() if values.dtype.kind in "OUT"},
    }
    content = bytes(tree.to_netcdf(None, engine="h5netcdf", encoding=packed))
    return store.put(content, Path(into))


def load(path: str | Path, conditions: Iterable[str] | None = None) -> dict[str, xr.Dataset]:
    """The results in a merged file by condition, in the sweep's order.

    Args:
        path: of a file that `merge` wrote.
        conditions: labels of those that are wanted, which is quicker than all of a large file; None for all.

    Returns:
        Label of the condition, such as "FA, gamma", to a Dataset as `training.train` gives it: dims (run, epoch), runs
        in order. Attributes are those of its cells; where its blocks differ, seconds are their sum and the rest is
        joined by "; ".

    Raises:
        ValueError: for a file that `merge` did not write, for results in it that were altered since, or for a
            condition that it does not have.
    """
    table = _table_of(*_as_it_is(path))
    there = list(dict.fromkeys(table.label.values.tolist()))
    wanted = there if conditions is None else [conditions] if isinstance(conditions, str) else list(conditions)
    if unknown := [label for label in wanted if label not in there]:
        raise ValueError(f"{path} has no condition {', '.join(map(repr, unknown))}; it has {', '.join(there)}")
    curves = _curves_of(*_as_it_is(path))
    columns = {name: values.values.tolist() for name, values in table.data_vars.items()}
    blocks: dict[str, list[xr.Dataset]] = {}
    for number in np.flatnonzero(table.label.isin(wanted).values):
        row = {name: column[number] for name, column in columns.items()}
        label = row.pop("label")
        variables, others, options = (json.loads(row.pop(name)) for name in ("variables", "others", "cell"))
        at = {"run": options["runs"], "epoch": measured(options["epochs"], options["every"])}
        places = {axis: curves.indexes[axis].get_indexer(numbers) for axis, numbers in at.items()}
        places |= {axis: np.arange(size) for axis, size in others.items()}
        own = curves.indexes["condition"].get_loc(label)
        found = {name: _cut(curves.variables[name], own, places, kind) for name, kind in variables.items()}
        data = xr.Dataset(found, {axis: (axis, curves[axis].values[places[axis]]) for axis in at})
        if store.digest(data) != row.pop("digest"):
            raise ValueError(f"{path}: {label}, runs {options['runs']}, was altered; merge its cells again")
        row = {name: value for name, value in row.items() if value != "" and value == value}  # NaN is not itself
        blocks.setdefault(label, []).append(data.assign_attrs(row))
    return {label: _side_by_side(several) for label, several in blocks.items()}


def _cut(
    values: xr.Variable, condition: int, places: Mapping[str, np.ndarray], kind: str
) -> tuple[tuple[str, ...], np.ndarray]:
    """Axes and numbers of one condition, at these places along the other axes: much faster than a Dataset's `sel`.

    A run or an epoch that is not there has place -1, the last: its coordinate is another then, and so is the digest.
    """
    _, *axes = map(str, values.dims)  # conditions are the first axis of all, as `merge` puts them together
    cut = values.values[condition][np.ix_(*(places[axis] for axis in axes))]
    return tuple(axes), cut.astype(kind, copy=False)


def named(
    path: str | Path, cells: Mapping[Hashable, Cell], *, whatever: Iterable[str] = ()
) -> dict[Hashable, xr.Dataset]:
    """The results in a merged file by the names under which their cells were planned.

    Args:
        path: of a file that `merge` wrote.
        cells: name to a cell of the condition, whatever its runs.
        whatever: further fields of a cell in which those of the file may differ, such as "seed".

    Returns:
        Name to Dataset, as from `load`, with its errors; conditions that the file lacks are left out.

    Raises:
        ValueError: if the file holds two conditions that differ in these fields alone.
    """
    if not isinstance(cells, Mapping):
        raise ValueError(f"cells must be a mapping of names to cells, got {cells!r}")
    table = _table_of(*_as_it_is(path))
    free, labelled = ("runs", *whatever), {}
    for cell, label in zip(table.cell.values, table.label.values, strict=True):
        if labelled.setdefault(_condition(json.loads(cell), free), label) != label:
            raise ValueError(f"{path} has conditions that differ in {', '.join(free)} alone: name these fields' values")
    wanted = {name: labelled.get(_condition(cell.options(), free)) for name, cell in cells.items()}
    results = load(path, [label for label in dict.fromkeys(wanted.values()) if label is not None])
    return {name: results[label] for name, label in wanted.items() if label is not None}


def _condition(options: Mapping, free: Iterable[str]) -> str:
    return json.dumps(options | dict.fromkeys(free), sort_keys=True)


def provenance(path: str | Path) -> xr.Dataset:
    """The table of a merged file's cells: who computed what, with which versions, in how many seconds.

    Args:
        path: of a file that `merge` wrote.

    Returns:
        Dataset with dim (block): `label`, `cell` (its options as JSON), `seconds`, `finished`, `commit`, `host`,
        `hardware`, `torch`, `python` and so on; its attribute `missing` lists what the merged sweep lacked.

    Raises:
        ValueError: for a file that `merge` did not write.
    """
    return _table_of(*_as_it_is(path)).copy(deep=True)


def _as_it_is(path: str | Path) -> tuple[str, tuple[int, ...]]:
    """A file and what tells it from another that stood or will stand in its place."""
    known = Path(path).stat()
    return str(path), (known.st_dev, known.st_ino, known.st_mtime_ns, known.st_size)


# A chapter asks the same few files again and again, a claim at a time. What is kept is copied before it is handed out.
@lru_cache(maxsize=4)
def _curves_of(path: str, _: tuple[int, ...]) -> xr.Dataset:
    """All that a merged file measured, (condition, run, epoch, ...)."""
    with xr.open_dataset(path, engine="h5netcdf") as opened:
        return opened.load()


@lru_cache(maxsize=4)
def _table_of(path: str, _: tuple[int, ...]) -> xr.Dataset:
    """As `provenance`."""
    try:
        with h5netcdf.File(path) as file:
            missing = file.attrs["missing"]
        with xr.open_dataset(path, engine="h5netcdf", group="cells") as opened:
            return opened.load().assign_attrs(missing=missing)
    except Exception as error:
        raise ValueError(f"{path} is no file that fa_lib's merge wrote ({type(error).__name__})") from error


def _side_by_side(blocks: list[xr.Dataset]) -> xr.Dataset:
    """Blocks of runs as one Dataset, runs in order."""
    data = blocks[0] if len(blocks) == 1 else xr.concat(
        blocks, "run", data_vars="minimal", coords="minimal", compat="equals", join="exact", combine_attrs="drop"
    )  # fmt: skip
    attributes = {}
    for name in dict.fromkeys(name for block in blocks for name in block.attrs):
        values = [block.attrs[name] for block in blocks if name in block.attrs]
        several = list(dict.fromkeys(values))
        attributes[name] = several[0] if len(several) == 1 else "; ".join(map(str, several))
        if name in ("seconds", "core_seconds"):
            attributes[name] = round(sum(values), 2)
    data = data if data.indexes["run"].is_monotonic_increasing else data.sortby("run")
    return data.drop_attrs(deep=False).assign_attrs(attributes)


def _table(found: Mapping[Cell, xr.Dataset], names: Mapping[Cell, str]) -> xr.Dataset:
    rows = []
    for cell, data in found.items():
        variables = json.dumps({str(name): values.dtype.str for name, values in data.data_vars.items()})
        shape = {"variables": variables, "others": json.dumps(_others(data))}
        rows.append({"label": names[condition(cell)]} | shape | data.attrs)
    columns = {}
    for name in dict.fromkeys(name for row in rows for name in row):  # one that some cells lack is empty there
        empty = "" if any(isinstance(row.get(name), str) for row in rows) else np.nan
        columns[name] = ("block", np.array([row.get(name, empty) for row in rows]))
    return xr.Dataset(columns)


def _others(data: xr.Dataset) -> dict[str, int]:
    """Sizes of the axes that not all results share, such as layers."""
    return {str(axis): size for axis, size in data.sizes.items() if axis not in ("run", "epoch")}
