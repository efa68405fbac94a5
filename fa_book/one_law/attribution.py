"""The account of a training: what the readout gained, booked to the parts of the signal that it was gained by.

Over a training the sum of <g_R, dw> is the change of L_R, with g_R the gradient of L_R at the encoder's weights and dw
a step of theirs: up to a term of the order of the step where g_R is that at its start, and of its square where it is
the mean of both ends. A part of the signal has its own dw: a gradient step is linear in the gradient, and so is Adam's
once its second moment is given, which is that of the whole. So the parts' gains add up to the whole.

For full batches, so that every step sees the loss that is booked.
"""

from collections.abc import Callable, Mapping

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from fa_book.one_law.gradients import at_weights, best, readout_gradient, slopes, through
from fa_lib.feedback import carry
from fa_lib.probes import layerwise
from fa_lib.record import Step
from fa_lib.training import Model, batches, epochs_of

BETAS, TINY = (0.9, 0.999), 1e-8  # Adam's
SCHEMES = ("start", "both ends")


def along(signal: Tensor, exact: Tensor, y: Tensor) -> dict[str, Tensor]:
    """A layer's signal, (run, sample, m), as its part along backpropagation's through W_O, and what is across it."""
    size = exact.square().sum((1, 2), keepdim=True)
    part = exact * ((signal * exact).sum((1, 2), keepdim=True) / torch.where(size > 0, size, 1.0))
    return {"along BP": part, "across BP": signal - part}


def classes(signal: Tensor, exact: Tensor, y: Tensor) -> dict[str, Tensor]:
    """The same as the mean over samples, what tells classes (sample, p) apart, and what differs within a class."""
    mean = signal.mean(1, keepdim=True).expand_as(signal)
    members = y.to(signal) / y.to(signal).sum(0)  # (sample, p), columns that average over a class
    own = y.to(signal) @ (members.T @ signal)
    return {"mean": mean, "between classes": own - mean, "within classes": signal - own}


def both(signal: Tensor, exact: Tensor, y: Tensor) -> dict[str, Tensor]:
    """Both divisions at once, six parts."""
    return {
        f"{way}, {kind}": part
        for way, half in along(signal, exact, y).items()
        for kind, part in classes(half, exact, y).items()
    }


def gradients(seen: Step, cuts: Mapping[int, object], split: Callable) -> dict[str, list[Tensor]]:
    """The gradient of every layer's weights by parts, `at_weights` each; at a cut the signal is divided, below it sent.

    Args:
        seen: a step.
        cuts: numbers of the layers that are cut, the first layer being 1.
        split: `along`, `classes` or `both`.
    """
    exact, slope = layerwise.backpropagated(seen), slopes(seen)
    parts: dict[str, list[Tensor]] = {}
    for number in range(len(seen.layers), 0, -1):
        layer = seen.layers[number - 1]
        if number in cuts:
            now = split(layer.signal.double(), exact[number - 1].double(), seen.y)
        else:  # what the layer above was told, sent exactly
            now = {name: carry(found[0] * slope[number], layer.weight.double()) for name, found in parts.items()}
        for name, part in now.items():
            parts[name] = [part, *parts.get(name, [])]
    return {name: at_weights(seen, found) for name, found in parts.items()}


