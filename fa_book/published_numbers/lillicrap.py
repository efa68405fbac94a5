"""Lillicrap's network on MNIST at full length: 784-1000-10 logistic units, 1.5 million images.

python -m fa_book.published_numbers.lillicrap --seed S --out FOLDER --into book/results/lillicrap.nc

Written before the runs, five for each rule. The source takes one image at a time, eta = 1e-3, and multiplies the
weights by 1 - 1e-6 after each. Here 50 images make a step of the same length in all: their gradients are summed, at
weights that hardly move in between, and the weights shrink by 5e-5. Biases shrink, too, which the source's do not.
All weights and biases are uniform in -omega .. omega and B in -beta .. beta, with the scales that were best for a rule
in the source's grid.

Source: github.com/iboudhaine/feedback-alignment-reprod (its report, Section 4), of Lillicrap et al. 2014, Full Methods.
"""

import math
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
import xarray as xr
from torch import nn

from fa_book import studies
from fa_book.published_numbers.tasks import plain_pixels
from fa_lib import BP, FA, check, tasks, training
from fa_lib.feedback import Rule
from fa_lib.feedback.init import Initial
from fa_lib.random import stack, uniform
from fa_lib.tasks import Protocol, Task, paper

UNITS = 1000
ETA, DECAY, BATCH = 1e-3, 1e-6, 50  # of one image; images in a step
RUNS, EPOCHS, EVERY = 5, 25, 5  # 25 passes are 1.5 million images
OMEGA = {"BP": 0.2, "FA": 0.1}  # the source's best for each rule
BETA = 0.2
RULES: dict[str, Rule] = {
    "BP": BP(),
    "FA": Initial(FA(), "uniform", size=BETA / math.sqrt(3) / math.sqrt(2 / UNITS)),  # its matrices have sd (2/m)^(1/2)
}


def mnist(samples: int | None = None, test_samples: int | None = None) -> Task:
    """MNIST with pixels from 0 to 1, logistic outputs and mean squared error, in steps of `BATCH` images.

    The source's loss is half the sum of squares over outputs, of one image; ours is the mean over outputs and images.
    """
    task = tasks.rows(plain_pixels(tasks.mnist(samples, test_samples), paper.PIXELS))
    protocol = Protocol(
        lr=ETA * BATCH * task.p / 2,
        batch=BATCH,
        epochs=EPOCHS,
        optimizer="sgd",
        options={"weight_decay": DECAY / ETA * 2 / task.p},
        shuffle=True,
    )
    return task.change(protocol=protocol)


def drawn(rule: str, task: Task, *, runs: int | Sequence[int] = RUNS, seed: int = 0) -> training.Model:
    """The network with the source's uniform weights and biases, to be trained by the rule of that name.

    Args:
        rule: a key of `RULES`.
        task: of `mnist`.
        runs: how many repeats, or their numbers.
        seed: of weights and matrices.

    Raises:
        ValueError: for another rule, or runs below 1.
    """
    check.one_of("rule", rule, RULES)
    numbers, omega = check.run_numbers(runs), OMEGA[rule]

    def layer() -> nn.Module:
        linear = nn.Linear(task.x.shape[1], UNITS)
        for tensor in linear.parameters():
            nn.init.uniform_(tensor, -omega, omega)
        return nn.Sequential(linear, nn.Sigmoid())

    def above(random: torch.Generator) -> list[torch.Tensor]:
        return [uniform((task.p, UNITS), omega, random), uniform((task.p,), omega, random)]

    model = training.build(task, RULES[rule], encoder=layer, runs=numbers, seed=seed)
    with torch.no_grad():
        for tensor, values in zip(model.decoder.parameters(), stack(above, numbers, seed, "decoder"), strict=True):
            tensor.copy_(values)
    return model


def learned(
    rule: str, *, runs: int | Sequence[int] = RUNS, epochs: int = EPOCHS, seed: int = 0, task: Task | None = None
) -> xr.Dataset:
    """What `training.fit` measures of the network; arguments as in `drawn`.

    Args:
        epochs: passes through the images.
        task: of `mnist`; all images if None.
    """
    model = drawn(rule, task or mnist(), runs=runs, seed=seed)
    return training.fit(model, epochs=epochs, measure_every=EVERY, seed=seed).assign_attrs(seed=seed)


def load(path: str | Path) -> dict[str, xr.Dataset]:
    """The study's file: rule to its record, with `core_seconds` as an attribute."""
    data = xr.load_dataset(path, engine="h5netcdf")
    return {
        str(rule): data.sel(rule=rule, drop=True).assign_attrs(core_seconds=float(data.core_seconds.sel(rule=rule)))
        for rule in data.rule.values
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Compute the study, a rule at a time, and write it; 0 if all went well."""
    said = studies.command("fa_book.published_numbers.lillicrap", __doc__, runs=RUNS, epochs=EPOCHS)
    options = said.parse_args(arguments)
    torch.set_num_threads(1)
    parts = []
    for rule in RULES:
        path = options.out / f"{rule}-seed{options.seed}-runs{options.runs}-epochs{options.epochs}.nc"
        given = {"runs": options.runs, "epochs": options.epochs, "seed": options.seed}
        parts.append(studies.priced(path, lambda rule=rule, given=given: learned(rule, **given)))
    rules = xr.DataArray(list(RULES), dims="rule", name="rule")
    studies.write(xr.concat(parts, rules, combine_attrs="identical"), options.into)
    return 0


if __name__ == "__main__":
    sys.exit(main())
