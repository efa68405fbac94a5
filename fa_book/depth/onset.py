"""The first steps of training, where a deep network told by a fixed matrix gets to work or stops.

At the start every answer is about the same and so is much of the error: a part of it is shared by all samples. A fixed
matrix turns that part into a push of every hidden unit in one direction, for all samples alike.
"""

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from fa_lib import training
from fa_lib.record import Step


def shared(error: Tensor) -> Tensor:
    """Share of the error's mean square that is the same for all samples: (run, sample, p) to (run,), 0 to 1."""
    common = error.mean(1).square().sum(1)  # (run,)
    return common / error.square().mean(1).sum(1)


def informed(model: training.Model) -> training.Model:
    """Start the decoder's bias where a sigmoid output gives each class its frequency: log of the odds.

    Nothing else is changed, and what all samples share of the error is gone before the first step.

    Args:
        model: of `training.build`, for a task with a sigmoid output and targets of 0 and 1; changed in place.

    Returns:
        The same model.

    Raises:
        ValueError: for another output, or a class that all samples or none are of.
    """
    task = model.task
    odds = torch.logit(task.y.mean(0))  # (p,)
    if task.output != "sigmoid" or not odds.isfinite().all():
        raise ValueError(f"{task.name} needs a sigmoid output and of every class some samples, not all")
    with torch.no_grad():
        model.decoder.bias.copy_(odds.expand_as(model.decoder.bias))
    return model


def onset(model: training.Model, *, steps: int, measure_every: int = 1) -> xr.Dataset:
    """Train in place for some steps, of one pass or less, and record them.

    Args:
        model: of `training.build`, with a rule of several layers.
        steps: how many; no more than the task has batches.
        measure_every: record each so-many-th, counted from 0, and the last.

    Returns:
        Dataset with dims (run, step): `loss`, `accuracy`, `shared` of the error, and with a dim (layer) besides, the
        first layer first, `spread`, the standard deviation of H over samples, mean over units.

    Raises:
        ValueError: for more steps than batches or none, or a rule that cuts at one layer only.
    """
    batches = training.batches(model.task)
    if not 1 <= steps <= len(batches) or measure_every < 1 or not model.watched:
        raise ValueError(
            f"steps must be 1 to {len(batches)}, measure_every 1 or more, and the rule one of several layers, such as "
            f"DFA(); got {steps}, {measure_every} and {model.rule}"
        )
    at, rows = [], []
    for number, seen in enumerate(training.train_epoch(model, batches[:steps])):
        if number % measure_every == 0 or number == steps - 1:
            at.append(number)
            rows.append(_row(seen))
    dims = {"spread": ("run", "step", "layer")}
    data = {name: np.stack([row[name].numpy() for row in rows], axis=1) for name in rows[0]}
    return xr.Dataset(
        {name: (dims.get(name, ("run", "step")), values) for name, values in data.items()}, coords={"step": at}
    )


def _row(seen: Step) -> dict[str, Tensor]:
    spread = torch.stack([layer.H.std(1).mean(1) for layer in seen.layers], 1)  # (run, layer)
    return {"loss": seen.loss, "accuracy": seen.metrics["accuracy"], "shared": shared(seen.error), "spread": spread}
