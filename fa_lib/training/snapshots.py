"""Train, and at chosen epochs look at the hidden layer of training and test samples, with dropout off.

`training.train` records what the paper plots as it goes. Here any measure can be taken of a layer that stands still.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import xarray as xr
from torch import Tensor

from fa_lib.record import Snapshot, Step
from fa_lib.tasks.task import Task
from fa_lib.training import loop
from fa_lib.training.evaluate import look


def see(parts: loop.Parts, task: Task) -> Snapshot:
    """The hidden layer of all samples as it is now, with dropout off."""
    return Snapshot(look(parts.encoder, task.x), task.y, look(parts.encoder, task.test_x), task.test_y)


def observe(
    task: Task,
    feedback,
    measures: Mapping[str, Callable[[Snapshot], Tensor | np.ndarray]],
    *,
    at: Sequence[int],
    runs: int = 10,
    seed: int = 0,
    **options,
) -> xr.Dataset:
    """Train as `training.train` does and take measures of H at chosen epochs.

    Args:
        task, feedback, runs, seed: as in `train`; the same seed gives the same training.
        measures: name to function of `Snapshot`, giving (run, ...); `readings.readings` makes a set of them.
        at: epochs, in rising order; after so many passes over the training set. 0 is the untrained network.
        options: `learn_decoder`, `learn_encoder` and `scale`, as in `train`.

    Returns:
        Dataset of the measures, with dims (run, epoch, ...).

    Raises:
        ValueError: as in `train`, and for epochs that do not rise from 0 or more.
    """
    at = list(at)
    if not at or at[0] < 0 or any(later <= earlier for earlier, later in pairwise(at)):
        raise ValueError(f"at must name one epoch or more, rising, from 0 on, got {at}")
    parts, batches = loop.build(task, feedback, runs=runs, seed=seed, **options), loop.batches(task)
    rows = []
    for epoch in range(at[-1] + 1):
        if epoch in at:
            seen = see(parts, task)
            rows.append({name: np.asarray(measure(seen)) for name, measure in measures.items()})
        for _ in loop.one_pass(parts, task, batches if epoch < at[-1] else ()):
            pass
    data = {name: np.stack([row[name] for row in rows], axis=1) for name in measures}  # (run, epoch, ...)
    dims = {name: ("run", "epoch", *(f"{name}_{axis}" for axis in range(data[name].ndim - 2))) for name in measures}
    return xr.Dataset(
        {name: (dims[name], data[name]) for name in measures},
        coords={"epoch": at},
        attrs={"task": task.name, "feedback": str(feedback), "seed": seed},
    )


def probe(parts, task: Task, x: Tensor, y: Tensor) -> Step:
    """A step on any samples that changes nothing: dropout off, no update.

    Of a channel with noise it takes a draw, so that training that goes on is not the one without the probe.

    Args:
        parts: of `training.build`.
        task: the task that they learn.
        x, y: inputs and targets, as many samples as memory allows.

    Returns:
        The step, for the functions here.
    """
    parts.encoder.eval()
    seen = parts.step(*parts[:3], task, x, y)
    parts.encoder.train()
    parts.optimizer.zero_grad()
    return seen
