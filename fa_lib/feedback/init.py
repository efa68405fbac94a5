"""The matrices of a rule drawn in another way: another size, or another kind of random matrix.

Every kind is made from the normal matrix that the rule draws by itself, so that runs are paired: the same seed gives
the nearest orthogonal matrix to the same B, its signs, and so on. All kinds have the same mean square, 2 / m.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from fa_lib import check
from fa_lib.feedback.base import Error, Hidden, RandomMatrix, Rule, Target, Weight, Wrapper, drawn
from fa_lib.feedback.errors import NF


def normal(B: Weight) -> Weight:
    """As drawn, (run, p, m)."""
    return B


def uniform(B: Weight) -> Weight:
    """Each entry to the uniform number of the same rank: equally likely, and as far from the middle."""
    deviation = math.sqrt(2 / B.shape[2])
    return torch.erf(B / (deviation * math.sqrt(2))) * deviation * math.sqrt(3)


def signs(B: Weight) -> Weight:
    """One size for all entries, and the drawn signs."""
    return B.sign() * math.sqrt(2 / B.shape[2])


def orthogonal(B: Weight) -> Weight:
    """The nearest matrix whose rows, or columns if they are fewer, are orthogonal and of one length."""
    U, _, V = torch.linalg.svd(B, full_matrices=False)
    return U @ V * math.sqrt(2 * B.shape[1] / min(B.shape[1:]))


def sparse(B: Weight) -> Weight:
    """Unit j hears one output alone, number j modulo p, the louder for it."""
    p, m = B.shape[1:]
    heard = torch.arange(p)[:, None] == torch.arange(m) % p
    return B * heard.to(B) * math.sqrt(p)


KINDS = {make.__name__: make for make in (normal, uniform, signs, orthogonal, sparse)}


@dataclass(frozen=True)
class Initial(Wrapper):
    """A rule whose matrices are drawn in another way.

    Args:
        rule: a rule with random matrices, such as `FA()`.
        kind: "normal" (as ever), "uniform", "signs", "orthogonal" or "sparse", functions of this file.
        size: factor of all of its matrices together; a network's last alone takes it, since tanh comes before.

    Raises:
        ValueError: for a rule without matrices, an unknown kind, or a size that is not a finite number above 0.
    """

    around = "B drawn anew"
    kind: str = "normal"
    size: float = 1.0

    def __post_init__(self):
        super().__post_init__()
        if not isinstance(self.rule, RandomMatrix | NF):
            raise ValueError(f"rule must be one with a random matrix, such as FA(), got {self.rule!r}")
        check.one_of("kind", self.kind, KINDS)
        check.positive("size", self.size)

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> Rule:
        """The rule inside, drawn, with its matrices made over: nothing of this wrapper is left."""
        rule = self.rule.draw(p, m, runs=runs, seed=seed, device=device)
        own = ("B",) if isinstance(rule, RandomMatrix) else ("B1", "B2")
        made = {name: KINDS[self.kind](getattr(rule, name)) for name in own}
        return replace(rule, **made | {own[-1]: self.size * made[own[-1]]})

    def __call__(self, error: Error, y: Target | None, **context) -> Hidden:
        return drawn(None)  # an error: once drawn, the rule inside stands in its place
