"""Rules that stand near feedback alignment and not in the paper's text: for orientation.

A weight mirror and direct Kolen-Pollack are rules like any other. PEPITA has no backward path at all, and so none of a
rule's places: it sends every input a second time, with the error added to it.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import torch
from torch import Tensor

from fa_lib import check
from fa_lib.feedback.base import Error, Hidden, RandomMatrix, Target, Weight, carry, drawn
from fa_lib.random import generator, stack
from fa_lib.tasks import Task


@dataclass(frozen=True)
class WeightMirror(RandomMatrix):
    """The error times a B that learns the weight above from noise sent through it, which nobody has to read out.

    At every step H is noise x of mean 0 and variance 1, z = W x, and B moves by `rate` towards the mean of z x', which
    is W. The noise comes between two samples of the task here, and not in a phase of its own.

    Args:
        rate: share of B that one step replaces, at most 1.
        samples: of noise in a step.
        B: as of `RandomMatrix`, the matrix to start from. The drawn rule's B moves in place.

    Raises:
        ValueError: for a rate that is not above 0 and at most 1, or samples below 1.

    Source: Akrout et al. 2019, with the decay that makes W itself the fixed point.
    """

    needs = frozenset({"W"})
    rate: float = 0.02
    samples: int = 32
    generators: tuple[torch.Generator, ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self):
        check.positive("rate", self.rate)
        if self.rate > 1:
            raise ValueError(f"rate must be at most 1, at which B is forgotten at every step, got {self.rate}")
        check.whole("samples", self.samples)

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> Self:
        """The same rule with B of shape (run, p, m) and one noise generator a run."""
        generators = tuple(generator(seed, run, "noise", device) for run in runs)
        return replace(super().draw(p, m, runs=runs, seed=seed, device=device), generators=generators)

    def __call__(self, error: Error, y: Target | None, *, W: Weight, **context) -> Hidden:
        """As ever, by the B that this step's noise has moved."""
        B = drawn(self.B if self.generators else None)
        made = [torch.randn(self.samples, B.shape[-1], generator=g, device=B.device) for g in self.generators]
        noise = torch.stack(made).to(B.dtype)  # (run, noise sample, m)
        z = noise @ W.detach().mT  # (run, noise sample, p)
        B.lerp_(z.mT @ noise / self.samples, self.rate)
        return carry(error, B)

    def matrix(self, W: Weight) -> Weight:
        """What the error goes through at this moment; a copy, for B moves."""
        return drawn(self.B).clone()


@dataclass(frozen=True)
class DirectKolenPollack(RandomMatrix):
    """A direct path from the output whose B learns as if it were a weight from this layer to the output.

    Its gradient is that of such a weight, error' H, by an Adam of its own, and it decays. Give it to every layer as
    `Direct(DirectKolenPollack())`. The weights' own decay is the task's: without one B alone forgets.

    Args:
        lr: learning rate of B.
        decay: share of B lost at a step, in units of the learning rate.
        B: as of `RandomMatrix`, the matrix to start from. The drawn rule's B moves in place.

    Raises:
        ValueError: for a learning rate that is not positive, or a negative decay.

    Source: Webster, Choi & Ahn 2021.
    """

    needs = frozenset({"H"})
    lr: float = 1e-3
    decay: float = 0.1
    optimizer: torch.optim.Optimizer | None = field(default=None, repr=False, compare=False)

    def __post_init__(self):
        check.positive("lr", self.lr)
        check.positive("decay", self.decay, zero=True)

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> Self:
        """The same rule with B of shape (run, p, m) and the optimizer that moves it."""
        made = super().draw(p, m, runs=runs, seed=seed, device=device)
        return replace(made, optimizer=torch.optim.AdamW([made.B], lr=self.lr, weight_decay=self.decay))

    def __call__(self, error: Error, y: Target | None, *, H: Hidden, **context) -> Hidden:
        """As ever; B takes its step afterwards."""
        B = drawn(self.B if self.optimizer else None)
        sent = carry(error, B)
        B.grad = error.mT @ H.detach()
        self.optimizer.step()
        return sent

    def matrix(self, W: Weight) -> Weight:
        """What the error goes through at this moment; a copy, for B moves."""
        return drawn(self.B).clone()


class Pepita:
    """ReLU layers and a softmax without biases, learned by two forward passes: the input, then the input and its error.

    A hidden weight moves along (h - h') times what the layer below gave in the second pass, the last one along the
    error times that. F brings the error to the input and is small.

    Args:
        widths: units of input, hidden layers and output.
        runs: numbers of the runs.
        seed: of weights, F and the order of samples.
        size: standard deviation of F's entries, in units of (2 / inputs) ** 0.5.

    Source: Dellaferrera & Kreiman 2022, without their dropout and decay of the learning rate.
    """

    def __init__(self, widths: Sequence[int], runs: Sequence[int], seed: int = 0, size: float = 0.1):
        self.runs, self.seed = check.run_numbers(runs), seed

        def draw(random: torch.Generator) -> list[Tensor]:
            pairs = itertools.pairwise(widths)
            return [torch.randn(above, below, generator=random) * (2 / below) ** 0.5 for below, above in pairs]

        def error_to_input(random: torch.Generator) -> list[Tensor]:
            return [torch.randn(widths[0], widths[-1], generator=random) * size * (2 / widths[0]) ** 0.5]

        self.weights = stack(draw, self.runs, seed, "encoder")  # (run, above, below) each
        (self.F,) = stack(error_to_input, self.runs, seed, "feedback")  # (run, input, output)

    def forward(self, x: Tensor) -> list[Tensor]:
        """x (run or 1, sample, input) to the layers' outputs, (run, sample, units) each, x first, softmax last."""
        found = [x]
        for number, weight in enumerate(self.weights):
            z = found[-1] @ weight.mT
            found.append(z.softmax(-1) if number == len(self.weights) - 1 else z.relu())
        return found

    def changes(self, x: Tensor, y: Tensor) -> list[Tensor]:
        """What is to be taken from the weights, times a learning rate, for x (sample, input) and y (sample, output)."""
        first = self.forward(x[None].expand(len(self.runs), -1, -1))
        error = first[-1] - y  # (run, sample, output)
        second = self.forward(first[0] + error @ self.F.mT)
        hidden = [one - other for one, other in zip(first[1:-1], second[1:-1], strict=True)]
        return [delta.mT @ below / len(x) for delta, below in zip([*hidden, error], second[:-1], strict=True)]

    def learn(self, task: Task, epochs: int, *, lr: float, momentum: float = 0.9) -> np.ndarray:
        """Pass so often through the training samples, in a new order each time; test accuracy at the end, (run,)."""
        moving = [torch.zeros_like(weight) for weight in self.weights]
        order = generator(self.seed, 0, "data")
        for _ in range(epochs):
            for batch in torch.randperm(len(task.x), generator=order).split(task.protocol.batch or len(task.x)):
                for weight, motion, change in zip(
                    self.weights, moving, self.changes(task.x[batch], task.y[batch]), strict=True
                ):
                    weight -= lr * motion.mul_(momentum).add_(change)
        return task.accuracy(self.forward(task.test_x[None])[-1], task.test_y).numpy()
