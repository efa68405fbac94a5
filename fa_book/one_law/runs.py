"""A second look at what five runs left open of predictions 1 and 6: the twenty runs of the first plan.

The plan had twenty runs and was cut to five for lack of processor time. Those five left C31e, C31f and C31h to C31j
open; runs 5 to 19 were planned when that was known. The criteria are the plan's, and there is no third look.
"""

from dataclasses import replace
from pathlib import Path

import xarray as xr

from fa_book.one_law.plan import SEED, planned, published
from fa_lib.sweep import Cell

FIRST, ALL = 5, 20  # runs of the first look, and of both


def _open(name: tuple) -> bool:
    return name[0] == "budget" or name[:2] == ("conditions", "ib")


def one_law_runs(
    runs: int | None = None, epochs: int | None = None, seed: int = SEED, device: str = "cpu"
) -> list[Cell]:
    """Runs 5 to 19 of the conditions on IBTask and of the budget, or up to so many in all."""
    options = {"runs": tuple(range(FIRST, runs or ALL)), "seed": seed, "device": device}
    every = {name: cell for name, cell in planned().items() if _open(name)}
    return [replace(cell, epochs=epochs or cell.epochs, **options) for cell in every.values()]


def both_looks(folder: str | Path) -> dict[tuple, xr.Dataset]:
    """The results of `one_law_further` by the names of `planned`, with the runs of the second look where it is there.

    Args:
        folder: of the merged files `one_law_further.nc` and, if there, `one_law_runs.nc`.
    """
    found, more = published(Path(folder) / "one_law_further.nc"), Path(folder) / "one_law_runs.nc"
    later = published(more) if more.exists() else {}
    for name in later.keys() & found.keys():
        found[name] = xr.concat(
            [found[name], later[name]], "run", data_vars="minimal", coords="minimal", compat="override", join="exact",
            combine_attrs="override",
        )  # fmt: skip
    return found
