"""What `training.train` measures of an epoch, besides what it is asked to record."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from fa_lib import information, probes
from fa_lib.networks import Decoder, Encoder
from fa_lib.tasks import Task

if TYPE_CHECKING:  # training imports this file
    from fa_lib.training import Step

PART = 1024  # samples through the encoder at a time, where all are only looked at


def of_training(
    task: Task, steps: Sequence["Step"], runs: list[int], seed: int, bin_size: float
) -> dict[str, Tensor | np.ndarray]:
    """An epoch's training measures, each of shape (run,)."""
    H, y = steps[0].H, steps[0].y  # (run, sample, m), (sample, p)
    if len(steps) > 1:
        H, y = torch.cat([seen.H.mT for seen in steps], 2).mT, torch.cat([seen.y for seen in steps])
    shares = [len(seen.y) / len(y) for seen in steps]  # the last batch may be shorter

    def average(values: list[Tensor]) -> Tensor:
        return sum(share * value for share, value in zip(shares, values, strict=True)).cpu()

    y_linear = probes.readout(H, y).to(y.dtype)  # least squares in double precision, read like any other answer
    bits, null = information.with_null(H, y, bin_size, seed=seed, runs=runs)
    return {name: average([seen.metrics[name] for seen in steps]) for name in task.metrics} | {
        "loss": average([seen.loss for seen in steps]),
        "regression_loss": task.loss(y_linear, y).cpu(),
        "regression_accuracy": task.accuracy(y_linear, y).cpu(),
        "information": bits,
        "information_null": null[:, 0],
    }


def of_test(task: Task, encoder: Encoder, decoder: Decoder, x: Tensor, y: Tensor) -> dict[str, Tensor]:
    """Test measures with dropout off, each of shape (run,)."""
    y_hat = look(encoder, x, lambda H: task.activate(decoder(H)))
    metrics = {f"test_{name}": metric(y_hat, y).cpu() for name, metric in task.metrics.items()}
    return metrics | {"test_loss": task.loss(y_hat, y).cpu()}


@torch.no_grad()
def look(encoder: Encoder, x: Tensor, then: Callable[[Tensor], Tensor] = lambda H: H) -> Tensor:
    """H of these samples with dropout off, (run, sample, m), or what `then` makes of it, (run, sample, ...)."""
    encoder.eval()
    parts = [then(encoder(part)).mT for part in x.split(PART)]
    encoder.train()
    return (torch.cat(parts, 2) if len(parts) > 1 else parts[0]).mT
