"""What is measured of an epoch, besides what `train` is asked to record, and how rows of measures become a Dataset."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from fa_lib import information, probes
from fa_lib.networks import Decoder, RunNetwork
from fa_lib.record import Step
from fa_lib.tasks.task import Task

PART = 1024  # samples through the encoder at a time, where all are only looked at
STUCK = 0.9  # a run whose loss is above this share of a constant answer's has not left the plateau


def of_training(
    task: Task, steps: Sequence[Step], runs: list[int], seed: int, bin_size: float
) -> dict[str, Tensor | np.ndarray]:
    """An epoch's training measures, each of shape (run,)."""
    H, y = steps[0].H, steps[0].y  # (run, sample, m), (sample, p)
    if len(steps) > 1:
        H, y = torch.cat([seen.H.mT for seen in steps], 2).mT, torch.cat([seen.y for seen in steps])
    shares = [len(seen.y) / len(y) for seen in steps]  # the last batch may be shorter

    def average(values: list[Tensor]) -> Tensor:
        return sum(share * value for share, value in zip(shares, values, strict=True)).cpu()

    gone = ~torch.isfinite(H.sum((1, 2)))  # a finite sum has finite parts, and costs a tenth of looking at each
    if gone.any():  # runs that diverged: their measures are NaN, and the others go on
        gone = ~torch.isfinite(H).flatten(1).all(1)
        H = torch.where(gone[:, None, None], 0, H)
    y_linear = probes.readout(H, y).to(y.dtype)  # least squares in double precision, read like any other answer
    bits, null = information.with_null(H, y, bin_size, seed=seed, runs=runs)
    of_layer = {
        "regression_loss": task.squared_error(y_linear, y).cpu().numpy(),
        "regression_accuracy": task.accuracy(y_linear, y).cpu().numpy(),
        "information": bits,
        "information_null": null[:, 0],
    }
    if gone.any():
        of_layer = {name: np.where(gone.cpu(), np.nan, values) for name, values in of_layer.items()}
    averages = {name: average([seen.metrics[name] for seen in steps]) for name in task.metrics}
    return averages | {"loss": average([seen.loss for seen in steps])} | of_layer


def of_test(
    task: Task, encoder: RunNetwork, decoder: Decoder, x: Tensor, y: Tensor, prefix: str = "test_"
) -> dict[str, Tensor]:
    """Test measures, or others by their prefix, with dropout off, each of shape (run,)."""
    z = look(encoder, x, decoder)
    y_hat = task.activate(z)
    metrics = {f"{prefix}{name}": metric(y_hat, y).cpu() for name, metric in task.metrics.items()}
    return metrics | {f"{prefix}loss": task.objective(z, y).cpu()}


@torch.no_grad()
def look(encoder: RunNetwork, x: Tensor, then: Callable[[Tensor], Tensor] = lambda H: H) -> Tensor:
    """H of these samples with dropout off, (run, sample, m), or what `then` makes of it, (run, sample, ...)."""
    encoder.eval()
    parts = [then(encoder(part)).mT for part in x.split(PART)]
    encoder.train()
    return (torch.cat(parts, 2) if len(parts) > 1 else parts[0]).mT


def constant_loss(task: Task) -> float:
    """The loss of the best answer that is the same for all training samples: the plateau."""
    y = task.y
    mean = y.mean(0)
    if task.loss == "mean squared error":
        return float(((y - mean) ** 2).mean())
    if task.loss == "cross-entropy":
        return float(torch.special.entr(mean).sum())
    if task.loss == "binary cross-entropy":
        return float((torch.special.entr(mean) + torch.special.entr(1 - mean)).mean())
    z = torch.zeros(1, 1, task.p, device=y.device, requires_grad=True)  # a function of one's own: look for it
    search = torch.optim.LBFGS([z], max_iter=100, line_search_fn="strong_wolfe")

    def closure():
        search.zero_grad()
        loss = task.objective(z.expand(1, *y.shape), y).sum()
        loss.backward()
        return loss.detach()

    search.step(closure)
    return float(closure())


def stuck(task: Task, loss: np.ndarray, accuracy: np.ndarray) -> np.ndarray:
    """Which runs have learned next to nothing, (run,), by their training loss and accuracy.

    The loss is above 0.9 of the best constant answer's and the accuracy nearer to that answer's than to 1; or the loss
    is not finite. Such a run may be on the plateau, where all answers are the mean, or dead, with an H that no longer
    depends on x. Small answers on the right side count as learned: under a centred rule the loss falls last.
    """
    constant = float(task.accuracy(task.y.mean(0).expand(1, *task.y.shape), task.y))
    plateau = (loss > STUCK * constant_loss(task)) & (accuracy < (constant + 1) / 2)
    return plateau | ~np.isfinite(loss)


def dataset(rows: Sequence[Mapping], runs: Sequence[int], epochs: Sequence[int], **attributes) -> xr.Dataset:
    """Rows of measures, one for each epoch, as a Dataset with dims (run, epoch, ...).

    Args:
        rows: name to (run, ...) each.
        runs, epochs: numbers.
        attributes: how it was made.

    Raises:
        ValueError: for a measure that is not one value, or array, a run.
    """
    data = {}
    for name in rows[0]:
        values = [_array(name, row[name], len(runs)) for row in rows]
        values = np.stack(values, axis=1)  # (run, epoch, ...)
        data[name] = (("run", "epoch", *(f"{name}_{axis}" for axis in range(values.ndim - 2))), values)
    return xr.Dataset(data, coords={"run": list(runs), "epoch": list(epochs)}, attrs=attributes)


def _array(name: str, value, runs: int) -> np.ndarray:
    if isinstance(value, Tensor):
        value = value.detach().cpu()
    array = np.asarray(value)
    numbers = array.dtype.kind in "biuf"
    if not numbers or array.ndim < 1 or len(array) != runs:
        got = f"shape {array.shape}" if numbers else repr(value)
        raise ValueError(f"measure {name!r} must give numbers of shape ({runs}, ...), one entry a run, got {got}")
    return array


def named_functions(name: str, value, of: str) -> Mapping[str, Callable]:
    """The value, if it maps names to functions; ValueError for anything else."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) and callable(f) for key, f in value.items()):
        raise ValueError(f"{name} must map names to functions of {of}, got {value!r}")
    return value
