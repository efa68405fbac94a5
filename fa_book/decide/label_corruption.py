"""Rules that are told something else than the target: labels replaced, exchanged, lumped together, lost.

The decoder goes on learning from the true target; only what the hidden layer hears is changed, in the error and in the
target alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from fa_lib import check
from fa_lib.feedback.base import Wrapper, drawn, gradient_at
from fa_lib.random import generator
from fa_lib.sweep import register

TOLD = ("noise", "fresh noise", "neighbour's", "mean")
MIXED = ("shift", "groups", "rank", "sum", "difference")


@dataclass(frozen=True)
class Told(Wrapper):
    """A rule that believes a target y' that is not the decoder's.

    Its error is y_hat - y', times the same slope and factor as dLoss / dz has them.

    "noise": a share of the labels is replaced by classes drawn evenly, once for all of training. "fresh noise": drawn
    anew at every step. "neighbour's": every sample hears the label of the one before it. "mean": all hear the batch's
    mean, which is no label.

    "noise" belongs to a row of the batch, the same row of every batch alike. The batches of `training` come in one
    order, so it belongs to a sample.

    Args:
        rule: the rule that is told.
        how: one of `TOLD`.
        share: of labels replaced, where it is noise.

    Raises:
        ValueError: for something that is no rule, an unknown `how`, a share outside 0 to 1 or one that has no use,
            and, when called, for a target of one number a sample, which has no classes.
    """

    how: str = "noise"
    share: float = 0.0
    key: tuple = field(default=(), repr=False, compare=False)

    def __post_init__(self):
        super().__post_init__()
        check.one_of("how", self.how, TOLD)
        if not 0 <= self.share <= 1 or (self.share and "noise" not in self.how):
            raise ValueError(f"share must be within 0 to 1, and 0 where nothing is drawn, got {self.share}")

    @property
    def needs(self) -> frozenset[str]:
        """What says which error another target makes, besides what the rule inside needs."""
        return self.rule.needs | {"y", "z", "output"}

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> "Told":
        """The same with the rule inside drawn and what the labels are replaced with fixed by seed and run."""
        fixed = self.how == "noise"  # then every call draws the same
        key = (seed, *runs) if fixed else tuple(generator(seed, run, "noise", device) for run in runs)
        return replace(super().draw(p, m, runs=runs, seed=seed, device=device), key=key)

    def __call__(self, error: Tensor, y: Tensor, *, z: Tensor, output, **context) -> Tensor:
        """error and z (run, sample, p), y (sample, p) to the gradient (run, sample, m)."""
        told = self.target(y)  # (run, sample, p)
        shift = 2 / y.shape[-2:].numel() * (y - told) * gradient_at(output, z)
        return self.rule(error + shift, told, z=z, output=output, **context)

    def target(self, y: Tensor) -> Tensor:
        """What the runs believe of y (sample, p): (run, sample, p), or without a run axis where all hear the same."""
        if y.shape[-1] < 2:
            raise ValueError(f"classes are needed, two columns of y or more, got y of shape {tuple(y.shape)}")
        if self.how == "neighbour's":
            return y.roll(1, -2)
        if self.how == "mean":
            return y.mean(-2, keepdim=True).expand_as(y)
        if not self.key:
            raise ValueError("nothing is drawn yet: call .draw(p, m, runs=..., seed=...) first")
        n, p = y.shape
        seed, *runs = self.key if self.how == "noise" else (None, *self.key)
        parts = []
        for run in runs:
            random = run if isinstance(run, torch.Generator) else generator(seed, run, "control", y.device.type)
            # two columns a sample, so that a longer batch begins with the draws of a shorter one
            lot, label = torch.rand(n, 2, generator=random, device=y.device).unbind(1)
            other = torch.nn.functional.one_hot((label * p).long().clamp_max(p - 1), p).to(y.dtype)
            parts.append(torch.where((lot < self.share)[:, None], other, y))
        return torch.stack(parts)


@dataclass(frozen=True)
class Mixed(Wrapper):
    """A rule that gets error and target through a matrix M, (p, p): E M and y M in the place of E and y.

    "shift": class c is called c + amount, nothing is lost. "groups": so many groups of classes, of which each member is
    sent the mean; what tells members apart is lost. "rank": projected to so many random directions. "sum" and
    "difference": projected to (1, ..., 1), the same for all one-hot targets, and to what is orthogonal to it.

    For a matrix rule this is B of less rank: E M B. "groups", "rank", "sum" and "difference" are orthogonal
    projections.

    Args:
        rule: the rule that gets them.
        how: one of `MIXED`.
        amount: of the shift, of groups, or the rank; 0 where there is nothing to choose.

    Raises:
        ValueError: for something that is no rule, an unknown `how`, and, when drawn, an amount that p does not have.
    """

    how: str
    amount: int = 0
    M: Tensor | None = field(default=None, repr=False, compare=False)

    def __post_init__(self):
        super().__post_init__()
        check.one_of("how", self.how, MIXED)

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> "Mixed":
        """The same with the rule inside drawn and an M (p, p) for every run."""
        most = {"shift": p - 1, "groups": p, "rank": p}.get(self.how, 0)
        if not min(most, 1) <= self.amount <= most:
            raise ValueError(f"amount of {self.how} must be {min(most, 1)} to {most} for p = {p}, got {self.amount}")
        M = torch.stack([self._made(p, generator(seed, run, "control")) for run in runs])
        M = M.to(device, torch.get_default_dtype())
        return replace(super().draw(p, m, runs=runs, seed=seed, device=device), M=M)

    def _made(self, p: int, random: torch.Generator) -> Tensor:
        same = torch.eye(p, dtype=torch.float64)
        if self.how == "shift":
            return same.roll(self.amount, 1)
        if self.how == "groups":
            members = torch.nn.functional.one_hot(torch.arange(p) * self.amount // p, self.amount).double()
            return members @ (members / members.sum(0)).mT
        if self.how == "rank":
            some = torch.linalg.qr(torch.randn(p, self.amount, generator=random, dtype=torch.float64)).Q
            return some @ some.mT
        mean = torch.full((p, p), 1 / p, dtype=torch.float64)
        return mean if self.how == "sum" else same - mean

    def __call__(self, error: Tensor, y: Tensor, **context) -> Tensor:
        """error (run, sample, p) and y (sample, p) to the gradient (run, sample, m)."""
        M = drawn(self.M)
        return self.rule(error @ M, y @ M if "y" in self.needs else y, **context)


register(__name__, rules=(Told, Mixed))
