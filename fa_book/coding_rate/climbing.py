"""What the rate reduction as an objective makes of H: test accuracy, readouts of held-out samples, information, rates.

`observe` sees H and no decoder, `train` no test samples' H. Here both are looked at, at chosen epochs.
"""

from collections.abc import Sequence

import numpy as np
import torch
import xarray as xr
from torch.nn import functional

from fa_book.coding_rate.reduction import coding_rate
from fa_book.information import decoded_information
from fa_lib import information, probes
from fa_lib.feedback import ForLayers, Rule
from fa_lib.record import Snapshot
from fa_lib.tasks import Task
from fa_lib.training import Model, build, dataset, epochs_of, evaluate, see


def look(seen: Snapshot, task: Task, *, seed: int = 0) -> dict[str, np.ndarray]:
    """Measures of one epoch, (run,) each; information in bits.

    Returns:
        `held_out`, accuracy on the test samples of a linear readout fitted to the training samples; `told` and
        `told_null`, what a nonlinear one tells of them, and with targets handed to the wrong samples; `information`
        and `information_null`, binned; `effective_rank`; `reduction` and `reduction_on`, the rate reduction as it is
        and with a unit that is always on; `between`, the share of H's variance that lies between the classes;
        `size`, the root mean square of H.
    """
    told = decoded_information.readings(seed=seed)
    bits, null = information.with_null(seen.H, seen.y, seed=seed)
    centred = seen.H - seen.H.mean(1, keepdim=True)
    share = seen.y / seen.y.sum(0).clamp_min(1)  # (sample, p)
    means = (share.mT @ centred) * seen.y.mean(0)[:, None].sqrt()  # (run, p, m)
    found = {
        "held_out": task.accuracy(probes.readout(seen.H, seen.y, at=seen.H_test), seen.y_test),
        "told": told["told"](seen),
        "told_null": told["told_null"](seen),
        "information": bits,
        "information_null": null[:, 0],
        "effective_rank": probes.effective_rank(seen.H),
        "between": means.square().sum((1, 2)) / centred.square().sum(2).mean(1).clamp_min(1e-12),
        "size": seen.H.square().mean((1, 2)).sqrt(),
        "reduction": coding_rate(seen.H, seen.y),
        "reduction_on": coding_rate(functional.pad(seen.H, (0, 1), value=1.0), seen.y),
    }
    return {name: np.asarray(value) for name, value in found.items()}


def climb(
    task: Task,
    rule: Rule | ForLayers,
    *,
    at: Sequence[int],
    runs: int = 10,
    seed: int = 0,
    shown: int = 100,
    **options,
) -> xr.Dataset:
    """Train as `training.train` does and look at H and at the test samples after chosen numbers of epochs.

    Args:
        task, rule, runs, seed: as in `train`.
        at: epochs, in rising order; 0 is the untrained network.
        shown: how many test samples' H to keep.
        options: `learn_decoder`, `learn_encoder` and `learn_gain`, as in `train`.

    Returns:
        Dataset with dims (run, epoch): those of `look`, and `test_accuracy`, `test_loss` and `accuracy` of the
        decoder, on the test samples and on the training samples. `H`, (run, shown, unit), is that of the first test
        samples at the end, and `label`, (shown,), their class.

    Raises:
        ValueError: as in `train`.
    """
    at = sorted(at)
    model = build(task, rule, runs=runs, seed=seed, **options)
    rows = [_row(model, seed)] if 0 in at else []
    for epoch, steps in epochs_of(model, at[-1], seed=seed):
        for _ in steps:
            pass
        if epoch + 1 in at:
            rows.append(_row(model, seed))
    data = dataset(rows, range(runs), at, task=task.name, rule=str(rule), seed=seed)
    return data.assign(
        H=(("run", "shown", "unit"), see(model).H_test[:, :shown].numpy()),
        label=("shown", task.test_y[:shown].argmax(1).numpy()),
        ceiling=information.ceiling(task.y.numpy()),
    )


def _row(model: Model, seed: int) -> dict:
    """All measures of a model as it stands."""
    task, seen = model.task, see(model)
    with torch.no_grad():
        accuracy = task.accuracy(task.activate(model.decoder(seen.H)), task.y)
    row = look(seen, task, seed=seed) | {"accuracy": accuracy}
    return row | evaluate.of_test(task, model.encoder, model.decoder, task.test_x, task.test_y)
