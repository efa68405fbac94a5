"""What was computed at the sources' full length, as their tables want it."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from fa_book.published_numbers import lillicrap, nokland, plan, search
from fa_lib import sweep

#: Source to the task that has its protocol.
TASK_OF = {
    "MNIST-1D": "mnist_1d",
    "MNIST-1D, convolutions": "convolutions",
    "PSA's baselines": "psa_mnist",
    "strong_dfc, MNIST": "dfc_mnist",
    "strong_dfc, Fashion-MNIST": "dfc_fashion",
    "Nøkland, 7 x 240": "nokland",
    "Lillicrap 2014": "lillicrap",
    "Nakajima 2022, mixer": "mixer",
    "Nakajima 2022, transformer": "transformer",
}
PLANS = (
    plan.published,
    plan.published_more,
    plan.published_psa,
    plan.published_dfc,
    plan.published_fashion,
    plan.published_dfc_fashion,
)
STUDIES = {
    "convolutions": search.load,
    "nokland": nokland.load,
    "lillicrap": lillicrap.load,
    "mixer": search.load,
    "transformer": search.load,
}


def at_full_length(folder: str | Path) -> dict[str, dict[str, xr.Dataset]]:
    """Task to rule to its record, of the sweeps `PLANS` and of the studies `STUDIES` in a folder."""
    found: dict[str, dict[str, xr.Dataset]] = {}
    for planned in PLANS:
        cells = {(cell.task, plan.rule_of(cell)): cell for cell in planned()}
        for (task, rule), data in sweep.named(Path(folder) / f"{planned.__name__}.nc", cells).items():
            found.setdefault(task, {})[rule] = data
    return found | {name: load(Path(folder) / f"{name}.nc") for name, load in STUDIES.items()}


def accuracies(rules: Mapping[str, xr.Dataset], *, best: bool = False) -> dict[str, np.ndarray]:
    """Rule to test accuracies in per cent, one a run: at the end, or the best that was measured."""
    kept = {rule: data.test_accuracy.values for rule, data in rules.items()}
    return {rule: 100 * (values.max(1) if best else values[:, -1]) for rule, values in kept.items()}


def core_seconds(rules: Mapping[str, xr.Dataset]) -> dict[str, float]:
    """Rule to the core seconds of its runs, where they were noted."""
    return {rule: data.attrs["core_seconds"] for rule, data in rules.items() if "core_seconds" in data.attrs}


def rates(path: str | Path) -> dict[str, dict[tuple[str, float], np.ndarray]]:
    """Task to (rule, learning rate) to held-out accuracies in per cent, of `published_rates_mnist`."""
    cells = {(cell.task.removesuffix(plan.tasks.HELD), plan.rule_of(cell), cell.lr): cell
             for cell in plan.published_rates_mnist()}  # fmt: skip
    found: dict[str, dict[tuple[str, float], np.ndarray]] = {}
    for (task, rule, lr), data in sweep.named(path, cells).items():
        found.setdefault(task, {})[rule, lr] = 100 * data.test_accuracy.values[:, -1]
    return found
