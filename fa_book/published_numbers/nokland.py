"""Nøkland's seven layers of 240 tanh units on MNIST, trained until they make no error on the training images.

python -m fa_book.published_numbers.nokland --seed S --out FOLDER --into book/results/nokland.nc

Written before the runs, five for each rule. As the source's code has it: pixels from 0 to 1, logistic outputs and
binary cross-entropy, RMSprop with a learning rate of 1e-4, batches of 64, at most 299 epochs. A run ends before these
where the moving mean of its training errors, 3/4 of the last mean and 1/4 of this epoch's error, is 0.01 % or less; an
epoch's error is that of its batches when their turn comes. BP starts from torch's uniform weights, DFA from zeros in
every layer, FA from zeros in all but the first. The size of the random matrices plays no part: RMSprop takes it out.
Expected are the source's numbers, BP 97.84 % and DFA 97.68 %; what counts as met is that of all tables.

Runs are computed one by one, each in an order of samples of its own, since each ends at its own time.

Source: Nøkland 2016, Table 1, and github.com/anokland/dfa-torch (Main.lua, Models/mlp.lua).
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import xarray as xr

from fa_book import studies
from fa_book.published_numbers import networks
from fa_book.published_numbers.tasks import plain_pixels
from fa_lib import BP, FA, check, tasks, training
from fa_lib.feedback import Chained, Direct, Rule
from fa_lib.feedback.init import Initial
from fa_lib.feedback.layers import ForLayers
from fa_lib.tasks import Task, paper

RUNS, EPOCHS = 5, 299
ENOUGH, KEPT = 1e-4, 0.75  # training error that ends a run; share of the last mean in the new one
RULES: dict[str, Rule | ForLayers] = {
    "BP": BP(),
    "FA": Chained(Initial(FA(), "uniform")),
    "DFA": Direct(Initial(FA(), "uniform")),
}


def mnist(samples: int | None = None, test_samples: int | None = None) -> Task:
    """MNIST with pixels from 0 to 1 and seven layers of 240 tanh units, in the source's protocol.

    Its gradient is a sum over outputs and images, ours the mean: RMSprop's epsilon is smaller by as much.
    """
    task = plain_pixels(tasks.mnist(samples, test_samples), paper.PIXELS)
    protocol = {"batch": 64, "epochs": EPOCHS, "optimizer": "rmsprop", "shuffle": True}
    return networks.nokland(task, loss="binary cross-entropy", options={"eps": 1e-8 / (64 * task.p)}, **protocol)


def drawn(rule: str, task: Task, *, runs: int | Sequence[int] = RUNS, seed: int = 0) -> training.Model:
    """The network as the source starts it, to be trained by the rule of that name.

    Args:
        rule: a key of `RULES`.
        task: of `mnist`.
        runs: how many repeats, or their numbers.
        seed: of weights and matrices.

    Raises:
        ValueError: for another rule, or runs below 1.
    """
    check.one_of("rule", rule, RULES)
    model = training.build(task, RULES[rule], runs=runs, seed=seed)
    layers = {"BP": [], "FA": [*model.encoder.layers[1:], model.decoder], "DFA": [*model.encoder.layers, model.decoder]}
    with torch.no_grad():
        for layer in layers[rule]:
            for tensor in layer.parameters():
                tensor.zero_()
    return model


def learned(rule: str, run: int, *, epochs: int = EPOCHS, seed: int = 0, task: Task | None = None) -> xr.Dataset:
    """A run until it makes no error, or for so many epochs; arguments as in `drawn`.

    Returns:
        `train_error` (epoch,), NaN where the run had ended; `test_accuracy` at the end; `ended`, the epochs it took.
    """
    model, mean = drawn(rule, task or mnist(), runs=[run], seed=seed), 1.0
    errors = np.full(epochs, np.nan)
    for epoch, steps in training.epochs_of(model, epochs, seed=seed + run):
        wrong = sum(len(seen.y) * (1 - float(seen.metrics["accuracy"])) for seen in steps)
        errors[epoch] = wrong / len(model.task.x)
        mean = KEPT * mean + (1 - KEPT) * errors[epoch]
        if mean <= ENOUGH:
            break
    guess = training.predict(model, model.task.test_x)
    found = {
        "train_error": ("epoch", errors),
        "test_accuracy": model.task.accuracy(guess, model.task.test_y)[0].item(),
        "ended": int(np.isfinite(errors).sum()),
    }
    return xr.Dataset(found, {"epoch": np.arange(epochs)}, {"seed": seed})


def load(path: str | Path) -> dict[str, xr.Dataset]:
    """The study's file: rule to its record, with the end alone as `test_accuracy` (run, epoch)."""
    data = xr.load_dataset(path, engine="h5netcdf")
    found = {}
    for rule in data.rule.values:
        own = data.sel(rule=rule, drop=True)
        at_end = own.test_accuracy.expand_dims(epoch=[int(own.ended.max()) - 1]).transpose("run", "epoch")
        seconds = float(own.core_seconds.sum())
        found[str(rule)] = xr.Dataset({"test_accuracy": at_end, "ended": own.ended}, attrs={"core_seconds": seconds})
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Compute the study, a run at a time, and write it; 0 if all went well."""
    said = studies.command("fa_book.published_numbers.nokland", __doc__, runs=RUNS, epochs=EPOCHS, into=False)
    said.add_argument("--rules", nargs="+", choices=list(RULES), default=list(RULES), help="default: all")
    options = said.parse_args(arguments)
    torch.set_num_threads(1)
    rules, numbers = [], xr.DataArray(range(options.runs), dims="run", name="run")
    for rule in options.rules:
        runs = []
        for run in range(options.runs):
            path = options.out / f"{rule}-run{run}-seed{options.seed}-epochs{options.epochs}.nc"
            given = {"epochs": options.epochs, "seed": options.seed}
            runs.append(studies.priced(path, lambda rule=rule, run=run, given=given: learned(rule, run, **given)))
        rules.append(xr.concat(runs, numbers, combine_attrs="identical"))
    if options.into is not None:
        names = xr.DataArray(options.rules, dims="rule", name="rule")
        studies.write(xr.concat(rules, names, combine_attrs="identical"), options.into)
    return 0


if __name__ == "__main__":
    sys.exit(main())
