"""The contract of a feedback rule, and what rules share: a random matrix, and a rule around another one.

A rule is called with the error at the decoder's output z (before its nonlinearity) and the target, and returns the
gradient with respect to H that the encoder descends. A rule of one's own is three lines::

    @dataclass(frozen=True)
    class SignFA(RandomMatrix):
        def __call__(self, error, y, **context):
            return carry(error.sign(), self.B)
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import torch
from torch import Tensor

from fa_lib.random import kaiming_normal, stack

#: What a rule may ask for beyond the error: the target, the hidden layer, the weight above it, the output before its
#: nonlinearity, that nonlinearity, the loss's gradient as a function of z and y, and the share of right answers.
CONTEXT = ("y", "H", "W", "z", "output", "error_at", "accuracy")


class Rule:
    """A feedback rule for one hidden layer.

    `needs` names what must be known beyond the error, of `CONTEXT`; whoever uses the rule gives it, or says what is
    missing before anything runs.
    """

    needs: frozenset[str] = frozenset()
    learns = False  #: whether a matrix of the rule learns beside the weight, see `learned`
    published: ClassVar[str | None] = None  #: the class's name in published results, where it was another one

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> Self:
        """The rule with whatever is random about it drawn for every run; the rule itself if nothing is.

        Args:
            p: numbers in an error, units above.
            m: units of the hidden layer.
            runs: numbers of the runs; run r depends on (seed, r) alone.
            seed: of the experiment.
            device: of the tensors.
        """
        return self

    def __call__(self, error: Tensor, y: Tensor | None, **context) -> Tensor:
        """error (run, sample, p) and y (sample, p) to the gradient with respect to H, (run, sample, m)."""
        raise NotImplementedError(f"{type(self).__name__} must say what it sends: define __call__(error, y, **context)")

    def matrix(self, W: Tensor) -> Tensor | None:
        """What the error goes through while the weight is W, (run, p, m); None if that is no matrix."""
        return None

    def learned(self) -> tuple[Tensor, float] | None:
        """The matrix that learns beside the weight, as Kolen and Pollack's does, and its decay; None for no such."""
        return None

    @classmethod
    def word(cls) -> str:
        """The class's name in results."""
        return cls.published or cls.__name__


def checked(value, name: str = "rule") -> Rule:
    """The value, if it is a rule.

    Raises:
        ValueError: for anything else, a rule's class included.
    """
    if not isinstance(value, Rule):
        raise ValueError(f"{name} must be a rule of fa_lib.feedback, such as FA(), or one's own Rule, got {value!r}")
    return value


def require(rule: Rule, known: Mapping | Sequence[str], how: str) -> None:
    """See to it that the rule gets what it needs.

    Args:
        rule: drawn or not.
        known: names of what will be given.
        how: words on how to give what is missing.

    Raises:
        ValueError: if something is missing.
    """
    if missing := [name for name in CONTEXT if name in rule.needs and name not in known]:
        raise ValueError(f"{rule} must be told {' and '.join(missing)}: {how}")


def carry(signal: Tensor, matrix: Tensor | None) -> Tensor:
    """signal (run, sample, p) times matrix (run, p, m), units first in memory as everywhere (see networks/mlp.py).

    Raises:
        ValueError: if there is no matrix yet.
    """
    return (drawn(matrix).mT @ signal.mT).mT


def drawn(matrix: Tensor | None) -> Tensor:
    """The matrix.

    Raises:
        ValueError: if there is none: the rule was not drawn.
    """
    if matrix is None:
        raise ValueError("the rule has no matrices yet: call .draw(p, m, runs=..., seed=...) first")
    return matrix


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

    def matrix(self, W: Tensor) -> Tensor | None:
        """B."""
        return self.B


@dataclass(frozen=True)
class Wrapper(Rule):
    """A rule around another one, for one hidden layer each.

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

    def matrix(self, W: Tensor) -> Tensor | None:
        """That of the rule inside."""
        return self.rule.matrix(W)

    def learned(self) -> tuple[Tensor, float] | None:
        """That of the rule inside."""
        return self.rule.learned()


def tensors_of(rule: Rule) -> dict[str, Tensor]:
    """All tensors that a drawn rule holds, those of the rules inside it with a dotted name."""
    found = {}
    for name, value in vars(rule).items():
        if isinstance(value, Tensor):
            found[name] = value
        elif isinstance(value, Rule):
            found |= {f"{name}.{inner}": tensor for inner, tensor in tensors_of(value).items()}
    return found


def with_tensors(rule: Rule, tensors: Mapping[str, Tensor]) -> Rule:
    """A copy of the rule with these tensors in the place of its own, names as `tensors_of` gives them."""
    made = copy.copy(rule)
    inside: dict[str, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        first, _, rest = name.partition(".")
        if rest:
            inside.setdefault(first, {})[rest] = tensor
        else:
            object.__setattr__(made, name, tensor)  # dataclasses of rules are frozen
    for name, own in inside.items():
        object.__setattr__(made, name, with_tensors(getattr(rule, name), own))
    return made
