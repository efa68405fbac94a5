"""IBTask with whole spectral classes left out of training: does a network generalise to them, or only fill gaps?

A split at random leaves patterns of nearly every class on both sides. Here a fifth of the 64 classes is held out, with
all its patterns. The split is the unit: twenty of them, five runs in each.
"""

import json
from pathlib import Path

import numpy as np
import torch
import xarray as xr

from fa_book.alignment.icosahedron import orbits as spectra
from fa_lib import tasks
from fa_lib.feedback import BP, FA, TF
from fa_lib.random import numpy_generator
from fa_lib.sweep import Cell, load, provenance, register
from fa_lib.tasks import Task, icosahedron

SPLITS, RUNS = 20, 5
HELD_OUT = 13  # of 64 classes
RULES = {"BP": BP(), "FA": FA(), "TF": TF(decorrelate=0.0)}


def ib_orbits(seed: int = 0) -> Task:
    """IBTask whose test samples are all patterns of `HELD_OUT` spectral classes, drawn from the seed."""
    left = numpy_generator(seed, 0, "data").permutation(64)[:HELD_OUT]
    test = torch.from_numpy(np.isin(spectra(), left))
    x = torch.from_numpy(icosahedron.patterns().astype(np.float32))
    y = torch.from_numpy(np.eye(2, dtype=np.float32)[icosahedron.labels()])
    return tasks.ib(seed).change(
        name="IBTask, classes left out", x=x[~test], y=y[~test], test_x=x[test], test_y=y[test]
    )


register(__name__, tasks={"ib_orbits": ib_orbits})


def orbits(runs: int = RUNS, epochs: int = 1000, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """Three rules on IBTask split at random and by class, twenty splits of each."""
    return [
        Cell(task, rule, tuple(range(runs)), epochs, seed + split, every=epochs, device=device)
        for split in range(SPLITS)
        for rule in RULES.values()
        for task in ("ib", "ib_orbits")
    ]


def held_out(path: str | Path) -> xr.Dataset:
    """Test correct rates at the end, mean over runs: variables "random" and "classes", (rule, split).

    Args:
        path: of the merged file of `orbits`.
    """
    table, results = provenance(path), load(path)
    seeds = sorted({json.loads(text)["seed"] for text in table.cell.values})
    kinds = {"ib": "random", "ib_orbits": "classes"}
    found = {kind: np.full((len(RULES), len(seeds)), np.nan) for kind in kinds.values()}
    for text, label in zip(table.cell.values, table.label.values, strict=True):
        options = json.loads(text)
        row = list(RULES).index(options["feedback"]["rule"])
        rate = float(results[str(label)].test_accuracy[:, -1].mean())
        found[kinds[options["task"]]][row, seeds.index(options["seed"])] = rate
    dims = ("rule", "split")
    return xr.Dataset({kind: (dims, rates) for kind, rates in found.items()}, {"rule": list(RULES), "split": seeds})
