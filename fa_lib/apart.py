"""Training parts that stay in one's hands, so that an encoder can be taken from one network and put into another.

`training.train` makes its networks, trains them and keeps only the record. Here the parts of `training.build` go in and
are trained where they are: what is frozen, exchanged or reused before and after is the caller's affair.
"""

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from fa_lib.measures import look
from fa_lib.tasks import Task
from fa_lib.training import Parts, batches, one_pass


def answer(parts: Parts, task: Task, x: Tensor) -> Tensor:
    """y_hat of the parts with dropout off.

    Args:
        parts: of `training.build`.
        task: gives the output's nonlinearity.
        x: inputs, (sample, input) or (sample, 1, 28, 28).

    Returns:
        Tensor of shape (run, sample, p).
    """
    return look(parts.encoder, x, lambda H: task.activate(parts.decoder(H)))


def trained(parts: Parts, task: Task, epochs: int) -> Parts:
    """The parts after so many more passes over the training set, without measuring; they are changed in place."""
    known = batches(task, parts.decoder.weight.device)
    for _ in range(epochs):
        for _ in one_pass(parts, task, known):
            pass
    return parts


def fit(parts: Parts, task: Task, *, epochs: int | None = None, every: int = 1) -> xr.Dataset:
    """Train the given parts in place, by the same loop as `training.train`.

    The optimizer decides what learns: the parts that `training.build` was told to train. Another encoder may be put in
    by `parts._replace(encoder=...)`; it is frozen then, because the optimizer does not know it.

    Args:
        parts: of `training.build`, all on one device.
        task: what is learned.
        epochs: passes over the training set; the task's own number if None.
        every: measure after each so-many-th epoch, counted from 0, and after the last.

    Returns:
        Dataset with dims (run, epoch): `loss`, `accuracy`, `test_loss`, `test_accuracy`, all after the epoch's last
        update and with dropout off. The run coordinate counts from 0.

    Raises:
        ValueError: for epochs or every below 1.

    Source: Cheng & Brown 2023, Section 2.3 (encoder and decoder as processes of their own).
    """
    epochs = task.epochs if epochs is None else epochs
    if not all(isinstance(count, int) and count >= 1 for count in (epochs, every)):
        raise ValueError(f"epochs and every must be whole numbers of 1 or more, got {epochs} and {every}")
    device = parts.decoder.weight.device
    x, y, test_x, test_y = (part.to(device) for part in (task.x, task.y, task.test_x, task.test_y))
    known = batches(task, device)
    measured, rows = sorted({*range(0, epochs, every), epochs - 1}), []
    for epoch in range(epochs):
        for _ in one_pass(parts, task, known):
            pass
        if epoch in measured:
            rows.append({})
            for prefix, inputs, targets in (("", x, y), ("test_", test_x, test_y)):
                y_hat = answer(parts, task, inputs)
                rows[-1][f"{prefix}loss"] = task.loss(y_hat, targets).cpu()
                rows[-1][f"{prefix}accuracy"] = task.accuracy(y_hat, targets).cpu()
    data = {name: (("run", "epoch"), np.stack([row[name] for row in rows], axis=1)) for name in rows[0]}
    return xr.Dataset(data, coords={"run": np.arange(len(parts.decoder.weight)), "epoch": measured})


def widen(parts: Parts, gamma: float) -> Parts:
    """Give H more room and no more speed: the last layer becomes gamma tanh(a / gamma), with gamma fixed.

    The slope at 0, the start of training and Adam's steps of a stay what they were without scaling: only the wall
    moves. All gammas are frozen.

    Args:
        parts: of `training.build` with `scale=True`, not yet trained. They are changed in place.
        gamma: the new half-width of the box.

    Returns:
        The same parts.

    Raises:
        ValueError: for parts without gammas or a gamma that is not above 0.

    Source: ours, as a control of Cheng & Brown 2023, Fig. 4.
    """
    if not len(parts.encoder.gamma):
        raise ValueError("the encoder has no gammas: build the parts with scale=True")
    if not 0 < gamma < float("inf"):
        raise ValueError(f"gamma must be a finite number above 0, got {gamma}")
    parts.encoder.gamma.requires_grad_(False)
    own = list(parts.encoder.layers[-1].parameters())
    with torch.no_grad():
        parts.encoder.gamma[-1].fill_(gamma)
        for tensor in own:  # the parameters now hold those of a, divided by gamma ...
            tensor.div_(gamma)
    group = parts.optimizer.param_groups[0]
    group["params"] = [tensor for tensor in group["params"] if all(tensor is not other for other in own)]
    parts.optimizer.add_param_group({"params": own, "lr": group["lr"] / gamma})  # ... and so are their steps
    return parts
