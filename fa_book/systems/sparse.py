"""Feedback through few connections: each hidden unit hears a few outputs, in the extreme a single one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor

from fa_lib import check
from fa_lib.feedback import FA
from fa_lib.random import generator


@dataclass(frozen=True)
class SparseFA(FA):
    """FA whose B has `kept` entries a hidden unit that are not zero, larger by sqrt(p / kept): a unit hears as much.

    Args:
        kept: outputs that a hidden unit hears; all of them, which is FA, if there are no more.
        B: as in `FA`, before entries are taken out.

    Source: Crafton et al. 2019, one output a unit.
    """

    kept: int = 1

    def __post_init__(self):
        check.whole("kept", self.kept)

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> Self:
        """The same rule with B of shape (run, p, m), zero but for `kept` entries of every column."""
        kept = min(self.kept, p)
        drawn = super().draw(p, m, runs=runs, seed=seed, device=device)
        return replace(drawn, B=drawn.B * _mask(p, m, kept, runs, seed).to(drawn.B) * (p / kept) ** 0.5)


def _mask(p: int, m: int, kept: int, runs: Sequence[int], seed: int) -> Tensor:
    """1 where a unit hears an output, (run, p, m); `kept` ones in every column."""
    places = torch.stack([torch.rand(p, m, generator=generator(seed, run, "noise")) for run in runs])
    return (places.argsort(1).argsort(1) < kept).float()
