"""Training: the paper's Fig. 3, many runs at once, with what the paper plots recorded."""

import platform
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
import xarray as xr
from torch import Tensor
from tqdm.auto import trange

from fa_lib import check, information
from fa_lib.feedback import ForLayers, Rule
from fa_lib.networks import RunNetwork
from fa_lib.record import Step
from fa_lib.tasks.task import Task, as_tensor
from fa_lib.training import evaluate
from fa_lib.training._renamed import renamed
from fa_lib.training.epochs import epochs_of, measured
from fa_lib.training.model import Model, build


def predict(model: Model, x: Tensor | np.ndarray) -> Tensor:
    """y_hat of a model, with dropout off.

    Args:
        model: of `build`.
        x: inputs, (sample, ...), as the task takes them.

    Returns:
        Tensor of shape (run, sample, p).

    Raises:
        ValueError: for something that is no model, or inputs of another shape than the task's.
    """
    if not isinstance(model, Model):
        raise ValueError(f"model must be what build gives, got {type(model).__name__}")
    x = as_tensor("x", x).to(model.decoder.weight)
    if x.shape[1:] != model.task.x.shape[1:] or not len(x):
        raise ValueError(f"x must be {('sample', *model.task.x.shape[1:])}, one sample or more, got {tuple(x.shape)}")
    return model.task.activate(evaluate.look(model.encoder, x, model.decoder))


@renamed(every="measure_every")
def fit(model: Model, *, epochs: int | None = None, measure_every: int = 1, seed: int = 0) -> xr.Dataset:
    """Train a model in place and measure it.

    The optimizer decides what learns: the parts that `build` was told to train. Another encoder may be put in by
    `model._replace(encoder=...)`; it is frozen then, because the optimizer does not know it.

    Args:
        model: of `build`.
        epochs: passes over the training set; the task's own number if None.
        measure_every: measure after each so-many-th epoch, counted from 0, and after the last.
        seed: of the order of the samples, where the protocol shuffles them.

    Returns:
        Dataset with dims (run, epoch): `loss`, `accuracy` (and the task's other metrics), `test_loss`, `test_accuracy`,
        all after the epoch's last update and with dropout off, and `stuck` (run,), as in `train`; runs count from 0.

    Raises:
        ValueError: for epochs or measure_every below 1.

    Source: Cheng & Brown 2023, Section 2.3 (encoder and decoder as processes of their own).
    """
    task, device, rows = model.task, model.decoder.weight.device, []
    epochs = check.whole("epochs", task.epochs if epochs is None else epochs)
    at = measured(epochs, measure_every)
    for epoch, steps in epochs_of(model, epochs, seed=seed):
        deque(steps, maxlen=0)
        if epoch in at:
            rows.append({})
            for prefix in ("", "test_"):
                x, y = (getattr(task, f"{prefix}{name}").to(device) for name in "xy")
                rows[-1] |= evaluate.of_test(task, model.encoder, model.decoder, x, y, prefix)
    return _with_stuck(evaluate.dataset(rows, range(len(model.decoder.weight)), at), task)


