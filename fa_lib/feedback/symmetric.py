"""Rules that lean on W_O without being it: its signs, or a matrix that learns as it does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from torch import Tensor

from fa_lib import check
from fa_lib.feedback.base import Error, Hidden, RandomMatrix, Target, Weight, carry, drawn, per_run


@dataclass(frozen=True)
class SignSymmetry(RandomMatrix):
    """The error times a matrix with the signs of W_O, as they are at the moment, and sizes of its own.

    Args:
        uniform: give all entries one size, the root mean square that the drawn sizes have.
        B: sizes, (p, m) or (run, p, m), of which the absolute value is used; drawn as `RandomMatrix` does if None.

    Source: Liao et al. 2016: fixed random sizes, or uniform ones. Without the batch normalisation used there.
    """

    needs = frozenset({"W"})
    uniform: bool = False

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> Self:
        """The same rule with sizes of shape (run, p, m) on the device."""
        B = per_run(self.B, (p, m), runs, seed).abs()
        return replace(self, B=(B.new_full(B.shape, (2 / m) ** 0.5) if self.uniform else B).to(device))

    def __call__(self, error: Error, y: Target | None, *, W: Weight, **context) -> Hidden:
        return carry(error, self.matrix(W))

    def matrix(self, W: Weight) -> Weight:
        return W.sign() * drawn(self.B)


@dataclass(frozen=True)
class KolenPollack(RandomMatrix):
    """The error times a matrix B that learns: its update is that of W_O, and both decay.

    The gradient of W_O is error' H, and both ends of the feedback connection know the error and H. The same gradient
    gives the same step by Adam, whose averages of the two are then equal too. Decay is taken from the weights and not
    added to the gradient (Loshchilov & Hutter 2019), where Adam's division would make the steps differ: so W_O - B
    shrinks by the factor 1 - lr decay at every step, whatever is learned. Where W_O is frozen, so is B.

    Args:
        decay: share of both matrices lost at a step, in units of the learning rate.
        B: the matrix to start from, as of `RandomMatrix`. The drawn rule's B is trained in place.

    Raises:
        ValueError: for a negative or non-finite decay.

    Source: Kolen & Pollack 1994; Akrout et al. 2019.
    """

    needs = frozenset({"H"})
    learns = True
    decay: float = 1.0

    def __post_init__(self):
        check.positive("decay", self.decay, zero=True)

    def __call__(self, error: Error, y: Target | None, *, H: Hidden, **context) -> Hidden:
        """As ever; B's own gradient, which is that of W_O, goes to B.grad."""
        B = drawn(self.B)
        B.grad = error.mT @ H.detach()
        return carry(error, B)

    def matrix(self, W: Weight) -> Weight:
        """What the error goes through at this moment; a copy, for B moves."""
        return drawn(self.B).clone()

    def learned(self) -> tuple[Tensor, float]:
        return drawn(self.B), self.decay
