"""Following a hidden layer that goes on learning: how far it has moved, and what can still be read from it.

Everything is measured on held-out samples and relative to where the following began, the reference.
"""

import copy
from collections.abc import Sequence
from itertools import pairwise

import torch
import xarray as xr
from torch import Tensor

from fa_book.information import decoded_information
from fa_lib import probes
from fa_lib.feedback import Direct, Rule
from fa_lib.tasks import Task
from fa_lib.training import Model, build, dataset, see, trained


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


def branch(
    model: Model, rule: Rule, *, runs: Sequence[int] | None = None, seed: int = 0, weight_decay: float = 0.0
) -> Model:
    """A copy of a trained model, Adam's averages included, that goes on with another rule; the original stays.

    Args:
        model: of `training.build`.
        rule: of `fa_lib.feedback`, for the last hidden layer, not drawn; with the seed of the original its B is the
            original's.
        runs: the numbers of the model's runs; 0, 1, ... if None.
        seed: of the rule.
        weight_decay: of Adam, from now on.
    """
    count, p, _ = model.decoder.weight.shape
    parts = ("encoder", "decoder", "optimizer")
    copied = copy.deepcopy({name: getattr(model, name) for name in parts})  # together: they share their parameters
    for group in copied["optimizer"].param_groups:
        group["weight_decay"] = weight_decay
    rules = Direct(rule, ()).draw(p, model.encoder.widths(), runs=runs or range(count), seed=seed)
    return model._replace(**copied, rules=rules, watched=False)


def converge(task: Task, rule: Rule, *, epochs: int, runs: int | Sequence[int] = 10, seed: int = 0) -> Model:
    """A model trained for so many epochs; arguments as in `training.train`."""
    return trained(build(task, rule, runs=runs, seed=seed), epochs)


def follow(model: Model, *, at: Sequence[int], seed: int = 0) -> xr.Dataset:
    """Go on training a model in place and measure how H of the test samples leaves its place, and what stays.

    Args:
        model: a trained one; where it is now is the reference.
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
    task, readings = model.task, decoded_information.readings(seed=seed)
    decoder = copy.deepcopy(model.decoder)  # as it is now
    start = before = see(model)
    rows = []
    for number, epoch in enumerate(at):
        trained(model, epoch - at[max(number - 1, 0)])
        seen = see(model)
        rows.append({
            "angle": angle(seen.H_test, start.H_test),
            "angle_left": probes.angle(turned_back(seen.H_test, start.H_test), centred(start.H_test)),
            "cka": cka(seen.H_test, start.H_test),
            "tuning": tuning(seen.H_test, start.H_test).nanmean(1),
            "pace": angle(seen.H_test, before.H_test),
            "told": readings["told"](seen),
            "told_null": readings["told_null"](seen),
            "refitted": _rate(task, probes.readout(seen.H, seen.y, at=seen.H_test)),
            "frozen": _rate(task, probes.readout(start.H, start.y, at=seen.H_test)),
            "own": _rate(task, model.decoder(seen.H_test)),
            "own_frozen": _rate(task, decoder(seen.H_test)),
        })  # fmt: skip
        before = seen
    return dataset(rows, range(len(model.decoder.weight)), at)


def _rate(task: Task, guess: Tensor) -> Tensor:
    """Accuracy of guesses whose order the output's nonlinearity does not change."""
    return task.accuracy(guess.to(task.test_y.dtype), task.test_y)
