"""Rules that carry the error: through W_O, through a fixed random matrix, a shaken one, a random network."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import torch
from torch import Tensor

from fa_lib import check
from fa_lib.feedback.base import Error, Hidden, RandomMatrix, Rule, Target, Weight, Wrapper, carry, drawn, per_run
from fa_lib.random import generator, kaiming_normal, stack
from fa_lib.tanh import tanh


@dataclass(frozen=True)
class BP(Rule):
    """Backpropagation: the error times the decoder's own weight.

    Source: Rumelhart et al. 1986; Cheng & Brown 2023, Section 2.1.
    """

    needs = frozenset({"W"})

    def __call__(self, error: Error, y: Target | None, *, W: Weight, **context) -> Hidden:
        return carry(error, W)

    def matrix(self, W: Weight) -> Weight:
        return W


@dataclass(frozen=True)
class FA(RandomMatrix):
    """Feedback alignment: the error times a fixed random matrix.

    Args:
        B: as of `RandomMatrix`.

    Source: Cheng & Brown 2023, Eq. 8 (Lillicrap et al. 2016).
    """

    def __call__(self, error: Error, y: Target | None, **context) -> Hidden:
        return carry(error, self.B)


@dataclass(frozen=True)
class NFA(RandomMatrix):
    """Noisy feedback alignment: B plus fresh noise at every step.

    Args:
        sigma: size of the noise, in B's units. The paper says small; the authors' code has 1e-3 (IB) and 1e-4 (MNIST).
        noise: "normal" with standard deviation sigma (paper) or "uniform" within +-sigma / 2 (authors' code).
        B: as of `RandomMatrix`.

    Raises:
        ValueError: for a negative or non-finite sigma or an unknown noise.

    Source: Cheng & Brown 2023, Section 2.4.
    """

    sigma: float = 1e-3
    noise: str = "normal"
    generators: tuple[torch.Generator, ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self):
        check.positive("sigma", self.sigma, zero=True)
        check.one_of("noise", self.noise, ("normal", "uniform"))

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> Self:
        """The same rule with B of shape (run, p, m) and one noise generator a run."""
        generators = tuple(generator(seed, run, "noise", device) for run in runs)
        return replace(super().draw(p, m, runs=runs, seed=seed, device=device), generators=generators)

    def __call__(self, error: Error, y: Target | None, **context) -> Hidden:
        B = drawn(self.B if self.generators else None)  # a given B without its noise is not enough
        make, shift = (torch.randn, 0.0) if self.noise == "normal" else (torch.rand, 0.5)
        noise = torch.stack([make(*B.shape[1:], generator=g, device=B.device) for g in self.generators]) - shift
        return carry(error, B + self.sigma * noise.to(B.dtype))


@dataclass(frozen=True)
class NF(Rule):
    """Network feedback: a fixed random network p -> hidden tanh -> m carries the error.

    Args:
        hidden: width of the middle layer (50 in the authors' code).
        B1, B2: its matrices, (p, hidden) and (hidden, m) or with a run axis; Kaiming normal for every run if None.

    Raises:
        ValueError: for a hidden width below 1.

    Source: Cheng & Brown 2023, Section 2.4.
    """

    hidden: int = 50
    B1: Tensor | None = field(default=None, repr=False, compare=False)
    B2: Tensor | None = field(default=None, repr=False, compare=False)

    def __post_init__(self):
        check.whole("hidden", self.hidden)

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> Self:
        """The same rule with B1 (run, p, hidden) and B2 (run, hidden, m) on the device."""
        shapes = {"B1": (p, self.hidden), "B2": (self.hidden, m)}
        made = stack(lambda random: [kaiming_normal(*size, random) for size in shapes.values()], runs, seed, "feedback")
        for number, (name, shape) in enumerate(shapes.items()):
            if (given := getattr(self, name)) is not None:
                made[number] = per_run(given, shape, runs, seed, name)
        return replace(self, B1=made[0].to(device), B2=made[1].to(device))

    def __call__(self, error: Error, y: Target | None, **context) -> Hidden:
        return carry(tanh(carry(error, self.B1)), self.B2)


@dataclass(frozen=True)
class OutputError(Wrapper):
    """A rule that carries y_hat - y, the error as the paper writes it, instead of dLoss / dz.

    Under the mean squared error dLoss / dz is that times the output's slope and 2 / (N p), which Adam does not see.

    Args:
        rule: the rule that carries it, such as `FA()`.

    Raises:
        ValueError: for something that is no rule, or one that learns, which must see the error that W_O learns from.

    Source: Cheng & Brown 2023, Eq. 8, read literally; the authors' code sends dLoss / dz.
    """

    around = "error as in Eq. 8"

    def __post_init__(self):
        super().__post_init__()
        if self.rule.learns:
            raise ValueError("KolenPollack must see the error that W_O learns from: use it without OutputError")

    @property
    def needs(self) -> frozenset[str]:
        """What is needed to know y_hat, besides what the rule inside needs."""
        return self.rule.needs | {"y", "z", "output"}

    def __call__(self, error: Error, y: Target, *, z: Error, output, **context) -> Hidden:
        return self.rule(output(z.detach()) - y, y, z=z, output=output, **context)
