"""The loop that all trainings share: batches, steps, epochs."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from fa_lib import check
from fa_lib.random import generator
from fa_lib.record import Step
from fa_lib.tasks.task import Task
from fa_lib.training import optim
from fa_lib.training.model import Model

# Asked for and given back at once: from then on glibc keeps what a step frees for the next. Otherwise it hands large
# blocks back to the system each time, and having them cleared again can double a step's time. Elsewhere: no effect.
np.empty(2**25 - 2**13, np.uint8)

Batches = Iterable[tuple[Tensor, Tensor]]


def batches(task: Task, device: str = "cpu") -> Sequence[tuple[Tensor, Tensor]]:
    """The task's training samples in its batches, (x, y) each, in the task's order."""
    x, y = task.x.to(device), task.y.to(device)
    return list(zip(x.split(task.batch or len(x)), y.split(task.batch or len(x)), strict=True))


def shuffled(task: Task, epoch: int, seed: int, device: str = "cpu") -> Batches:
    """The task's batches in an order of this epoch's own, from a generator of its own: the same for every rule.

    Each is gathered when its turn comes, so that its samples are still in the cache when they are used.
    """
    order = torch.randperm(len(task.x), generator=generator(seed, epoch, "batches")).to(device)
    x, y = task.x.to(device), task.y.to(device)
    return ((x.index_select(0, part), y.index_select(0, part)) for part in order.split(task.batch or len(x)))


def train_epoch(model: Model, batches: Batches) -> Iterator[Step]:
    """Train the model in place, a step for each batch, and yield what each saw; its update follows the yield."""
    for x, y in batches:
        model.optimizer.zero_grad()
        yield model.step(x, y)
        model.optimizer.step()


def epochs_of(model: Model, epochs: int, *, seed: int = 0) -> Iterator[tuple[int, Iterator[Step]]]:
    """The loop that all trainings share: number of the epoch, from 0, and its steps, to be taken by the caller.

    The model is trained in place; `seed` is that of the samples' order, where the protocol shuffles them.
    """
    task, device = model.task, model.decoder.weight.device
    rate = optim.schedule(model.optimizer, task.protocol)
    known = None if task.protocol.shuffle else batches(task, device)
    for epoch in range(epochs):
        yield epoch, train_epoch(model, shuffled(task, epoch, seed, device) if known is None else known)
        if rate is not None:
            rate.step()


def trained(model: Model, epochs: int, *, seed: int = 0) -> Model:
    """The model after so many passes over the training set, without measuring; it is changed in place."""
    for _, steps in epochs_of(model, epochs, seed=seed):
        deque(steps, maxlen=0)
    return model


def measured(epochs: int, measure_every: int) -> list[int]:
    """The epochs that are measured: each so-many-th, counted from 0, and the last."""
    return sorted({*range(0, epochs, check.whole("measure_every", measure_every)), epochs - 1})
