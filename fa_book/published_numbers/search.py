"""Studies that choose a rate for each way before its runs: the grid, the parts that are kept, one file at the end."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from fa_book import studies
from fa_book.published_numbers import mnist1d
from fa_lib import training
from fa_lib.tasks import Task


def command(module: str, doc: str, *, runs: int, epochs: int, grid_epochs: int) -> ArgumentParser:
    """As `studies.command`, with the length of a run of the grid."""
    said = studies.command(module, doc, runs=runs, epochs=epochs)
    said.add_argument("--grid-epochs", type=int, default=grid_epochs, help="default: %(default)s")
    return said


def after_training(model: training.Model, epochs: int, *, seed: int) -> xr.Dataset:
    """Train a model in place; its test accuracies then, as `test_accuracy` (run,)."""
    training.trained(model, epochs, seed=seed)
    task = model.task
    right = task.accuracy(training.predict(model, task.test_x), task.test_y).numpy()
    return xr.Dataset({"test_accuracy": ("run", right)}, attrs={"seed": seed})


def searched(
    ways: Iterable[str],
    learned: Callable[..., xr.Dataset],
    few: Callable[[], Task],
    options: Namespace,
    *,
    lr: float,
    factors: Sequence[float],
    grid_runs: int,
    fixed: Iterable[str] = (),
) -> xr.Dataset:
    """Every way with the learning rate that did best on held-out samples, a part at a time.

    Args:
        ways: names of what is compared.
        learned: (way, runs, epochs, lr, seed, task) to `test_accuracy` (run,); the whole task if that is None.
        few: makes the task whose test samples are held out of training.
        options: of `command`.
        lr, factors: the rates are these factors of it.
        grid_runs: runs at each rate.
        fixed: ways that have `lr` without a grid.

    Returns:
        Dataset with `test_accuracy` (way, run), `held_out` (way, factor, grid_run), NaN for a fixed way, and for every
        way `lr` and `core_seconds`; `epochs` and `seed` are attributes.
    """

    def part(way: str, rate: float, runs: int, epochs: int, task: Task | None = None) -> xr.Dataset:
        which = "grid" if task is not None else "full"
        name = f"{way.replace(' ', '-')}-{which}-lr{rate:g}-runs{runs}-epochs{epochs}-seed{options.seed}.nc"
        given = {"runs": runs, "epochs": epochs, "lr": rate, "seed": options.seed, "task": task}
        return studies.priced(options.out / name, lambda: learned(way, **given))

    ways, parts, held = list(ways), [], few()
    for way in ways:
        grid = np.full((len(factors), grid_runs), np.nan)
        if way not in fixed:
            for number, factor in enumerate(factors):
                grid[number] = part(way, factor * lr, grid_runs, options.grid_epochs, held).test_accuracy
        tried = {(way, factor * lr): values for factor, values in zip(factors, grid, strict=True)}
        rate = lr if way in fixed else mnist1d.best_rates(tried)[way]
        found = part(way, rate, options.runs, options.epochs)
        parts.append(found.assign(lr=rate, held_out=(("factor", "grid_run"), grid)))
    data = xr.concat(parts, xr.DataArray(ways, dims="way", name="way"), combine_attrs="identical")
    return data.assign_coords(factor=list(factors)).assign_attrs(epochs=options.epochs)


def load(path: str | Path) -> dict[str, xr.Dataset]:
    """A study's file: way to its record, with the end as `test_accuracy` (run, epoch).

    `held_out` (factor, grid_run) is NaN for a way without a grid; `core_seconds` and `lr` are attributes.
    """
    data, found = xr.load_dataset(path, engine="h5netcdf"), {}
    for way in data.way.values:
        own = data.sel(way=way, drop=True)
        at_end = own.test_accuracy.expand_dims(epoch=[data.attrs["epochs"] - 1]).transpose("run", "epoch")
        noted = {name: float(own[name]) for name in ("core_seconds", "lr")}
        found[str(way)] = xr.Dataset({"test_accuracy": at_end, "held_out": own.held_out}, attrs=noted)
    return found
