"""The account of many trainings, which no cell of a sweep describes: every part's gain, in every layer of three.

python -m fa_book.one_law.books --seed S --out FOLDER --into book/results/one_law_books.nc
"""

import sys
from collections.abc import Sequence
from functools import partial

import torch
import xarray as xr

from fa_book import studies
from fa_book.one_law.attribution import account
from fa_book.one_law.plan import SEED
from fa_book.results.ibtask import bent
from fa_lib import BP, DFA, FA, check, tasks, training
from fa_lib.feedback import Centred, Direct, Projection
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
    said = studies.command("fa_book.one_law.books", __doc__, runs=RUNS, seed=SEED)
    said.add_argument("--steps", type=int, help="of each training; default: the task's own")
    options = said.parse_args(arguments)
    torch.set_num_threads(1)
    whole = []
    for task, steps in STEPS.items():
        rows = []
        for rule in RULES:
            given = {"seed": options.seed, "steps": options.steps or steps}
            name = f"{task}-{rule.replace(', ', '-').replace(' ', '-')}-seed{options.seed}-steps{given['steps']}"
            compute = partial(books, task, rule, **given)
            rows.append(studies.in_blocks(name, options.runs, BLOCK, options.out, compute))
        whole.append(xr.concat(rows, xr.DataArray(list(RULES), dims="rule", name="rule")))
    data = xr.concat(whole, xr.DataArray(list(STEPS), dims="task", name="task"))
    studies.write(data.assign_attrs(seed=options.seed, images=IMAGES), options.into)
    return 0


if __name__ == "__main__":
    sys.exit(main())
