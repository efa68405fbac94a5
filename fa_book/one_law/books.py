"""The account of many trainings, which no cell of a sweep describes: every part's gain, in every layer of three.

python -m fa_book.one_law.books --seed S --runs 20 --into book/results/one_law_books.nc
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
import xarray as xr

from fa_book.one_law.attribution import account
from fa_book.one_law.plan import SEED
from fa_book.results.ibtask import bent
from fa_lib import BP, DFA, FA, check, tasks, training
from fa_lib.feedback import Centred, Direct, Projection
from fa_lib.sweep import store
from fa_lib.sweep.cells import mnist_rows

RUNS, BLOCK = 20, 5  # in all, and at a time
IMAGES = 1000  # of MNIST, in one batch: the account is kept for full batches
STEPS = {"IBTask": 200, "MNIST": 120}
RULES = {  # what is fed back, and whether W_O learns
    "FA, frozen": (Direct(FA(), ()), False),
    "FA, learning": (Direct(FA(), ()), True),
    "BP, learning": (Direct(BP(), ()), True),
    "TF, learning": (Direct(Centred(Projection()), ()), True),
    "NF bent, learning": (Direct(bent(3), ()), True),
    "DFA, frozen": (DFA(), False),
    "DFA, learning": (DFA(), True),
}


def task_of(name: str, seed: int) -> tasks.Task:
    """IBTask or 1000 images of MNIST, with three layers and full batches; IBTask at three times its learning rate."""
    if name == "IBTask":
        return tasks.ib(seed).change(lr=3e-3, widths=(8, 8, 4))
    return mnist_rows(IMAGES, IMAGES // 2).change(lr=1e-3, widths=(32, 32, 16), batch=None)


def books(task: str, rule: str, runs: int | Sequence[int], *, seed: int = SEED, steps: int | None = None) -> xr.Dataset:
    """The account of one rule on one task.

    Args:
        task: "IBTask" or "MNIST".
        rule: of `RULES`.
        runs: how many, or their numbers. Run r has the start that `training.train` gives it with this seed.
        seed: of weights, matrices and the split of IBTask.
        steps: of the training; those of `STEPS` if None.

    Returns:
        Dataset as of `attribution.account`, epochs 0, half and all.

    Raises:
        KeyError: for another task or rule.
    """
    feedback, learn = RULES[rule]
    numbers = check.run_numbers(runs)
    model = training.build(task_of(task, seed), feedback, runs=numbers, seed=seed, learn_decoder=learn)
    steps = steps or STEPS[task]
    data = account(model, epochs=steps, every=max(steps // 2, 1))
    return data.assign_coords(run=list(numbers), epoch=("epoch", data.epoch.values / steps))


def main(arguments: Sequence[str] | None = None) -> int:
    """Compute all accounts, five runs at a time, and write them; 0 if all went well. What is there is not made anew."""
    said = argparse.ArgumentParser(prog="python -m fa_book.one_law.books", description=__doc__.split("\n")[0])
    said.add_argument("--runs", type=int, default=RUNS, help="default: %(default)s")
    said.add_argument("--steps", type=int, help="of each training; default: the task's own")
    said.add_argument("--seed", type=int, default=SEED, help="another seed is another split, too; default: %(default)s")
    said.add_argument("--parts", type=Path, metavar="DIR", help="folder that keeps finished blocks, to go on from")
    said.add_argument("--into", type=Path, required=True, metavar="FILE", help="netCDF file to write")
    options = said.parse_args(arguments)
    check.whole("runs", options.runs)
    torch.set_num_threads(1)
    whole = []
    for task in STEPS:
        rows = []
        for rule in RULES:
            blocks = []
            for start in range(0, options.runs, BLOCK):
                numbers = range(start, min(start + BLOCK, options.runs))
                kept = options.parts and options.parts / f"{task}-{list(RULES).index(rule)}-{options.seed}-{start}.nc"
                if kept and kept.exists():
                    blocks.append(xr.load_dataset(kept, engine="h5netcdf"))
                    continue
                blocks.append(books(task, rule, numbers, seed=options.seed, steps=options.steps))
                print(f"{task}, {rule}, runs {start} to {numbers[-1]} of {options.runs}", flush=True)
                if kept:
                    kept.parent.mkdir(parents=True, exist_ok=True)
                    blocks[-1].to_netcdf(kept, engine="h5netcdf")
            rows.append(xr.concat(blocks, "run"))
        whole.append(xr.concat(rows, xr.DataArray(list(RULES), dims="rule", name="rule")))
    data = xr.concat(whole, xr.DataArray(list(STEPS), dims="task", name="task"))
    data = data.assign_attrs(seed=options.seed, images=IMAGES)
    packed = {name: {"zlib": True, "complevel": 9, "shuffle": True} for name in data.data_vars}
    data = data.assign_attrs(digest=store.digest(data))  # `tools.check_inputs` compares it
    options.into.parent.mkdir(parents=True, exist_ok=True)
    data.to_netcdf(options.into, engine="h5netcdf", encoding=packed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
