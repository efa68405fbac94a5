"""Train, and at chosen epochs look at the hidden layer of training and test samples, with dropout off.

`train` records what the paper plots as it goes. Here any measure can be taken of a layer that stands still.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import xarray as xr
from torch import Tensor

from fa_lib import check
from fa_lib.feedback import ForLayers, Rule
from fa_lib.record import Snapshot, Step
from fa_lib.tasks.task import Task
from fa_lib.training.epochs import epochs_of
from fa_lib.training.evaluate import dataset, look, named_functions
from fa_lib.training.model import Model, build


def see(model: Model) -> Snapshot:
    """The hidden layer of all the task's samples as it is now, with dropout off."""
    task, device = model.task, model.decoder.weight.device
    sets = (task.x, task.y), (task.test_x, task.test_y)
    (H, y), (H_test, y_test) = ((look(model.encoder, x.to(device)), y.to(device)) for x, y in sets)
    return Snapshot(H, y, H_test, y_test)


def observe(
    task: Task,
    rule: Rule | ForLayers,
    measures: Mapping[str, Callable[[Snapshot], Tensor | np.ndarray]],
    *,
    at: Sequence[int],
    runs: int | Sequence[int] = 10,
    seed: int = 0,
    **options,
) -> xr.Dataset:
    """Train as `train` does and take measures of H at chosen epochs.

    Args:
        task: what is learned.
        rule: of `fa_lib.feedback`, or one's own.
        measures: name to function of `Snapshot`, giving (run, ...).
        at: epochs, in rising order; after so many passes over the training set. 0 is the untrained network.
        runs: how many repeats, or their numbers.
        seed: of weights, matrices, noise and dropout; the same as in `train` gives the same training.
        options: `encoder`, `learn_decoder`, `learn_encoder`, `learn_gain` and `device`, as in `train`.

    Returns:
        Dataset of the measures, with dims (run, epoch, ...).

    Raises:
        ValueError: as in `train`, and for epochs that do not rise from 0 or more.
    """
    listed = isinstance(at, Sequence | np.ndarray) and len(at) and all(check.is_whole(epoch) for epoch in at)
    if not listed or any(later <= earlier for earlier, later in pairwise(at)):
        raise ValueError(f"at must list epochs, rising, from 0 on, such as [0, 10, 100], got {at!r}")
    measures = named_functions("measures", measures, 'a Snapshot, such as {"mean": lambda seen: seen.H.mean((1, 2))}')
    numbers = check.run_numbers(runs)
    model = build(task, rule, runs=numbers, seed=seed, **options)

    def row(snapshot: Snapshot) -> dict[str, Tensor | np.ndarray]:
        return {name: measure(snapshot) for name, measure in measures.items()}

    rows = [row(see(model))] if at[0] == 0 else []
    for epoch, steps in epochs_of(model, at[-1], seed=seed):
        deque(steps, maxlen=0)
        if epoch + 1 in at:
            rows.append(row(see(model)))
    return dataset(rows, numbers, at, task=task.name, rule=str(rule), seed=seed)


def probe(model: Model, x: Tensor, y: Tensor) -> Step:
    """A step on any samples that changes nothing: dropout off, no update.

    Of a rule with noise it takes a draw, so that training that goes on is not the one without the probe.

    Args:
        model: of `build`.
        x, y: inputs and targets, (sample, ...) and (sample, p), as many samples as memory allows.
    """
    model.encoder.eval()
    seen = model.step(x, y)
    model.encoder.train()
    model.optimizer.zero_grad()
    return seen
