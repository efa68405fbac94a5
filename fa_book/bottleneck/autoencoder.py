"""A rule that learns to preserve the target: its matrix is the code side of an autoencoder of Y."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from fa_lib import check, sweep
from fa_lib.feedback.base import Error, Hidden, PerRun, Rule, Target, Weight, carry, drawn, per_run
from fa_lib.random import generator, kaiming_normal, stack


@dataclass(frozen=True)
class Autoencoder(Rule):
    """The error times a matrix that learns to keep the target: the code side of an autoencoder of Y.

    The code of a target is y A, in as many numbers as there are hidden units. A readout like the network's own, affine
    and then the task's output nonlinearity, has to give y back from it. Both sides learn by Adam on the squared error,
    on the targets alone; they hear no error of the network. A starts from the B of `FA` and is used at that one's
    length, so that only what it points at is learned. With a linear output the code spans the first principal
    components of Y. A small cost on the squares of both sides' weights keeps classes from moving apart without end.

    With a variance above 0 it is a variational autoencoder: the code has normal noise, its size learned unit by unit, a
    standard normal prior, and the targets that noise variance around their reconstruction.

    Args:
        before: steps taken on the first batch, before the network's first step.
        steps: steps taken at each step of the network, on its batch; 0 keeps the matrix that was learned beforehand.
        lr: learning rate of the autoencoder.
        variance: of the targets' noise, in units of y squared; 0 for a plain autoencoder.
        decay: cost of the weights' squares.
        parameters: of the drawn rule: A (run, p, m), readout (run, m, p), its bias (run, 1, p), and the logarithm
            of the code's noise (run, 1, m). Trained in place.

    Raises:
        ValueError: for numbers of steps below 0, a learning rate of 0 or less, or a negative variance or decay.

    Source: Cheng & Brown 2023, Section 3 (as future work); Baldi & Hornik 1989 and Kunin et al. 2019 for the linear
        code; Kingma & Welling 2014.
    """

    needs = frozenset({"y", "output"})
    before: int = 2000
    steps: int = 0
    lr: float = 3e-2
    variance: float = 0.0
    decay: float = 1e-3
    parameters: tuple[Tensor, ...] = field(default=(), repr=False, compare=False)
    length: Tensor | None = field(default=None, repr=False, compare=False)  # (run, 1, 1), of B
    optimizer: torch.optim.Optimizer | None = field(default=None, repr=False, compare=False)
    generators: tuple[torch.Generator, ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self):
        for name in ("before", "steps"):
            check.whole(name, getattr(self, name), 0)
        check.positive("lr", self.lr)
        for name in ("variance", "decay"):
            check.positive(name, getattr(self, name), zero=True)

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> "Autoencoder":
        """The same rule with an untrained autoencoder for every run on the device."""
        A = per_run(None, (p, m), runs, seed).to(device)
        readout = stack(lambda random: [kaiming_normal(m, p, random)], runs, seed, "noise")[0].to(device)
        parts = A.clone(), readout, readout.new_zeros(len(runs), 1, p), readout.new_full((len(runs), 1, m), -2.0)
        parameters = tuple(part.requires_grad_() for part in parts)
        return replace(
            self, parameters=parameters, length=A.norm(dim=(1, 2), keepdim=True),
            optimizer=torch.optim.Adam(parameters, lr=self.lr),
            generators=tuple(generator(seed, run, "noise", device) for run in runs),
        )  # fmt: skip

    def __call__(self, error: Error, y: Target, *, output, **context) -> Hidden:
        """error (run, sample, p) to the gradient (run, sample, m), after learning from y (sample, p)."""
        started = len(self.optimizer.state) > 0 if self.parameters else False
        for _ in range(self.steps + (0 if started else self.before)):
            self.learn(y, output)
        A = self.matrix()
        return carry(error.to(A.dtype), A)

    def learn(self, y: Target, output) -> PerRun:
        """One step of the autoencoder on y (sample, p); its loss before the step, (run,)."""
        with torch.enable_grad():
            loss = self.loss(y, output)
            self.optimizer.zero_grad()
            loss.sum().backward()
        self.optimizer.step()
        return loss.detach()

    def loss(self, y: Target, output) -> PerRun:
        """Squared error of y's reconstruction, summed over outputs, and what code and weights cost, (run,)."""
        drawn(self.parameters[0] if self.parameters else None)
        A, readout, bias, spread = self.parameters
        y = y.to(A.dtype)
        code = (A.mT @ y.mT).mT  # (run, sample, m)
        cost = self.decay * (A.square().sum((1, 2)) + readout.square().sum((1, 2)))
        if self.variance:
            nats = 0.5 * (code**2 + (2 * spread).exp() - 1 - 2 * spread).sum(2).mean(1)  # a sample
            cost = cost + 2 * self.variance * nats
            noise = [torch.randn(code.shape[1:], generator=g, device=code.device) for g in self.generators]
            code = code + spread.exp() * torch.stack(noise)
        y_hat = output(carry(code, readout) + bias)
        return ((y_hat - y) ** 2).sum(2).mean(1) + cost

    def matrix(self, W: Weight | None = None) -> Weight:
        """What the error goes through at this moment, (run, p, m): A at the length of the B it started from."""
        A = drawn(self.parameters[0] if self.parameters else None).detach()
        return A * (self.length / A.norm(dim=(1, 2), keepdim=True))


sweep.register(__name__, rules=[Autoencoder])
