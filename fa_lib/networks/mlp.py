"""Encoder and decoder: the two networks of the paper's Fig. 3, for many runs at once.

Every parameter has a leading run axis, so ten repeats are one tensor and one matrix product. Run r is initialised from
its own generator and never mixes with the others. Tensors are (run, sample, unit) to the caller; in memory units come
before samples, because a product with a small weight matrix is about twice as fast along long rows of samples.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from fa_lib import check
from fa_lib.networks.base import Hidden, RunNetwork
from fa_lib.networks.convolution import convolve, convolve_shared
from fa_lib.random import generator, kaiming_normal, stack, uniform
from fa_lib.tanh import tanh

# Of the encoder's layers: name to the function of a, and its slope as a function of its value.
NONLINEARITIES: Mapping[str, tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]] = {
    "tanh": (tanh, lambda h: 1 - h**2),
    "relu": (functional.relu, lambda h: (h > 0).to(h.dtype)),
    "linear": (lambda a: a, torch.ones_like),
}

PART = 64  # images convolved at a time: fewer are more calls to make, more leave the cache between two products


class Linear(nn.Module):
    """Affine map of every run: weight (run, out, in), bias (run, out)."""

    def __init__(self, weight: Tensor, bias: Tensor):
        super().__init__()
        self.weight, self.bias = nn.Parameter(weight), nn.Parameter(bias)

    def forward(self, x: Tensor) -> Tensor:
        """(run, sample, in), or (sample, in) shared by all runs, to (run, sample, out)."""
        if x.dim() == 2:
            return _Shared.apply(x, self.weight, self.bias).mT
        return torch.baddbmm(self.bias.unsqueeze(2), self.weight, x.mT).mT  # in memory (run, out, sample)


class _Shared(torch.autograd.Function):
    """An affine map of samples that all runs share, (sample, in) to (run, out, sample).

    Left to itself torch would go back to the weight run by run, and to x too, which seldom wants a gradient.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return torch.baddbmm(bias.unsqueeze(2), weight, x.mT.expand(len(weight), -1, -1))

    @staticmethod
    def setup_context(ctx, inputs: tuple[Tensor, Tensor, Tensor], output: Tensor) -> None:
        ctx.save_for_backward(*inputs[:2])

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        x, weight = ctx.saved_tensors
        rows, (to_x, to_weight, to_bias) = grad.flatten(0, 1), ctx.needs_input_grad  # (run * out, sample)
        return (
            (weight.flatten(0, 1).mT @ rows).mT if to_x else None,
            # the small factor first: half the time of rows @ x
            (x.mT @ rows.mT).mT.unflatten(0, weight.shape[:2]) if to_weight else None,
            grad.sum(2) if to_bias else None,
        )


def torch_default(width_in: int, width_out: int, random: torch.Generator) -> list[Tensor]:
    """Weight (out, in) and bias (out,), drawn as torch.nn.Linear does."""
    bound = 1 / math.sqrt(width_in)
    return [uniform((width_out, width_in), bound, random), uniform((width_out,), bound, random)]


class ConvBackbone(nn.Module):
    """Two 5x5 convolutions before the encoder's layers on MNIST, as in the authors' code (not in the paper).

    Conv 1 -> 10, max-pool 2, ReLU, conv 10 -> 20, channel dropout 0.5, max-pool 2, ReLU, linear to `features`. Biases
    and dropout stand after the pooling here, where there are fewer numbers to touch: adding one number to a whole
    channel, or multiplying it by one that is not negative, changes no order.
    """

    def __init__(self, features: int, *, runs: Sequence[int], seed: int, device: str = "cpu"):
        super().__init__()

        def draw(random):
            conv1, bias1 = uniform((10, 1, 5, 5), 1 / 5, random), uniform((10,), 1 / 5, random)
            conv2, bias2 = uniform((20, 10, 5, 5), 250**-0.5, random), uniform((20,), 250**-0.5, random)
            return [conv1, bias1, conv2, bias2, *torch_default(320, features, random)]

        self.conv1, self.bias1, self.conv2, self.bias2, weight, bias = (
            nn.Parameter(tensor) for tensor in stack(draw, runs, seed, "backbone")
        )
        self.linear = Linear(weight.data, bias.data)
        # drawn where they are used: a copy at each step would hold up a GPU
        self.dropout = [generator(seed, run, "dropout", device) for run in runs]

    def forward(self, x: Tensor) -> Tensor:
        """(sample, 1, 28, 28) to (run, sample, features)."""
        return self.linear(self.maps(x)[-1])

    def units(self) -> dict[int, int]:
        """Units of the layers that can be cut: the maps that `maps` gives, and 0, the output."""
        features, second = self.linear.weight.shape[1:]
        return {-2: self.conv1.shape[1] * 12 * 12, -1: second, 0: features}

    def maps(self, x: Tensor, cuts=()) -> dict[int, Tensor]:
        """Feature maps as layers of units: -1, the second, (run, sample, 320), and -2, the first, (run, sample, 1440).

        Args:
            x: (sample, 1, 28, 28).
            cuts: numbers of layers. If -2 is among them, the second map is computed from a copy of the first that
                nothing flows back from; otherwise the first is not given.
        """
        found, first, second = {}, [], []
        for part in x[:, 0].permute(1, 2, 0).split(PART, dim=2):  # (28, 28, sample)
            h = functional.relu(convolve_shared(part.contiguous(), self.conv1) + self.bias1[:, :, None, None, None])
            if -2 in cuts:
                first.append(h)
                h = h.detach()
            second.append(functional.relu(convolve(h, self.conv2) + self.bias2[:, :, None, None, None]))
        if first:
            found[-2] = torch.cat(first, dim=4).flatten(1, 3).mT  # from (run, 10, 12, 12, sample)
        h = torch.cat(second, dim=4)  # (run, 20, 4, 4, sample)
        if self.training:
            drawn = [torch.rand(len(x), 20, generator=random, device=random.device) for random in self.dropout]
            kept = torch.stack(drawn) >= 0.5
            h = h * (2.0 * kept.mT.to(h.device))[:, :, None, None]
        return found | {-1: h.flatten(1, 3).mT}


