"""The budget of thin feedback on MNIST. Written, with its criterion, before its runs; one cell was seen before.

Two thousand images in one batch, of which the last 819 are never told of; two hidden layers, as in `fa_book.decide`.
The encoder hears N of the others, or labels of which a share q is random, or all thinly, as on IBTask
(`fa_book.one_law.plan`). Prediction (C31o): over the cells of N and q, the readout of samples never told of goes with
N (1 - q)^2, rank correlation at least 0.9, under the error and under the target; over conditions and runs. Five runs,
one look. One cell (error, N = 128, q = 0.75) was computed to see that it runs, with a fault in `Few` that is mended. Of
signs, a sparse B, rank one, seldom steps and fresh noise the numbers are shown without a prediction.
"""

from dataclasses import replace
from pathlib import Path

import xarray as xr

from fa_book.decide.label_corruption import Told
from fa_book.one_law import analysis, fresh, plan
from fa_book.one_law.measures import TOLD
from fa_book.one_law.thinning import Few
from fa_lib.feedback import BP, Centred, Direct
from fa_lib.sweep import Cell, named

IMAGES = 2048
ALL = IMAGES - TOLD
OPTIONS = {"samples": IMAGES, "test_samples": 1000, "batch": IMAGES, "widths": (64, 32), "lr": 3e-3}
OPTIONS |= {"epochs": 200, "every": 40, "learn_decoder": False, "record": "law untold", "seed": plan.SEED}
RUNS = 5


def told(n: int) -> int:
    """The number of told samples here for one on IBTask: all for all."""
    return ALL if n == plan.ALL else n


def planned() -> dict[tuple[str, str, int, float], Cell]:
    """Carrier, way of thinning, told samples N and share q of random labels, to cell; W_O frozen."""
    made = {}
    for carrier, base in plan.CARRIERS.items():
        rules = plan.thinned(base, ALL)
        for n, q in fresh.GRID:
            rules["fixed noise", told(n), q] = Few(Centred(Told(base, "noise", q) if q else base), told(n))
        made |= {(carrier, *name): _cell(rule) for name, rule in rules.items()}
    return made | {("encoder frozen", "", 0, 0.0): replace(_cell(BP()), learn_encoder=False)}


def _cell(rule) -> Cell:
    return Cell("mnist_rows", Direct(rule, ()), (0,), **OPTIONS)


def one_law_digits(
    runs: int = RUNS, epochs: int | None = None, seed: int = plan.SEED, device: str = "cpu"
) -> list[Cell]:
    """All of it."""
    options = {"runs": tuple(range(runs)), "seed": seed, "device": device}
    return [replace(cell, epochs=epochs or cell.epochs, **options) for cell in planned().values()]


def published(folder: str | Path) -> dict[tuple[str, str, int, float], xr.Dataset]:
    """The merged results in `one_law_digits.nc` by the names of `planned`, of whatever seed."""
    return named(Path(folder) / "one_law_digits.nc", planned(), whatever=["seed"])


def of_grid(results: dict[tuple, xr.Dataset]) -> xr.Dataset:
    """What C31o is judged on, as `analysis.budget`."""
    grid = {(told(n), q) for n, q in fresh.GRID}
    return analysis.budget(
        {name: data for name, data in results.items() if name[2:] in grid and name[1] == "fixed noise"}
    )
