"""Two tasks in turn: what is left of the first in H after the second was learned, and whether feedback noise helps.

The second task is IBTask with the input bits in another order. Both tasks have a decoder of their own; the encoder goes
on. B is the same for both, so that a rule says the same language twice.
"""

from collections.abc import Mapping

import torch
import xarray as xr

from fa_lib import probes, tasks, training
from fa_lib.feedback import Rule
from fa_lib.random import generator
from fa_lib.tasks import Task
from fa_lib.training.evaluate import look


def second_task(task: Task, seed: int = 0) -> Task:
    """The task with its inputs in another order, the same for all samples."""
    order = torch.randperm(task.x.shape[1], generator=generator(seed, 1, "data"))
    return task.change(x=task.x[:, order], test_x=task.test_x[:, order])


def in_turn(
    rules: Mapping[str, Rule],
    *,
    runs: int = 10,
    epochs: int = 300,
    width: int = 16,
    lr: float = 1e-2,
    seed: int = 0,
) -> xr.Dataset:
    """Train on the first task and then on the second.

    Args:
        rules: by name.
        runs, seed: of weights, matrices and noise; the same for every rule.
        epochs: on each task.
        width: units of H, more than the tasks need, so that there is unused space.
        lr: learning rate.

    Returns:
        Dataset with dims (rule, run), test accuracies: `learned`, the first task after it was learned; `kept`, by the
        same decoder after the second; `readable`, by a new linear readout of H then; `second`, the second task; and
        `fresh`, that of a linear readout of the untrained H, below which nothing can be called kept.
    """
    first = tasks.ib(seed).change(widths=(width, width), lr=lr)
    second, found = second_task(first, seed), []
    for rule in rules.values():
        model = training.build(first, rule, runs=runs, seed=seed)
        fresh = _readable(model)
        training.trained(model, epochs, seed=seed)
        learned = _right(model)
        other = training.build(second, rule, runs=runs, seed=seed)
        other.encoder.load_state_dict(model.encoder.state_dict())
        training.trained(other, epochs, seed=seed)
        now = model._replace(encoder=other.encoder)
        values = {"learned": learned, "kept": _right(now), "readable": _readable(now), "second": _right(other)}
        values["fresh"] = fresh
        found.append(xr.Dataset({name: ("run", value.numpy()) for name, value in values.items()}))
    return xr.concat(found, xr.DataArray(list(rules), dims="rule", name="rule")).assign_coords(run=range(runs))


def _right(model: training.Model) -> torch.Tensor:
    task = model.task
    return task.accuracy(training.predict(model, task.test_x), task.test_y)


def _readable(model: training.Model) -> torch.Tensor:
    task = model.task
    H, at = look(model.encoder, task.x), look(model.encoder, task.test_x)
    return task.accuracy(probes.readout(H, task.y, at=at).float(), task.test_y)
