"""Feedback made thinner: few samples are told, seldom, through few entries of B; and a signal made rounder.

`fa_book.decide` has the other ways: labels replaced (`Told`), signs alone (`Signs`), directions lost (`Mixed`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from fa_lib import check
from fa_lib.feedback.base import RandomMatrix, Rule, Wrapper
from fa_lib.probes.readouts import CUTOFF
from fa_lib.random import generator
from fa_lib.sweep import register


@dataclass(frozen=True)
class Few(Wrapper):
    """A rule that speaks to the first so many samples of a batch and is silent to the others.

    The rule inside knows of no others: a mean that it takes is theirs, and the error that it hears is that of a loss
    over them, larger than the batch's by as much as they are fewer. (Until 2026-11-29 it was the batch's, so that a
    target changed inside, by `Told`, was in another unit than the error. Results since then have another name.)

    Args:
        rule: the rule that speaks.
        told: how many, 1 or more; all of a batch that has no more.

    Raises:
        ValueError: for something that is no rule, or a number below 1.
    """

    published = "FewAlone"
    told: int

    def __post_init__(self):
        super().__post_init__()
        check.whole("told", self.told)

    def __call__(self, error: Tensor, y: Tensor, **context) -> Tensor:
        """error (run, sample, p) and y (sample, p) to the gradient (run, sample, m)."""
        n = self.told
        per_sample = {name: context[name][:, :n] for name in ("H", "z") if name in context}
        heard = error[:, :n]
        spoken = self.rule(heard * (error.shape[1] / heard.shape[1]), y[:n], **context | per_sample)
        silent = spoken.new_zeros(len(spoken), error.shape[1] - spoken.shape[1], spoken.shape[2])
        return torch.cat([spoken, silent], 1)


@dataclass(frozen=True)
class Sometimes(Wrapper):
    """A rule that speaks at a random share of the steps and sends 0 at the others, every run for itself.

    Args:
        rule: the rule that speaks.
        speaking: share of the steps, above 0 to 1.

    Raises:
        ValueError: for something that is no rule, or a number outside that range.
    """

    speaking: float
    generators: tuple[torch.Generator, ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self):
        super().__post_init__()
        if not 0 < self.speaking <= 1:
            raise ValueError(f"speaking must be a share above 0 and at most 1, got {self.speaking}")

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> "Sometimes":
        """The same with the rule inside drawn and a generator a run."""
        generators = tuple(generator(seed, run, "dropout") for run in runs)
        return replace(super().draw(p, m, runs=runs, seed=seed, device=device), generators=generators)

    def __call__(self, error: Tensor, y: Tensor, **context) -> Tensor:
        """error (run, sample, p) and y (sample, p) to the gradient (run, sample, m)."""
        if not self.generators:
            raise ValueError("nothing is drawn yet: call .draw(p, m, runs=..., seed=...) first")
        speaks = torch.cat([torch.rand(1, generator=random) for random in self.generators]) < self.speaking
        return self.rule(error, y, **context) * speaks.to(error)[:, None, None]


@dataclass(frozen=True)
class Sparse(Wrapper):
    """A rule of whose matrix every hidden unit keeps one entry: it hears one output and no other.

    Args:
        rule: a rule with a matrix `B`, or around one.

    Raises:
        ValueError: for something that is no rule, or, when drawn, one without such a matrix.

    Source: the single-connection feedback of Crafton et al. 2019.
    """

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> "Sparse":
        """The same with the rule inside drawn and all entries but one of every column of its B set to 0."""
        whole = super().draw(p, m, runs=runs, seed=seed, device=device)
        kept = torch.stack([torch.randint(p, (1, m), generator=generator(seed, run, "dropout")) for run in runs])
        mask = torch.zeros(len(runs), p, m).scatter_(1, kept, 1.0).to(device)
        return replace(whole, rule=_masked(whole.rule, mask))

    def __call__(self, error: Tensor, y: Tensor, **context) -> Tensor:
        """error (run, sample, p) and y (sample, p) to the gradient (run, sample, m)."""
        return self.rule(error, y, **context)


def _masked(rule: Rule, mask: Tensor) -> Rule:
    """The drawn rule with its B, or that of the rule inside, times the mask."""
    if isinstance(rule, RandomMatrix):
        return replace(rule, B=rule.B * mask)
    if isinstance(rule, Wrapper):
        return replace(rule, rule=_masked(rule.rule, mask))
    raise ValueError(f"a rule with a matrix B is needed, such as FA(), got {rule}")


@dataclass(frozen=True)
class Polar(Wrapper):
    """A rule whose signal is made round: all its singular values become equal, at the length that it had.

    With the signal U D V' the layer hears U V', so that weak directions count as much as strong ones. Directions with
    less than 1e-5 of the strongest stay silent: they carry rounding.

    Args:
        rule: the rule inside.

    Raises:
        ValueError: for something that is no rule.
    """

    def __call__(self, error: Tensor, y: Tensor, **context) -> Tensor:
        """error (run, sample, p) and y (sample, p) to the gradient (run, sample, m)."""
        signal = self.rule(error, y, **context)
        wide = signal.double()
        size = wide.norm(dim=(1, 2), keepdim=True)
        wide = wide / torch.where(size > 0, size, 1.0)
        values, vectors = torch.linalg.eigh(wide.mT @ wide)  # squares of the singular values, rising
        kept = values > CUTOFF * values[:, -1:]
        roots = torch.where(kept, values.clamp_min(1e-300).rsqrt(), 0.0)
        made = wide @ (vectors * roots.unsqueeze(1)) @ vectors.mT
        count = kept.sum(1).clamp_min(1).double().sqrt()[:, None, None]
        return (made * size / count).to(signal)


register(__name__, rules=(Few, Sometimes, Sparse, Polar))
