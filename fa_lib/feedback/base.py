"""The contract of a feedback rule, and what rules share: a random matrix, and a rule around another one.

A rule is called with the error at the decoder's output z (before its nonlinearity) and the target, and returns the
gradient with respect to H that the encoder descends. A rule of one's own is three lines::

    @dataclass(frozen=True)
    class SignFA(RandomMatrix):
        def __call__(self, error, y, **context):
            return carry(error.sign(), self.B)
"""

import functools
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import torch
from jaxtyping import Float
from torch import Tensor

from fa_lib import check
from fa_lib.random import kaiming_normal, stack

#: What a rule may ask for beyond the error: the target, the hidden layer, the weight above it, the output before its
#: nonlinearity, that nonlinearity, the loss's gradient as a function of z and y, and the share of right answers.
CONTEXT = ("y", "H", "W", "z", "output", "error_at", "accuracy")

Error = Float[Tensor, "run sample p"]  # at the output or, in a chain, at the layer above: p numbers a sample
Target = Float[Tensor, "... sample output"]  # p outputs, but for a chain's lower layers; of all runs, or one each
Hidden = Float[Tensor, "run sample m"]  # H, and the gradient with respect to it
Weight = Float[Tensor, "... p m"]  # W, and B in its place; of each run, or one for all
PerRun = Float[Tensor, "run"]  # such as the share of right answers


def in_words(draw: Callable, *, several: bool = False) -> Callable:
    """A `draw` that says what is wrong with its arguments, and to which runs may be a count."""

    @functools.wraps(draw)
    def asked(self, p=None, m=None, *, runs=None, **options):
        fits = isinstance(m, Mapping) and len(m) > 0 if several else check.is_whole(m, 1)
        if not check.is_whole(p, 1) or not fits or runs is None:
            layer, example = ("each hidden layer", "{1: 8, 2: 4}") if several else ("the hidden layer", "4")
            raise ValueError(
                f"draw needs p, the numbers in an error, m, the units of {layer}, and runs, such as "
                f"{self}.draw(2, {example}, runs=[0]); got p={p!r}, m={m!r}, runs={runs!r}"
            )
        return draw(self, p, m, runs=check.run_numbers(runs), **options)

    return asked


class Rule:
    """A feedback rule for one hidden layer.

    `needs` names what must be known beyond the error, of `CONTEXT`; whoever uses the rule gives it, or says what is
    missing before anything runs.
    """

    needs: frozenset[str] = frozenset()
    learns = False  #: whether a matrix of the rule learns beside the weight, see `learned`
    published: ClassVar[str | None] = None  #: the class's name in published results, where it was another one
    around: ClassVar[str | None] = None  #: what labels say of a rule around another, which then gives the first word

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        if "draw" in vars(cls):
            cls.draw = in_words(cls.draw)

    @in_words
    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> Self:
        """The rule with whatever is random about it drawn for every run; the rule itself if nothing is.

        Args:
            p: numbers in an error, units above.
            m: units of the hidden layer.
            runs: numbers of the runs, or how many; run r depends on (seed, r) alone.
            seed: of the experiment.
            device: of the tensors.

        Raises:
            ValueError: for arguments that are missing or no such numbers.
        """
        return self

    def __call__(self, error: Error, y: Target | None, **context) -> Hidden:
        """error (run, sample, p), y (sample, p) and what the rule needs to the gradient in H, (run, sample, m)."""
        raise NotImplementedError(f"{type(self).__name__} must say what it sends: define __call__(error, y, **context)")

    def matrix(self, W: Weight) -> Weight | None:
        """What the error goes through while the weight is W, (run, p, m); None if that is no matrix."""
        return None

    def learned(self) -> tuple[Tensor, float] | None:
        """The matrix that learns beside the weight, as Kolen and Pollack's does, and its decay; None for no such."""
        return None

    @classmethod
    def word(cls) -> str:
        """The class's name in results."""
        return cls.published or cls.__name__


def checked(value) -> Rule:
    """The value, if it is a rule; ValueError for anything else, a rule's class included."""
    if not isinstance(value, Rule):
        raise ValueError(f"rule must be a rule of fa_lib.feedback, such as FA(), or one's own Rule, got {value!r}")
    return value


