"""Rules in which either what the signal tells or where it points is set, and the other stays as it is.

Wrappers: each takes any rule of `fa_lib.feedback` and changes one thing about it.

    Rotated   the signal turned rigidly by an angle: tells the same, points elsewhere
    Told     the rule believes another target than the decoder learns
    Mixed    error and target through a p x p matrix: classes exchanged, lumped together, or rank lost

`Own` is the way back through W_O itself, for the error or the target, as it is or as it was at the start. `Signs` and
`MeanOnly` leave one bit of every component, and what all samples share.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from fa_lib import check
from fa_lib.feedback.base import RandomMatrix, Wrapper, carry, drawn
from fa_lib.networks.mlp import Decoder
from fa_lib.random import generator
from fa_lib.sweep import register


@dataclass(frozen=True)
class Own(RandomMatrix):
    """The error or the target through W_O. With the error, and W_O as it is, this is backpropagation.

    The target is sent as `Projection` sends it: the error with nothing answered, in the unit of the error's gradient.

    Args:
        carrier: "error" or "target".
        follow: use W_O as it is at the moment; False: as it was at the start.

    Raises:
        ValueError: for another carrier.
    """

    carrier: str = "error"
    follow: bool = True

    def __post_init__(self):
        check.one_of("carrier", self.carrier, ("error", "target"))

    @property
    def needs(self) -> frozenset[str]:
        """The weight, and the target where it is carried."""
        return frozenset({"W"} | ({"y"} if self.carrier == "target" else set()))

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> "Own":
        """The same rule with the W_O that the runs start from, (run, p, m)."""
        return replace(self, B=Decoder(m, p, runs=runs, seed=seed).weight.detach().to(device))

    def __call__(self, error: Tensor, y: Tensor, *, W: Tensor, **context) -> Tensor:
        """error (run, sample, p), y (sample, p) and W (run, p, m) to the gradient (run, sample, m)."""
        B = self.matrix(W)
        if self.carrier == "error":
            return carry(error, B)
        return carry((-2 / y.shape[-2:].numel() * y).expand(len(B), *y.shape[-2:]), B)

    def matrix(self, W: Tensor) -> Tensor:
        """What the error or target goes through while the weight is W."""
        return W if self.follow else drawn(self.B)


@dataclass(frozen=True)
class Rotated(Wrapper):
    """A rule whose signal is turned: every sample's by the same angle, exactly, and at its length.

    With Q = cos(a) 1 + sin(a) J and a random J that is orthogonal and skew (J'J = 1, J' = -J), v Q lies at the angle a
    from v for every v, since v J is orthogonal to v. Q is a rotation and fixed for a run. So whatever could be known
    from the signal can be known from the turned one, while its cosine with any gradient that it had is cos(a) of it.
    Around `BP` it sends the gradient, turned.

    Args:
        rule: the rule whose signal is turned.
        angle: degrees; 180 gives the signal with its sign changed.

    Raises:
        ValueError: for something that is no rule, an angle that is not finite, or, when drawn, an odd m, which has
            no such J.
    """

    published = "Turned"
    angle: float
    J: Tensor | None = field(default=None, repr=False, compare=False)

    def __post_init__(self):
        super().__post_init__()
        if not math.isfinite(self.angle):
            raise ValueError(f"angle must be a finite number of degrees, got {self.angle}")

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> "Rotated":
        """The same with the rule inside drawn and a J (m, m) for every run."""
        if m % 2:
            raise ValueError(f"only an even number of hidden units can be turned so that all directions move, got {m}")
        J = torch.stack([_skew(m, generator(seed, run, "control")) for run in runs])
        return replace(super().draw(p, m, runs=runs, seed=seed, device=device), J=J.to(device))

    def __call__(self, error: Tensor, y: Tensor, **context) -> Tensor:
        """error (run, sample, p) and y (sample, p) to the gradient (run, sample, m)."""
        return carry(self.rule(error, y, **context), self.rotation())

    def rotation(self) -> Tensor:
        """Q of every run, (run, m, m); a row vector v becomes v Q."""
        J, a = drawn(self.J), math.radians(self.angle)
        return (math.cos(a) * torch.eye(J.shape[-1], dtype=J.dtype, device=J.device) + math.sin(a) * J).to(
            torch.get_default_dtype()
        )


def _skew(m: int, random: torch.Generator) -> Tensor:
    """A random (m, m) matrix with J'J = 1 and J' = -J: quarter turns in m / 2 random planes, in double precision."""
    planes = torch.linalg.qr(torch.randn(m, m, generator=random, dtype=torch.float64)).Q  # columns in pairs
    a, b = planes[:, ::2], planes[:, 1::2]
    return a @ b.mT - b @ a.mT


@dataclass(frozen=True)
class Signs(Wrapper):
    """A rule that gets the sign of every component of the error, at the size that errors have: one bit each.

    Args:
        rule: the rule that carries them.

    Raises:
        ValueError: for something that is no rule.
    """

    def __call__(self, error: Tensor, y: Tensor, **context) -> Tensor:
        """error (run, sample, p) and y (sample, p) to the gradient (run, sample, m)."""
        size = error.square().mean((1, 2), keepdim=True).sqrt()
        return self.rule(error.sign() * size, y, **context)


@dataclass(frozen=True)
class MeanOnly(Wrapper):
    """The mean over the batch of a rule's signal, to every sample alike: it tells no sample from another.

    What `Centred` takes out. It has a part in the gradient, and with it an angle to the gradient.

    Args:
        rule: the rule whose mean is sent.

    Raises:
        ValueError: for something that is no rule.
    """

    def __call__(self, error: Tensor, y: Tensor, **context) -> Tensor:
        """error (run, sample, p) and y (sample, p) to the gradient (run, sample, m)."""
        gradient = self.rule(error, y, **context)
        return gradient.mean(1, keepdim=True).expand_as(gradient)


register(__name__, rules=(Own, Rotated, Signs, MeanOnly))
