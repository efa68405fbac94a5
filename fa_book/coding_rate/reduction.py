"""The coding rate as an objective: a rule that needs H and the class of each sample, and no error, W_O or matrix."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Shaped
from torch import Tensor

from fa_lib import check
from fa_lib.feedback.base import Error, Hidden, PerRun, Rule, Target, carry
from fa_lib.probes.readouts import checked_hidden

Classes = Shaped[Tensor, "sample p"]  # one-hot, of numbers or truths


def coding_rate(H: Hidden, y: Classes | None = None, *, precision: float = 0.5) -> PerRun:
    """Bits per sample, (run,), to code H up to an error, or the reduction of that by knowing the class (MCR2).

    Args:
        H: hidden layer, (run, sample, m); rows are used at unit length, as in the source.
        y: one-hot class, (sample, p); with it the rate reduction is returned, without it the rate.
        precision: allowed error epsilon, in units of the rows' length.

    Raises:
        ValueError: if shapes do not fit, a value is not finite, or the precision is not above 0.

    Source: Yu et al. 2020, Eqs 7 and 8.
    """
    H = torch.nn.functional.normalize(checked_hidden(H), dim=2)
    check.positive("precision", precision)
    if y is not None and (y.dim() != 2 or len(y) != H.shape[1]):
        raise ValueError(f"y must be (sample, p) over the samples of H, got H {tuple(H.shape)} and y {tuple(y.shape)}")

    def rate(part: Tensor) -> Tensor:  # part (run, some samples, m)
        n, m = part.shape[1:]
        gram = torch.eye(m, dtype=part.dtype, device=part.device) + m / (n * precision**2) * part.mT @ part
        return torch.logdet(gram) / (2 * math.log(2))

    if y is None:
        return rate(H)
    members = [y[:, j] > 0.5 for j in range(y.shape[1])]
    return rate(H) - sum(rate(H[:, own]) * own.double().mean() for own in members if own.any())


def gradient(H: Hidden, y: Target, *, precision: float = 0.5, unit: bool = True, always_on: bool = False) -> Hidden:
    """Gradient of the rate reduction with respect to H.

    With rows z of Z, alpha = m / (n precision^2) and C = (I + alpha Z'Z)^-1, the rate log det(I + alpha Z'Z) / 2 has
    the gradient alpha Z C. Class j has n_j samples and the factor n / n_j in its alpha, but its rate counts by its
    share n_j / n, which leaves alpha Z_j C_j. So a row of class j moves along alpha z (C - C_j), and everything is
    m x m. The derivative of the normalisation removes the part along each row.

    Args:
        H: hidden layer, (run, sample, m).
        y: one-hot class, (sample, p).
        precision, unit, always_on: as in `RateReduction`.

    Returns:
        Gradient in bits per unit of H, (run, sample, m); zero for a sample whose row is zero.

    Source: Yu et al. 2020, Eqs 8 and 11; the value is `coding_rate(H, y)`.
    """
    Z = torch.cat([H, torch.ones_like(H[..., :1])], 2) if always_on else H
    if unit:
        length = (Z * Z).sum(2, keepdim=True).sqrt()
        length = torch.where(length > 0, length, torch.inf)  # a row without a direction: unit and gradient become zero
        Z = Z / length
    n, m = Z.shape[1:]
    alpha = m / (n * precision**2)
    members = y.mT[:, None]  # (p, 1, sample)
    grams = (Z.mT[:, None] * members) @ Z[:, None]  # (run, p, m, m), of each class
    share = (y.sum(0) / n).clamp_min(1 / n)[:, None, None]  # a class that is not there has a gram of zero anyway
    eye = torch.eye(m, dtype=Z.dtype, device=Z.device)
    inverse, inverses = torch.linalg.inv(eye + alpha * grams.sum(1)), torch.linalg.inv(eye + alpha / share * grams)
    own = ((inverses @ Z.mT[:, None]) * members).sum(1).mT  # C_j z for the class j of each sample, (run, sample, m)
    slope = (carry(Z, inverse) - own) * (alpha / math.log(2))
    if unit:
        slope = (slope - (slope * Z).sum(2, keepdim=True) * Z) / length
    return slope[..., : H.shape[2]]


@dataclass(frozen=True)
class RateReduction(Rule):
    """Minus the gradient of the rate reduction of H with respect to the classes: the encoder climbs it.

    The rate of all of H is to grow and that of each class to shrink: classes are to lie in different subspaces.

    Args:
        precision: allowed error epsilon, in units of a row's length.
        unit: take the rows of H at unit length, as the source does. Without it H fills the box that tanh sets.
        always_on: add to H a unit that is always 1, so that where a class lies counts and not its directions alone.

    Raises:
        ValueError: for a precision that is not a finite number above 0.

    Source: Yu et al. 2020.
    """

    needs = frozenset({"y", "H"})
    precision: float = 0.5
    unit: bool = True
    always_on: bool = False

    def __post_init__(self):
        check.positive("precision", self.precision)

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> "RateReduction":
        """Nothing is random here; ValueError for a single output, which is no one-hot class."""
        if p < 2:
            raise ValueError(f"RateReduction needs one-hot targets with 2 classes or more, got p = {p}")
        return self

    def __call__(self, error: Error, y: Target, *, H: Hidden, **context) -> Hidden:
        """y (sample, p) and H (run, sample, m) to the gradient (run, sample, m); the error is not read."""
        return -gradient(H.detach(), y, precision=self.precision, unit=self.unit, always_on=self.always_on)