def require(rule: Rule, known: Mapping | Sequence[str], how: str) -> None:
    """Raise ValueError, with words on how to give it, if a rule needs what is not among the names known."""
    if missing := [name for name in CONTEXT if name in rule.needs and name not in known]:
        raise ValueError(f"{rule} must be told {' and '.join(missing)}: {how}")


def carry(signal: Error, matrix: Weight | None) -> Hidden:
    """signal (run, sample, p) times matrix (run, p, m); ValueError if there is no matrix yet."""
    return (drawn(matrix).mT @ signal.mT.contiguous()).mT  # units first in memory, as everywhere (see networks/mlp.py)


def drawn(matrix: Tensor | None) -> Tensor:
    """The matrix; ValueError if there is none, because the rule was not drawn."""
    if matrix is None:
        raise ValueError("the rule has no matrices yet: call .draw(p, m, runs=..., seed=...) first")
    return matrix


def gradient_at(function: Callable[[Tensor], Tensor], z: Tensor) -> Tensor:
    """The gradient of the sum of function(z) in z, of z's shape: of an elementwise function its slope."""
    with torch.enable_grad():  # within another backward pass it is off
        z = z.detach().requires_grad_()
        return torch.autograd.grad(function(z).sum(), z)[0]


def without_mean(signal: Hidden) -> Hidden:
    """The signal less its mean over samples, unit by unit; a warning says that of a single sample nothing is left."""
    if signal.shape[1] == 1:
        warnings.warn(
            "a batch of one sample teaches nothing under a rule that takes the batch's mean out: take larger batches, "
            "or TF(centred=False) and rules without Centred",
            stacklevel=3,
        )
    return signal - signal.mean(1, keepdim=True)


def per_run(matrix: Tensor | None, shape: tuple[int, int], runs: Sequence[int], seed: int, name: str = "B") -> Tensor:
    """A copy of the given (p, m) or (run, p, m) matrix for every run, or one drawn Kaiming normal (authors' code)."""
    if matrix is None:
        return stack(lambda random: [kaiming_normal(*shape, random)], runs, seed, "feedback")[0]
    got = tuple(matrix.shape) if isinstance(matrix, Tensor) else type(matrix).__name__
    if got not in (shape, (len(runs), *shape)):
        raise ValueError(f"{name} must be a tensor of shape {shape} or, one a run, {(len(runs), *shape)}, got {got}")
    if not torch.isfinite(matrix).all():
        raise ValueError(f"{name} must be finite, got NaN or infinity in it")
    # a copy, so that a decoder's weight given here does not go on moving as the decoder learns
    return matrix.detach().to(torch.get_default_dtype()).expand(len(runs), *shape).clone()


@dataclass(frozen=True)
class RandomMatrix(Rule):
    """A rule with one fixed random matrix.

    Args:
        B: the matrix, (p, m) or (run, p, m); drawn from N(0, 2 / m) for every run if None.
    """

    B: Tensor | None = field(default=None, repr=False, compare=False, kw_only=True)

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> Self:
        """The same rule with B of shape (run, p, m) on the device."""
        return replace(self, B=per_run(self.B, (p, m), runs, seed).to(device))

    def matrix(self, W: Weight) -> Weight | None:
        return self.B


@dataclass(frozen=True)
class Wrapper(Rule):
    """A rule around another one, for one hidden layer each. What it needs and learns is what the one inside does.

    Args:
        rule: the rule inside, such as `FA()`.

    Raises:
        ValueError: for something that is no rule.
    """

    rule: Rule

    def __post_init__(self):
        checked(self.rule)

    @property
    def needs(self) -> frozenset[str]:
        """What the rule inside needs, and what the wrapper does."""
        return self.rule.needs

    @property
    def learns(self) -> bool:
        """Whether the rule inside does."""
        return self.rule.learns

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> Self:
        """The same with the rule inside drawn."""
        return replace(self, rule=self.rule.draw(p, m, runs=runs, seed=seed, device=device))

    def matrix(self, W: Weight) -> Weight | None:
        return self.rule.matrix(W)

    def learned(self) -> tuple[Tensor, float] | None:
        return self.rule.learned()
