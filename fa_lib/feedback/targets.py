"""Rules that carry the target and no error: target feedback with what keeps H apart, and the plain projection."""

from dataclasses import dataclass

import torch

from fa_lib import check
from fa_lib.feedback.base import Error, Hidden, RandomMatrix, Target, carry, drawn, gradient_at, without_mean


def decorrelation(H: Hidden) -> Hidden:
    """Gradient of the mean square of K_HH - I, where K_HH holds the cosines between samples.

    With rows of unit length h_n, ||K - I||^2 = ||Hn' Hn||^2 - N, so the m x m matrix C = Hn' Hn is all that is needed:
    O(N m^2) instead of O(N^2 m). The derivative of the normalisation removes the part along each row.

    Args:
        H: hidden layer, (run, sample, m).

    Returns:
        Gradient with respect to H, (run, sample, m); zero for a sample whose H is zero.

    Source: Cheng & Brown 2023, Section 2.4 (the term is written there as a norm; its gradient is what can be added).
    """
    N = H.shape[1]
    length = (H * H).sum(2, keepdim=True).sqrt()  # along rows of units, fifty times faster than torch's norm
    length = torch.where(length > 0, length, torch.inf)  # a row without a direction: unit and gradient become zero
    unit = H / length  # (run, sample, m)
    gradient = carry(unit, (unit.mT @ unit) * (4 / N**2))  # d ||C||^2 / d unit = 4 unit C, averaged over N^2 pairs
    along = (gradient * unit).sum(2, keepdim=True)
    return (gradient - along * unit) / length


@dataclass(frozen=True)
class TF(RandomMatrix):
    """Target feedback: the target times a fixed random matrix; the error never enters.

    Args:
        centred: subtract the batch mean of the signal, unit by unit; of one sample nothing is left, see `Centred`.
        modulated: multiply all by 1 - accuracy (never below 0), the only word on how well the network does.
        decorrelate: weight of `decorrelation`, to keep H from collapsing; the authors' code has 10 or 100 (MNIST).
        amplitude: factor of the target's part, 1e-2 in the authors' code; it matters only against `decorrelate`.
        slope: multiply the target by the output nonlinearity's slope, as the authors' code does and the paper does not.
        B: as of `RandomMatrix`.

    Raises:
        ValueError: for a negative or non-finite weight.

    Source: Cheng & Brown 2023, Section 2.4.
    """

    centred: bool = True
    modulated: bool = True
    decorrelate: float = 10.0
    amplitude: float = 1e-2
    slope: bool = False

    def __post_init__(self):
        for name in ("decorrelate", "amplitude"):
            check.positive(name, getattr(self, name), zero=True)

    @property
    def needs(self) -> frozenset[str]:
        """The target, and what the parts that are on ask for."""
        parts = {"H": self.decorrelate, "accuracy": self.modulated, "z": self.slope, "output": self.slope}
        return frozenset({"y"} | {name for name, on in parts.items() if on})

    def __call__(self, error: Error, y: Target, *, H=None, accuracy=None, z=None, output=None, **context) -> Hidden:
        B = drawn(self.B)
        target = y * gradient_at(output, z) if self.slope else y.expand(len(B), *y.shape[-2:])
        gradient = self.amplitude * carry(target, B)
        if self.centred:
            gradient = without_mean(gradient)
        if self.decorrelate:
            gradient = gradient + self.decorrelate * decorrelation(H.detach())
        return gradient * (1 - accuracy.clamp_min(0))[:, None, None] if self.modulated else gradient


@dataclass(frozen=True)
class Projection(RandomMatrix):
    """The target times a fixed random matrix and nothing else: direct random target projection at one layer.

    The error of a one-hot target is y_hat - y: without y_hat, minus the target is left, in the unit of the error's
    gradient, 2 / (N p). It says at every step the same about a sample.

    Args:
        B: as of `RandomMatrix`.

    Source: Frenkel et al. 2021; `DRTP` sends it to every hidden layer.
    """

    needs = frozenset({"y"})

    def __call__(self, error: Error, y: Target, **context) -> Hidden:
        B = drawn(self.B)
        return carry((-2 / y.shape[-2:].numel() * y).expand(len(B), *y.shape[-2:]), B)
