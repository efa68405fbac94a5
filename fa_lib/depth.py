"""Every hidden layer by the rule: the training step of `fa_lib.training` with a cut below each layer as well.

The encoder's forward pass is cut where the rule says: the layer above a cut starts from a copy that nothing flows back
from. Then, from the last layer down, each cut layer gets its own signal, and backpropagates it as far as the next cut.
A backbone's feature maps are layers like any other to the rule, but not to those who look on: they are in no `Step`.
"""

from typing import NamedTuple

from torch import Tensor

from fa_lib.networks import NONLINEARITIES, Decoder, Encoder
from fa_lib.seen import Layer, Step
from fa_lib.tasks import Task


class Hidden(NamedTuple):
    """A hidden layer in the forward pass, with its graph."""

    a: Tensor  #: (run, sample, m), before the nonlinearity
    H: Tensor  #: (run, sample, m)
    weight: Tensor | None  #: (run, m, m of the layer below), that made it; None for a feature map


def widths(encoder: Encoder) -> dict[int, int]:
    """Units of every hidden layer by its number: from 1; a backbone's output is 0 and its maps are -1 and -2."""
    found = {number: layer.weight.shape[1] for number, layer in enumerate(encoder.layers, 1)}
    return found if encoder.backbone is None else encoder.backbone.units() | found


def hidden(encoder: Encoder, x: Tensor, cuts) -> dict[int, Hidden]:
    """Every hidden layer by its number, those after a cut computed from the detached layer below."""
    found, h = {}, x
    bend, _ = NONLINEARITIES[encoder.nonlinearity]
    if encoder.backbone is not None:
        maps = encoder.backbone.maps(x, cuts)
        found |= {number: Hidden(h, h, None) for number, h in maps.items() if number in cuts}
        h = encoder.backbone.linear(maps[-1].detach() if -1 in cuts else maps[-1])
        found[0] = Hidden(h, h, encoder.backbone.linear.weight)  # no nonlinearity here
    for number, layer in enumerate(encoder.layers, 1):
        a = layer(h.detach() if number - 1 in cuts else h)
        h = encoder.gamma[number - 1] * bend(a) if len(encoder.gamma) else bend(a)
        found[number] = Hidden(a, h, layer.weight)
    for part in found.values():
        part.a.retain_grad()
        part.H.retain_grad()
    return found


def step(encoder: Encoder, decoder: Decoder, channel, task: Task, x: Tensor, y: Tensor) -> Step:
    """`training.step` for a rule of several layers, drawn: `Direct` or `Chained` of `fa_lib.feedback`.

    Source: Cheng & Brown 2023, Fig. 3, with the cuts of Nøkland 2016, Fig. 1.
    """
    layers = hidden(encoder, x, channel.at)  # by their numbers
    last = max(layers)
    z = decoder(layers[last].H.detach())  # (run, sample, p)
    z.retain_grad()
    y_hat = task.activate(z)
    loss = task.loss(y_hat, y)  # (run,)
    loss.sum().backward()  # the decoder learns from its own loss ...
    y_hat = y_hat.detach()
    metrics = {name: metric(y_hat, y) for name, metric in task.metrics.items()}
    known = {"z": z, "output": task.activate, "accuracy": metrics["accuracy"]}
    above = decoder.weight.detach().clone()  # the optimizer moves the weight in place
    told, seen = (z.grad, above), {}
    for number in sorted(layers, reverse=True):  # ... and every layer, from the last down, from what it is told
        a, H, weight = layers[number]
        error, W = told
        cut = channel.at.get(number)
        if cut is not None:
            H.backward(cut(error, y, H=H.detach(), W=W, **known))
        if number >= 0:
            seen[number] = Layer(H.detach(), H.grad, above, W, None if cut is None else matrix(cut, W))
        if number > max(min(layers), -1):
            above = weight.detach().clone()
            told = channel.below(error, W, a.grad, above)
    top = seen[last]
    return Step(
        top.H, y, y_hat, z.grad, top.signal, top.weight, encoder.factors(), loss.detach(), metrics,
        tuple(seen[number] for number in sorted(seen)), encoder.nonlinearity,
    )  # fmt: skip


def matrix(channel, W: Tensor) -> Tensor | None:
    """What a drawn channel has in the place of W, (run, p, m); None if it is not a matrix."""
    if hasattr(channel, "matrix"):
        return channel.matrix(W)
    if hasattr(channel, "channel"):
        return matrix(channel.channel, W)
    return getattr(channel, "B", None)


def mirrored(encoder: Encoder, decoder: Decoder, channel) -> list[tuple[Tensor, object]]:
    """The weight above every cut, with the channel of the cut."""
    weights = {number: layer.weight for number, layer in enumerate(encoder.layers)}  # above layer `number`
    weights[max(weights) + 1] = decoder.weight
    weights |= {} if encoder.backbone is None else {-1: encoder.backbone.linear.weight, -2: None}
    return [(weights[number], cut) for number, cut in channel.at.items()]