class Encoder(RunNetwork):
    """x to H: fully connected layers, tanh in the paper, each followed by gamma where `learn_gain` is on.

    Args:
        widths: of the input and of every layer, (12, 8, 4) for IBTask; m is the last.
        runs: the numbers of the runs that this network holds.
        seed: of the experiment.
        learn_gain: learn a factor gamma after each tanh (paper, Section 2.4: it lets H leave the box that tanh sets).
        nonlinearity: of every layer, a name in `NONLINEARITIES`.
        backbone: put `ConvBackbone` before the layers; the first width is then its number of features.
        device: where dropout is drawn; the parameters are moved by `.to`.

    Source: Cheng & Brown 2023, Fig. 3; initialisation as in the authors' code (torch's default).
    """

    def __init__(
        self,
        widths: Sequence[int],
        *,
        runs: Sequence[int],
        seed: int = 0,
        learn_gain: bool = False,
        nonlinearity: str = "tanh",
        backbone: bool = False,
        device: str = "cpu",
    ):
        super().__init__()
        if len(widths) < 2 or min(widths) < 1:
            raise ValueError(f"widths must name an input and at least one layer, all 1 or more, got {tuple(widths)}")
        check.one_of("nonlinearity", nonlinearity, NONLINEARITIES)
        self.nonlinearity, self.runs, self.m = nonlinearity, len(runs), widths[-1]
        self.backbone = ConvBackbone(widths[0], runs=runs, seed=seed, device=device) if backbone else None

        def draw(random):
            return [tensor for pair in pairwise(widths) for tensor in torch_default(*pair, random)]

        tensors = stack(draw, runs, seed, "encoder")
        self.layers = nn.ModuleList(Linear(*pair) for pair in zip(tensors[::2], tensors[1::2], strict=True))
        gammas = [torch.ones(len(runs), 1, 1) for _ in self.layers] if learn_gain else []
        self.gamma = nn.ParameterList(nn.Parameter(gamma) for gamma in gammas)  # per layer (run, 1, 1)
        self.register_buffer("unscaled", torch.ones(len(runs), len(self.layers)), persistent=False)  # made once

    def forward(self, x: Tensor) -> Tensor:
        """(sample, input) or (sample, 1, 28, 28) to H of shape (run, sample, m)."""
        last = len(self.layers)
        return self.hidden(x, (last,))[last].H

    def widths(self) -> dict[int, int]:
        """Units of every hidden layer by its number: from 1; a backbone's output is 0 and its maps are -1 and -2."""
        found = {number: layer.weight.shape[1] for number, layer in enumerate(self.layers, 1)}
        return found if self.backbone is None else self.backbone.units() | found

    def hidden(self, x: Tensor, cuts: Collection[int], *, retain: bool = False) -> dict[int, Hidden]:
        found, h = {}, x
        activation, _ = NONLINEARITIES[self.nonlinearity]
        if self.backbone is not None:
            maps = self.backbone.maps(x, cuts)
            found |= {number: Hidden(h, h, None) for number, h in maps.items() if number in cuts}
            h = self.backbone.linear(maps[-1].detach() if -1 in cuts else maps[-1])
            found[0] = Hidden(h, h, self.backbone.linear.weight)  # no nonlinearity here
        for number, layer in enumerate(self.layers, 1):
            a = layer(h.detach() if number - 1 in cuts else h)
            h = activation(a)
            if len(self.gamma):
                h = self.gamma[number - 1] * h
            found[number] = Hidden(a, h, layer.weight)
        if not retain:
            return {number: found[number] for number in found if number in cuts}
        for part in found.values():
            part.a.retain_grad()
            part.H.retain_grad()
        return found

    def weights_above(self) -> dict[int, Tensor | None]:
        found = {number: layer.weight for number, layer in enumerate(self.layers) if number}
        if self.backbone is not None:
            found |= {0: self.layers[0].weight, -1: self.backbone.linear.weight, -2: None}
        return found

    def factors(self) -> Tensor:
        return torch.cat(list(self.gamma), 1)[..., 0].detach() if len(self.gamma) else self.unscaled


class Decoder(Linear):
    """H to z = H W_O' + bias, before the output nonlinearity; W_O is `weight`, (run, p, m).

    Args:
        m, p: numbers of hidden units and of outputs.
        runs: the numbers of the runs that this network holds.
        seed: of the experiment.

    Source: Cheng & Brown 2023, Fig. 3; initialisation as in the authors' code.
    """

    def __init__(self, m: int, p: int, *, runs: Sequence[int], seed: int = 0):
        def draw(random):
            return [kaiming_normal(p, m, random), uniform((p,), 0.1, random)]

        super().__init__(*stack(draw, runs, seed, "decoder"))
