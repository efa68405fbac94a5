"""Probes: what a decoder could read from H, how two signals compare, how many directions H uses.

They measure and never train: the regression losses of the paper's Figs 1 and 2 and the angle of Fig. 2.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Real
from torch import Tensor

from fa_lib import check
from fa_lib.random import generator
from fa_lib.record import Step
from fa_lib.tanh import tanh

Hidden = Float[Tensor, "run sample m"]
Elsewhere = Float[Tensor, "run at m"]  # other samples than those of H
Target = Real[Tensor, "*run sample p"]  # shared by the runs, or one each
Answer = Float[Tensor, "run _ p"]
Signal = Float[Tensor, "run *rest"]
PerRun = Float[Tensor, "run"]
CUTOFF = 1e-10  # directions of H with less than this share of the largest variance carry rounding, not signal


def checked_hidden(H: Tensor, name: str = "H") -> Tensor:
    """H in double precision; ValueError unless it is (run, sample, m), not empty and finite."""
    if H.dim() != 3 or 0 in H.shape:
        raise ValueError(f"{name} must be (run, sample, m), none of them empty, got {tuple(H.shape)}")
    return _finite(H, name)


def _finite(values: Tensor, name: str) -> Tensor:
    # a finite sum has finite parts, and costs a tenth of looking at each; one that overflows is looked at
    if not torch.isfinite(values.sum()) and not torch.isfinite(values).all():
        raise ValueError(f"{name} must be finite, got NaN or infinity")
    return values.double()


def readout(H: Hidden, y: Target, *, intercept: bool = True, at: Elsewhere | None = None) -> Answer:
    """What the best linear map of H predicts for y, least squares in double precision.

    Args:
        H: hidden layer, (run, sample, m).
        y: target, (sample, p) or (run, sample, p).
        intercept: fit a constant too (as the paper's Fig. 1 does; Eq. 11 and Fig. 2 do not).
        at: where to predict, (run, other sample, m); H itself if None. For held-out samples.

    Returns:
        Predictions of shape (run, sample, p), double precision. A constant H predicts the mean of y.

    Raises:
        ValueError: if shapes do not fit or a value is not finite.

    Source: Cheng & Brown 2023, Fig. 1 c, d and Eq. 11.
    """
    H, of_H, of_y = checked_hidden(H), tuple(H.shape), tuple(y.shape)
    if of_y[:-1] not in (of_H[1:2], of_H[:2]):
        raise ValueError(f"y must be (sample, p) or (run, sample, p) over the samples of H, got H {of_H} and y {of_y}")
    y = _finite(y, "y")
    at = None if at is None else checked_hidden(at, "at")
    if at is not None and at.shape[::2] != H.shape[::2]:
        raise ValueError(f"at must have the runs and units of H, got at {tuple(at.shape)} and H {tuple(H.shape)}")
    centre_H, centre_y = (H.mean(1, keepdim=True), y.mean(-2, keepdim=True)) if intercept else (0.0, 0.0)
    Hc, yc = H - centre_H, y - centre_y
    theta = torch.linalg.pinv(Hc.mT @ Hc, hermitian=True, rtol=CUTOFF) @ (yc.mT @ Hc).mT  # (run, m, p)
    away = Hc if at is None else at - centre_H
    return (theta.mT @ away.mT).mT + centre_y  # units first in memory, as everywhere (see networks.py)


def nonlinear_readout(
    H: Hidden,
    y: Target,
    *,
    at: Elsewhere | None = None,
    features: int = 100,
    seed: int = 0,
    runs: Sequence[int] | None = None,
) -> Answer:
    """What a small nonlinear decoder of H predicts for y: least squares on H and on random tanh features of it.

    H is measured from its mean in units of its root mean square, one number a run, so that its units keep their
    proportions. A feature is tanh(a.h + b) with standard normal a and b. Nothing is learned but the last layer.

    Args:
        H, y, at: as in `readout`. Judge it on samples it was not fitted to, many more than there are features.
        features, seed: how many, and seed of a and b.
        runs: numbers of the runs, if not 0, 1, ...: run r's features depend on (seed, r) alone.

    Returns:
        Predictions as from `readout`, with its errors.

    Raises:
        ValueError: for fewer than one feature, or run numbers that are not one per run.
    """
    check.whole("features", features)
    H = checked_hidden(H)
    runs = check.run_names(runs, len(H))
    drawn = [torch.randn(H.shape[2] + 1, features, generator=generator(seed, run, "probe")) for run in runs]
    a = torch.stack(drawn).to(H)  # (run, m + 1, feature), the last row is b
    centre = H.mean(1, keepdim=True)
    size = (H - centre).square().mean((1, 2), keepdim=True).sqrt()
    size = torch.where(size > 0, size, 1.0)

    def expand(values: Tensor) -> Tensor:  # (run, sample, m) to (run, sample, m + feature)
        values = (values - centre) / size
        return torch.cat([values, tanh(values @ a[:, :-1] + a[:, -1:])], 2)

    return readout(expand(H), y, at=None if at is None else expand(checked_hidden(at, "at")))


def angle(a: Signal, b: Signal) -> PerRun:
    """Angle between two signals, in degrees, (run,): 0 to 180, and NaN where one is zero and has no direction.

    Args:
        a, b: signals of shape (run, sample, unit), or anything else of one shape, taken as one long vector a run.

    Raises:
        ValueError: if the shapes differ.

    Source: Cheng & Brown 2023, Fig. 2, fourth column.
    """
    if a.shape != b.shape or a.dim() < 2:
        raise ValueError(f"signals must have one shape (run, sample, unit), got {tuple(a.shape)} and {tuple(b.shape)}")
    a, b = a.flatten(1).double(), b.flatten(1).double()  # (run, sample * unit)
    a, b = a / a.norm(dim=1, keepdim=True), b / b.norm(dim=1, keepdim=True)
    # atan2 of half-difference and half-sum stays accurate near 0 and 180, where acos loses half its digits
    return torch.rad2deg(2 * torch.atan2((a - b).norm(dim=1), (a + b).norm(dim=1)))


def alignment(seen: Step) -> PerRun:
    """Angle between what a rule sent and what backpropagation would have sent, in degrees, (run,).

    Args:
        seen: a `record.Step`; hand this function to `train` as `record={"angle": probes.alignment}`.

    Source: Cheng & Brown 2023, Eq. 9 (Lillicrap et al. 2016).
    """
    return angle(seen.signal, seen.error @ seen.W)


def effective_rank(H: Hidden) -> PerRun:
    """Exponential of the entropy of H's normalised singular values, after centring: (run,), 1 to m; 0 for a constant H.

    Args:
        H: hidden layer, (run, sample, m).

    Raises:
        ValueError: if H has another shape, is empty or not finite.

    Source: Roy & Vetterli 2007.
    """
    H = checked_hidden(H)
    H = H - H[:, :1]  # a constant H becomes zero exactly, not a mean's rounding
    Hc = H - H.mean(1, keepdim=True)
    values = torch.linalg.eigvalsh(Hc.mT @ Hc).clamp_min(0).sqrt()  # (run, m), singular values of Hc
    total = values.sum(1, keepdim=True)
    share = values / total.clamp_min(torch.finfo(values.dtype).tiny)
    return torch.where(total[:, 0] > 0, torch.exp(torch.special.entr(share).sum(1)), 0.0)
