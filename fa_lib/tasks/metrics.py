"""How right an answer is: shares of right answers, and of variance explained, one number a run."""

import torch
from torch import Tensor


def _largest(values: Tensor) -> Tensor:
    """Which output is the largest, the first of equals; (..., sample, p) to (..., sample), p for the first to 1.

    Written with amax along units, which are rows in memory, and with masks kept as floats: several times faster than
    asking torch for the index.
    """
    rows = values.mT  # (..., p, sample)
    top = torch.eq(rows, rows.amax(-2, keepdim=True), out=torch.empty_like(rows))
    places = torch.arange(rows.shape[-2], 0, -1, dtype=rows.dtype, device=rows.device)
    return (top * places[:, None]).amax(-2)


def correct_rate(y_hat: Tensor, y: Tensor) -> Tensor:
    """Share of samples whose largest output stands at the target's 1; (run, sample, p) to (run,)."""
    answers = _largest(y_hat)  # (run, sample)
    return torch.eq(answers, _largest(y), out=torch.empty_like(answers, dtype=torch.float32)).mean(-1)


def threshold_rate(y_hat: Tensor, y: Tensor) -> Tensor:
    """Share of samples on the target's side of 1/2; (run, sample, 1) to (run,)."""
    return ((y_hat >= 0.5) == (y >= 0.5)).float().mean((-2, -1))


def floor_rate(y_hat: Tensor, y: Tensor) -> Tensor:
    """Share of samples in the target's tenth: floor(10 y_hat) = 10 y, the paper's accuracy on MNISTReg.

    The target stands on the lower edge of its tenth, so an answer a hair below it counts as wrong.
    """
    return (torch.floor(10 * y_hat) == torch.round(10 * y)).float().mean((-2, -1))


def nearest_rate(y_hat: Tensor, y: Tensor) -> Tensor:
    """Share of samples whose nearest digit is the target: round(10 y_hat), held within 0 to 9, equals 10 y."""
    return (torch.round(10 * y_hat).clamp(0, 9) == torch.round(10 * y)).float().mean((-2, -1))


def r_squared(y_hat: Tensor, y: Tensor) -> Tensor:
    """1 - squared error / squared deviation from each output's mean; (run, sample, p) to (run,)."""
    return 1 - ((y_hat - y) ** 2).sum((-2, -1)) / ((y - y.mean(-2, keepdim=True)) ** 2).sum((-2, -1))
