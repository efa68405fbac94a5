"""The gradient of the readout loss in a network: at H, at every layer below, and at the weights (the paper's Eq. 11).

All of it is in double precision, for networks of fully connected layers without gamma, and for signals of `training`:
gradients that the encoder descends. L_R is the mean squared error of the best linear readout with intercept.
"""

import torch
from torch import Tensor

from fa_lib.feedback import carry
from fa_lib.networks.mlp import NONLINEARITIES
from fa_lib.probes.readouts import CUTOFF
from fa_lib.record import Step


def best(H: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The best linear readout of H with intercept.

    Args:
        H: (run, sample, m).
        y: (sample, p).

    Returns:
        Its weights theta, (run, m, p), and its residual r, (run, sample, p): sums over samples of r and r'H are 0.
    """
    H, y = H.double() - H.double().mean(1, keepdim=True), y.double() - y.double().mean(0)
    theta = torch.linalg.pinv(H.mT @ H, hermitian=True, rtol=CUTOFF) @ (y.mT @ H).mT
    return theta, H @ theta - y


def readout_gradient(H: Tensor, y: Tensor) -> Tensor:
    """dL_R / dH = 2 r theta' / (N p), (run, sample, m). Source: Cheng & Brown 2023, Eq. 11."""
    theta, residual = best(H, y)
    return carry(residual, theta.mT) * (2 / residual[0].numel())


def slopes(seen: Step) -> list[Tensor]:
    """Slopes of all layers, (run, sample, m) each, the first layer first."""
    return [NONLINEARITIES[seen.nonlinearity][1](layer.H.double()) for layer in seen.layers]


def through(seen: Step, top: Tensor) -> list[Tensor]:
    """A gradient at H, (run, sample, m), sent exactly to every layer; the first layer first, H itself last.

    It is the transpose of what a change of the weights does to H. So is the encoder's tangent kernel made: weights that
    move by `at_weights` of a signal S move H by K S.
    """
    found, slope = [top.double()], slopes(seen)
    for layer, upper in zip(seen.layers[-2::-1], slope[:0:-1], strict=True):
        found.append(carry(found[-1] * upper, layer.weight.double()))
    return found[::-1]


def at_weights(seen: Step, gradients: list[Tensor]) -> list[Tensor]:
    """Gradients at the layers to gradients of the weights that made them, bias in the last column: (run, m, in + 1)."""
    below = [
        seen.x.double().flatten(1),
        *(layer.H.double() for layer in seen.layers[:-1]),
    ]  # x is the same for all runs
    parts = []
    for gradient, slope, h in zip(gradients, slopes(seen), below, strict=True):
        delta = (gradient.double() * slope).mT  # (run, m, sample)
        parts.append(torch.cat([delta @ h, delta.sum(2, keepdim=True)], 2))
    return parts


def pushed(seen: Step, parts: list[Tensor]) -> Tensor:
    """What a change of the weights, as `at_weights` gives it, does to H at first order: (run, sample, m).

    Of what `at_weights` makes of a signal S it gives K S, and as K is symmetric, <g, K S> = <K g, S>.
    """
    h, change = seen.x.double().flatten(1).expand(len(seen.H), -1, -1), None
    weights = [None, *(layer.weight.double() for layer in seen.layers[:-1])]
    for layer, slope, weight, part in zip(seen.layers, slopes(seen), weights, parts, strict=True):
        moved = h @ part[..., :-1].mT + part[..., -1].unsqueeze(1)
        change = (moved if change is None else moved + change @ weight.mT) * slope
        h = layer.H.double()
    return change


def cosine(a: Tensor, b: Tensor) -> Tensor:
    """Cosine of two tensors of every run, (run,); 0 where one of them is 0 and points nowhere."""
    a, b = a.double().flatten(1), b.double().flatten(1)
    size = a.norm(dim=1) * b.norm(dim=1)
    return (a * b).sum(1) / torch.where(size > 0, size, torch.inf)


def together(parts: list[Tensor]) -> Tensor:
    """All weights of a run as one vector, (run, number)."""
    return torch.cat([part.flatten(1) for part in parts], 1)
