"""Following a hidden layer that goes on learning: how far it has moved, and what can still be read from it.

Everything is measured on held-out samples and relative to where the following began, the reference.
"""

import copy
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from fa_lib import probes, training
from fa_lib.probes import decoded_information
from fa_lib.tasks.task import Task
from fa_lib.training.loop import Parts, trained
from fa_lib.training.snapshots import see


def centred(H: Tensor) -> Tensor:
    """H less its mean over samples, double precision; (run, sample, m)."""
    H = H.double()
    return H - H.mean(1, keepdim=True)


def angle(H: Tensor, reference: Tensor) -> Tensor:
    """Angle between two centred hidden layers, degrees, (run,): arccos of the correlation of all population vectors."""
    return probes.angle(centred(H), centred(reference))


def turned_back(H: Tensor, reference: Tensor) -> Tensor:
    """H, centred, after the orthogonal map that brings it nearest to the centred reference; (run, sample, m).

    Source: Schönemann 1966 (orthogonal Procrustes).
    """
    H = centred(H)
    U, _, V = torch.linalg.svd(H.mT @ centred(reference))
    return H @ (U @ V)


def cka(H: Tensor, reference: Tensor) -> Tensor:
    """Linear centred kernel alignment, (run,): 1 for a layer that is the other one turned and scaled, 0 for none.

    Source: Kornblith et al. 2019, Eq. 1 with linear kernels.
    """
    H, reference = centred(H), centred(reference)

    def size(a: Tensor, b: Tensor) -> Tensor:
        return (a.mT @ b).square().sum((1, 2))

    return size(H, reference) / (size(H, H) * size(reference, reference)).sqrt()


def tuning(H: Tensor, reference: Tensor) -> Tensor:
    """Correlation of a unit's responses over samples with its own at the reference, (run, m); NaN for a silent unit."""
    H, reference = centred(H), centred(reference)
    return (H * reference).sum(1) / (H.norm(dim=1) * reference.norm(dim=1))


def branch(parts: Parts, channel, *, seed: int = 0, weight_decay: float = 0.0) -> Parts:
    """A copy of trained parts, Adam's averages included, that goes on with another channel; the original stays.

    Args:
        parts: of `training.build`.
        channel: of `fa_lib.feedback`, not drawn; with the seed of the original its B is the original's.
        seed: of the channel.
        weight_decay: of Adam, from now on.
    """
    runs, p, m = parts.decoder.weight.shape
    parts = copy.deepcopy(parts)
    for group in parts.optimizer.param_groups:
        group["weight_decay"] = weight_decay
    return parts._replace(channel=channel.draw(p, m, runs=range(runs), seed=seed))


def converge(task: Task, channel, *, epochs: int, runs: int = 10, seed: int = 0) -> Parts:
    """New parts, trained for so many epochs."""
    return trained(training.build(task, channel, runs=runs, seed=seed), task, epochs)


def follow(parts: Parts, task: Task, *, at: Sequence[int], seed: int = 0) -> xr.Dataset:
    """Go on training the parts in place and measure how H of the test samples leaves its place, and what stays.

    Args:
        parts: trained ones; where they are now is the reference.
        task: that they learn.
        at: epochs from now, rising from 0, evenly spaced where `pace` is to be read.
        seed: of the null's shuffles and the nonlinear readout's features.

    Returns:
        Dataset with dims (run, epoch). How far from the reference: `angle`, `angle_left` after the best orthogonal map
        back, degrees; `cka`; `tuning`, the mean over units. `pace`: angle to the layer one measurement earlier. What
        can be read, all of test samples: `told` and `told_null`, bits, by a nonlinear readout refitted each time;
        `refitted` and `frozen`, correct rate of a linear readout fitted to the training samples now and at the
        reference; `own`, of the decoder as it learns, and `own_frozen`, of the decoder as it was at the reference.

    Raises:
        ValueError: for epochs that do not rise from 0.
    """
    at = list(at)
    if not at or at[0] != 0 or any(later <= earlier for earlier, later in pairwise(at)):
        raise ValueError(f"at must rise from 0, got {at}")
    known = decoded_information.readings(seed=seed)
    decoder = copy.deepcopy(parts.decoder)  # as it is now
    start = before = see(parts, task)
    rows = []
    for number, epoch in enumerate(at):
        trained(parts, task, epoch - at[max(number - 1, 0)])
        seen = see(parts, task)
        rows.append({
            "angle": angle(seen.H_test, start.H_test),
            "angle_left": probes.angle(turned_back(seen.H_test, start.H_test), centred(start.H_test)),
            "cka": cka(seen.H_test, start.H_test),
            "tuning": tuning(seen.H_test, start.H_test).nanmean(1),
            "pace": angle(seen.H_test, before.H_test),
            "told": known["told"](seen),
            "told_null": known["told_null"](seen),
            "refitted": _rate(task, probes.readout(seen.H, seen.y, at=seen.H_test)),
            "frozen": _rate(task, probes.readout(start.H, start.y, at=seen.H_test)),
            "own": _rate(task, parts.decoder(seen.H_test)),
            "own_frozen": _rate(task, decoder(seen.H_test)),
        })  # fmt: skip
        before = seen
    data = {name: (("run", "epoch"), np.stack([np.asarray(row[name].detach() if isinstance(row[name], Tensor)
            else row[name]) for row in rows], 1)) for name in rows[0]}  # fmt: skip
    return xr.Dataset(data, coords={"run": np.arange(len(parts.decoder.weight)), "epoch": at})


def _rate(task: Task, guess: Tensor) -> Tensor:
    """Accuracy of guesses whose order the output's nonlinearity does not change."""
    return task.accuracy(guess.to(task.test_y.dtype), task.test_y)