@renamed(feedback="rule", scale="learn_gain", every="measure_every")
def train(
    task: Task,
    rule: Rule | ForLayers,
    *,
    encoder: RunNetwork | Callable | None = None,
    runs: int | Sequence[int] = 10,
    epochs: int | None = None,
    seed: int = 0,
    learn_decoder: bool = True,
    learn_encoder: bool = True,
    learn_gain: bool = False,
    measure_every: int = 1,
    bin_size: float = 0.1,
    record: Mapping[str, Callable[[Step], Tensor]] | None = None,
    device: str = "cpu",
    progress: bool = True,
) -> xr.Dataset:
    """Train a network on a task by a feedback rule and record what the paper plots.

    What comes back are measures. For the networks themselves take `model = build(task, rule)`, `fit(model)` and
    `predict(model, x)`.

    Training measures are taken as the batches go by, before each one's update and with dropout on, averaged over the
    epoch (one batch on the IB tasks); regression and information use all of the epoch's H together. Test measures are
    taken after the epoch's last update with dropout off.

    Args:
        task: from `fa_lib.tasks`, or one's own `Task`.
        rule: of `fa_lib.feedback`, such as `FA()` or, for every hidden layer, `DFA()`; or one's own.
        encoder: a function that makes an `nn.Module` of one run, or a network with a run axis, see `build`; the task's
            own if None.
        runs: how many repeats, or their numbers. Run r depends on (seed, r) alone.
        epochs: passes over the training set; the task's own number if None.
        seed: seed of weights, matrices, noise and dropout. The same seed starts every rule from the same weights.
        learn_decoder, learn_encoder: False freezes that part (weights and biases).
        learn_gain: learn the factor gamma after each tanh of the task's own encoder.
        measure_every: measure each so-many-th epoch only, counted from 0, and the last.
        bin_size: bin of the information, in units of H and y.
        record: further measures of an epoch's last step: name to function of `Step`, giving (run, ...).
        device: "cpu" or "cuda".
        progress: show a bar.

    Returns:
        Dataset with dims (run, epoch): `loss`, `accuracy` (and the task's other metrics), `regression_loss` (mean
        squared error) and `regression_accuracy` of the best linear readout of H with intercept, `information` and
        `information_null` (y shuffled, in the same way at every epoch) in bits, `test_loss`, `test_accuracy`, the
        recorded ones; `ceiling`, y's entropy in bits; and `stuck` (run,): the run ends on the plateau, where
        all answers are the mean, or dead (`evaluate.stuck`). Then train on, take the mean out of the rule
        (`Centred(FA())`), start the decoder at the log-odds of the classes, or use cross-entropy. Attributes say how it
        was made.

    Raises:
        ValueError: for runs, epochs or measure_every below 1, a bin size of 0 or less, a device that is not there,
            something that is no task or rule, a recorded name that is taken or a measure that is not one entry a run.

    Source: Cheng & Brown 2023, Figs 1, 4, 7 and 8.
    """
    start, numbers = time.perf_counter(), check.run_numbers(runs)
    model = build(
        task, rule, encoder=encoder, runs=numbers, seed=seed, learn_decoder=learn_decoder,
        learn_encoder=learn_encoder, learn_gain=learn_gain, device=device,
    )  # fmt: skip
    epochs = check.whole("epochs", task.epochs if epochs is None else epochs)
    at = measured(epochs, measure_every)
    bin_size = check.positive("bin_size", bin_size)
    record = evaluate.named_functions("record", {} if record is None else record, "a Step")
    taken = {"run", "epoch", "ceiling", "stuck", "loss", "regression_loss", "regression_accuracy", "information"}
    taken |= {"information_null", "test_loss", *task.metrics, *(f"test_{name}" for name in task.metrics)}
    if clash := sorted(record.keys() & taken):
        raise ValueError(f"record must use names of its own, got {', '.join(clash)}, measured in any case")
    test_x, test_y = task.test_x.to(device), task.test_y.to(device)
    rows = []
    bar = trange(epochs, disable=not progress, desc=f"{task.name} {rule}")
    for epoch, steps in epochs_of(model, epochs, seed=seed):
        kept, last = [], None
        for last in steps:
            if epoch in at:
                kept.append(last._replace(layers=()))  # what the layers saw would not fit in memory for an epoch
        if epoch in at:
            row = evaluate.of_training(task, kept, numbers, seed, bin_size)
            row |= evaluate.of_test(task, model.encoder, model.decoder, test_x, test_y)
            rows.append(row | {name: measure(last) for name, measure in record.items()})
        bar.update()
    bar.close()
    data = evaluate.dataset(
        rows, numbers, at, task=task.name, rule=str(rule), seed=seed, learn_decoder=int(learn_decoder),
        learn_encoder=int(learn_encoder), learn_gain=int(learn_gain), lr=task.lr, batch=task.batch or len(task.x),
        widths=str(task.widths), samples=len(task.x), bin_size=bin_size, device=device, torch=str(torch.__version__),
        numpy=np.__version__, python=platform.python_version(), seconds=round(time.perf_counter() - start, 2),
    )  # fmt: skip
    data["ceiling"] = information.ceiling(task.y.numpy(), bin_size)
    return _with_stuck(data, task)


def _with_stuck(data: xr.Dataset, task: Task) -> xr.Dataset:
    found = evaluate.stuck(task, *(data[name].values[:, -1] for name in ("loss", "accuracy")))
    return data.assign(stuck=("run", found.astype(np.int8)))  # numbers: Datasets can be subtracted from one another