def account(
    model: Model,
    *,
    epochs: int,
    split: Callable = both,
    every: int = 50,
    record: Mapping[str, Callable[[Step], Tensor]] | None = None,
) -> xr.Dataset:
    """Train a model in place and keep its account.

    Args:
        model: of `training.build` with full batches and a rule of layers, such as `Direct(FA(), ())`; its optimizer is
            Adam with its usual options, or plain steps.
        epochs: steps.
        split: how the signal is divided.
        every: the account is shown after each so-many-th step, and after the last.
        record: name to a measure of a step, (run,), taken where the account is shown.

    Returns:
        Dataset with dims (run, epoch), epoch counting steps taken from 0: `regression_loss`, what `record` names, and
        `booked` (part, layer, scheme, run, epoch), the sum so far, below 0 where the readout gained; schemes as in
        `SCHEMES`.

    Raises:
        ValueError: for a task with batches, or another optimizer.
    """
    task, kind = model.task, model.task.protocol.optimizer
    if len(batches(task)) != 1 or kind not in ("adam", "sgd"):
        raise ValueError(f"the account is kept for full batches and adam or sgd, got {task.protocol}")
    moving = _Steps(task.protocol.lr, adam=kind == "adam")
    shown = sorted({*range(0, epochs, every), epochs})
    booked: dict[str, list[Tensor]] = {}
    rows, before, measures = [], None, {"regression_loss": _loss} | dict(record or {})
    for epoch, steps in epochs_of(model, epochs):
        for seen in steps:
            g = at_weights(seen, through(seen, readout_gradient(seen.H, seen.y)))
            if before is not None:
                _book(booked, *before, g)
            parts = gradients(seen, model.rules.at, split)
            if not booked:
                booked = {name: [torch.zeros(2, len(seen.H), dtype=torch.float64) for _ in g] for name in parts}
            if epoch in shown:
                rows.append(_row(seen, booked, measures))
            before = g, moving.of(parts)
    seen = model.step(*batches(task)[0])  # where the last step led
    _book(booked, *before, at_weights(seen, through(seen, readout_gradient(seen.H, seen.y))))
    rows.append(_row(seen, booked, measures))
    found, sums = zip(*rows, strict=True)
    data = {
        name: (("run", "epoch"), np.stack(values, 1))
        for name, values in zip(measures, zip(*found, strict=True), strict=True)
    }
    data["booked"] = (("part", "layer", "scheme", "run", "epoch"), np.stack(sums, -1))
    coordinates = {"part": list(booked), "scheme": list(SCHEMES), "epoch": shown, "layer": range(1, len(g) + 1)}
    return xr.Dataset(data, coords=coordinates)


def _loss(seen: Step) -> Tensor:
    return best(seen.H, seen.y)[1].square().mean((1, 2))


def _row(seen: Step, booked: Mapping[str, list[Tensor]], measures: Mapping[str, Callable[[Step], Tensor]]) -> tuple:
    found = [measure(seen).double().numpy() for measure in measures.values()]
    return found, np.stack([torch.stack(sums).numpy().copy() for sums in booked.values()])


def _book(booked: dict[str, list[Tensor]], g: list[Tensor], moved: dict[str, list[Tensor]], g_after: list[Tensor]):
    for name, parts in moved.items():
        for sums, start, end, dw in zip(booked[name], g, g_after, parts, strict=True):
            first, last = (start * dw).sum((1, 2)), (end * dw).sum((1, 2))
            sums += torch.stack([first, (first + last) / 2])


class _Steps:
    """What the optimizer makes of every part of the gradient."""

    def __init__(self, lr: float, *, adam: bool):
        self.lr, self.adam, self.count = lr, adam, 0
        self.first: dict[str, list[Tensor]] = {}
        self.second: list[Tensor] = []

    def of(self, parts: dict[str, list[Tensor]]) -> dict[str, list[Tensor]]:
        """The step of every part, layer by layer."""
        if not self.adam:
            return {name: [-self.lr * g for g in layers] for name, layers in parts.items()}
        self.count += 1
        a, b = BETAS
        whole = [sum(layers) for layers in zip(*parts.values(), strict=True)]
        if not self.second:
            self.second = [torch.zeros_like(g) for g in whole]
            self.first = {name: [torch.zeros_like(g) for g in layers] for name, layers in parts.items()}
        self.second = [b * v + (1 - b) * g**2 for v, g in zip(self.second, whole, strict=True)]
        self.first = {
            name: [a * m + (1 - a) * g for m, g in zip(self.first[name], layers, strict=True)]
            for name, layers in parts.items()
        }
        size = [(v / (1 - b**self.count)).sqrt() + TINY for v in self.second]
        scale = self.lr / (1 - a**self.count)
        return {
            name: [-scale * m / s for m, s in zip(layers, size, strict=True)] for name, layers in self.first.items()
        }
