"""A restricted Boltzmann machine as the channel: its weights learn the targets' statistics and carry the error."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import torch
from torch import Tensor

from fa_lib import check
from fa_lib.feedback import Rule, carry
from fa_lib.feedback.base import Error, Hidden, Target, Weight, drawn, per_run
from fa_lib.random import generator


@dataclass(frozen=True)
class Boltzmann(Rule):
    """The error times the weights of a restricted Boltzmann machine of the targets.

    Its visible units are the p outputs, of which one at a time is 1, as in one-hot targets; its hidden ones are 0 or 1
    and as many as H has. It learns by contrastive divergence of one step on the targets of the first batch, before the
    network's first step; it hears no error. The weights start from a tenth of the B of `FA` and are used at that one's
    length, so that only what they point at is learned.

    Args:
        before: steps of contrastive divergence.
        lr: their size.
        parameters: of the drawn rule: A (run, p, m), the biases of visible (run, 1, p) and hidden units (run, 1, m).
            Trained in place.

    Raises:
        ValueError: for a number of steps below 0 or a size of 0 or less.

    Source: Cheng & Brown 2023, Section 3 (as future work); Hinton 2002 for contrastive divergence.
    """

    needs = frozenset({"y"})
    before: int = 2000
    lr: float = 0.5
    parameters: tuple[Tensor, ...] = field(default=(), repr=False, compare=False)
    length: Tensor | None = field(default=None, repr=False, compare=False)  # (run, 1, 1), of B
    generators: tuple[torch.Generator, ...] = field(default=(), repr=False, compare=False)
    learned_from: list = field(default_factory=list, repr=False, compare=False)  # how many targets, once it has

    def __post_init__(self):
        check.whole("before", self.before, 0)
        check.positive("lr", self.lr)

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> Self:
        """The same rule with a machine for every run that has not learned yet."""
        B = per_run(None, (p, m), runs, seed).to(device)
        parts = 0.1 * B, B.new_zeros(len(runs), 1, p), B.new_zeros(len(runs), 1, m)
        return replace(
            self, parameters=parts, length=B.norm(dim=(1, 2), keepdim=True), learned_from=[],
            generators=tuple(generator(seed, run, "noise", device) for run in runs),
        )  # fmt: skip

    def __call__(self, error: Error, y: Target, **context) -> Hidden:
        """error (run, sample, p) to the gradient (run, sample, m), after learning from the first y (sample, p)."""
        if not self.learned_from:
            self.learned_from.append(len(y))
            for _ in range(self.before):
                self.learn(y)
        return carry(error, self.matrix().to(error.dtype))

    @torch.no_grad()
    def learn(self, y: Target) -> None:
        """One step of contrastive divergence on y (sample, p)."""
        A, visible, hidden = (drawn(part) for part in self.parameters or (None,) * 3)
        v = y.to(A.dtype).expand(len(A), *y.shape)
        h = torch.sigmoid(v @ A + hidden)  # (run, sample, m)
        drawn_h = (self._noise(h.shape[1:], h.device) < h).to(h.dtype)
        again = torch.softmax(drawn_h @ A.mT + visible, 2)  # (run, sample, p)
        h_again = torch.sigmoid(again @ A + hidden)
        A += self.lr * (v.mT @ h - again.mT @ h_again) / v.shape[1]
        visible += self.lr * (v - again).mean(1, keepdim=True)
        hidden += self.lr * (h - h_again).mean(1, keepdim=True)

    def _noise(self, shape: Sequence[int], device) -> Tensor:
        return torch.stack([torch.rand(shape, generator=random, device=device) for random in self.generators])

    def matrix(self, W: Weight | None = None) -> Weight:
        """What the error goes through, (run, p, m): the weights at the length of the B they started from."""
        A = drawn(self.parameters[0] if self.parameters else None)
        return A * (self.length / A.norm(dim=(1, 2), keepdim=True))
