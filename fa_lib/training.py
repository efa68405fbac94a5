"""Training: the paper's Fig. 3 as a loop, many runs at once, with what the paper plots recorded.

`step` is the whole learning rule. `train` repeats it over a task's protocol and measures; `build` makes the parts and
`one_pass` trains them for an epoch, for those who want a loop of their own.
"""

import platform
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
import xarray as xr
from torch import Tensor
from tqdm.auto import trange

from fa_lib import depth, information, measures, optimizers
from fa_lib.networks import Decoder, Encoder
from fa_lib.seen import Step
from fa_lib.tasks import Task

# Asked for and given back at once: from then on glibc keeps what a step frees for the next. Otherwise it hands large
# blocks back to the system each time, and having them cleared again can double a step's time. Elsewhere: no effect.
np.empty(2**25 - 2**13, np.uint8)


def step(encoder: Encoder, decoder: Decoder, channel, task: Task, x: Tensor, y: Tensor) -> Step:
    """Fill the gradients of encoder and decoder; the optimizer's step is the caller's.

    Source: Cheng & Brown 2023, Fig. 3.
    """
    H = encoder(x)  # (run, sample, m)
    z = decoder(H.detach())  # (run, sample, p); the cut: nothing flows back to H from here
    z.retain_grad()
    y_hat = task.activate(z)
    loss = task.loss(y_hat, y)  # (run,)
    loss.sum().backward()  # the decoder learns from its own loss ...
    W, y_hat = decoder.weight.detach().clone(), y_hat.detach()  # the optimizer moves the weight in place
    metrics = {name: metric(y_hat, y) for name, metric in task.metrics.items()}
    known = {"H": H, "W": W, "z": z, "output": task.activate, "accuracy": metrics["accuracy"]}
    signal = channel(z.grad, y, **known)  # (run, sample, m)
    H.backward(signal)  # ... the encoder from the feedback signal alone
    return Step(H.detach(), y, y_hat, z.grad, signal, W, encoder.factors(), loss.detach(), metrics)


class Parts(NamedTuple):
    """What `build` makes."""

    encoder: Encoder  #: x to H
    decoder: Decoder  #: H to the output before its nonlinearity
    channel: object  #: the feedback rule with its matrices drawn
    optimizer: torch.optim.Optimizer  #: of both

    @property
    def step(self) -> Callable[..., Step]:
        """`step`, or `depth.step` where the channel is one of several layers."""
        return depth.step if hasattr(self.channel, "at") else step


def _whole(value, least: int) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and value >= least


def _runs(runs: int | Sequence[int]) -> list[int]:
    numbers = range(runs) if _whole(runs, 1) else runs
    listed = isinstance(numbers, Sequence | np.ndarray) and all(_whole(number, 0) for number in numbers)
    if not listed or len(set(numbers)) < max(len(numbers), 1):
        raise ValueError(f"runs must be a whole number of 1 or more, or different run numbers from 0, got {runs!r}")
    return [int(number) for number in numbers]


def _device(device: str) -> str:
    try:
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError, NotImplementedError, TypeError) as error:
        raise ValueError(f'device {device!r} is not to be had here ({error}); use "cpu" or an available one') from error
    return device


def build(
    task: Task,
    feedback,
    *,
    runs: int | Sequence[int] = 10,
    seed: int = 0,
    learn_decoder: bool = True,
    learn_encoder: bool = True,
    scale: bool = False,
    device: str = "cpu",
) -> Parts:
    """Networks, drawn channel and optimizer for the given runs; arguments and errors as in `train`."""
    if not isinstance(task, Task):
        raise ValueError(f"task must be a Task, such as tasks.ib(), got {task!r}")
    if isinstance(feedback, type) or not hasattr(feedback, "draw"):
        raise ValueError(f"feedback must be a channel of fa_lib.feedback, such as FA(), got {feedback!r}")
    numbers, device = _runs(runs), _device(device)
    m = task.widths[-1]
    widths = (task.features or task.x.shape[1], *task.widths)
    options = {"nonlinearity": task.nonlinearity, "backbone": task.features is not None, "device": device}
    encoder = Encoder(widths, runs=numbers, seed=seed, scale=scale, **options).to(device)
    decoder = Decoder(m, task.p, runs=numbers, seed=seed).to(device)
    deep = hasattr(feedback, "layers")  # a rule for several hidden layers
    channel = feedback.draw(task.p, depth.widths(encoder) if deep else m, runs=numbers, seed=seed, device=device)
    learning = [*(encoder.parameters() if learn_encoder else ()), *(decoder.parameters() if learn_decoder else ())]
    mirrored = depth.mirrored(encoder, decoder, channel) if deep else [(decoder.weight, channel)]
    return Parts(encoder, decoder, channel, optimizers.make(task.optimizer, learning, mirrored, task.lr))


def batches(task: Task, device: str = "cpu") -> list[tuple[Tensor, Tensor]]:
    """The task's training samples in its batches, (x, y) each, in the task's order at every epoch."""
    x, y = task.x.to(device), task.y.to(device)
    return list(zip(x.split(task.batch or len(x)), y.split(task.batch or len(x)), strict=True))


def one_pass(parts: Parts, task: Task, batches: Iterable[tuple[Tensor, Tensor]]) -> Iterator[Step]:
    """Train the parts in place, a step for each batch, and yield what each saw; its update follows the yield."""
    for x, y in batches:
        parts.optimizer.zero_grad()
        yield parts.step(parts.encoder, parts.decoder, parts.channel, task, x, y)
        parts.optimizer.step()


def train(
    task: Task,
    feedback,
    *,
    runs: int | Sequence[int] = 10,
    epochs: int | None = None,
    seed: int = 0,
    learn_decoder: bool = True,
    learn_encoder: bool = True,
    scale: bool = False,
    every: int = 1,
    bin_size: float = 0.1,
    record: Mapping[str, Callable[[Step], Tensor]] | None = None,
    device: str = "cpu",
    progress: bool = True,
) -> xr.Dataset:
    """Train a network on a task by a feedback rule and record what the paper plots.

    Training measures are taken as the batches go by, before each one's update and with dropout on, averaged over the
    epoch (one batch on the IB tasks); regression and information use all of the epoch's H together. Test measures are
    taken after the epoch's last update with dropout off.

    Args:
        task: from `fa_lib.tasks`, or one's own `Task`.
        feedback: a rule of `fa_lib.feedback`, such as `FA()` or, for every hidden layer, `DFA()`.
        runs: how many repeats, or their numbers. Run r depends on (seed, r) alone.
        epochs: passes over the training set; the task's own number if None.
        seed: seed of weights, matrices, noise and dropout. The same seed starts every rule from the same weights.
        learn_decoder, learn_encoder: False freezes that part (weights and biases).
        scale: learn the factor gamma after each tanh, for any rule.
        every: measure each so-many-th epoch only, counted from 0, and the last.
        bin_size: bin of the information, in units of H and y.
        record: further measures of an epoch's last step: name to function of `Step`, giving (run, ...).
        device: "cpu" or "cuda".
        progress: show a bar.

    Returns:
        Dataset with dims (run, epoch): `loss`, `accuracy` (and the task's other metrics), `regression_loss`,
        `regression_accuracy` of the best linear readout of H with intercept, `information` and `information_null` (y
        shuffled, in the same way at every epoch) in bits, `test_loss`, `test_accuracy`, the recorded ones, and
        `ceiling`, y's entropy in bits.
        Attributes say how it was made.

    Raises:
        ValueError: for runs, epochs or every below 1, a bin size of 0 or less, a device that is not there, something
            that is no task or channel, or a recorded name that is taken.

    Source: Cheng & Brown 2023, Figs 1, 4, 7 and 8.
    """
    epochs = task.epochs if epochs is None else epochs
    for name, value in (("epochs", epochs), ("every", every)):
        if not _whole(value, 1):
            raise ValueError(f"{name} must be a whole number of 1 or more, got {value!r}")
    if not 0 < bin_size < float("inf"):
        raise ValueError(f"bin_size must be a finite number above 0, got {bin_size}")
    start, numbers = time.perf_counter(), _runs(runs)
    parts = build(
        task, feedback, runs=numbers, seed=seed, learn_decoder=learn_decoder, learn_encoder=learn_encoder,
        scale=scale, device=device,
    )  # fmt: skip
    known, test_x, test_y = batches(task, device), task.test_x.to(device), task.test_y.to(device)
    measured = {*range(0, epochs, every), epochs - 1}
    rows: list[dict[str, Tensor | np.ndarray]] = []
    for epoch in trange(epochs, disable=not progress, desc=f"{task.name} {feedback}"):
        steps, extra = [], {}
        for seen in one_pass(parts, task, known):
            if epoch in measured:
                steps.append(seen._replace(layers=()))  # what the layers saw would not fit in memory for an epoch
            if len(steps) == len(known):
                extra = {name: measure(seen) for name, measure in (record or {}).items()}
        if epoch in measured:
            row = measures.of_training(task, steps, numbers, seed, bin_size)
            row |= measures.of_test(task, parts.encoder, parts.decoder, test_x, test_y)
            if clash := sorted(extra.keys() & row.keys()):
                raise ValueError(f"record must use names of its own, got {', '.join(clash)}, measured in any case")
            rows.append(row | {name: torch.as_tensor(value).cpu() for name, value in extra.items()})
    data = {name: np.stack([np.asarray(row[name]) for row in rows], axis=1) for name in rows[0]}  # (run, epoch, ...)
    dims = {
        name: ("run", "epoch", *(f"{name}_{axis}" for axis in range(value.ndim - 2))) for name, value in data.items()
    }
    return xr.Dataset(
        {name: (dims[name], value) for name, value in data.items()}
        | {"ceiling": information.ceiling(task.y.numpy(), bin_size)},
        coords={"run": numbers, "epoch": sorted(measured)},
        attrs={
            "task": task.name, "feedback": str(feedback), "seed": seed, "learn_decoder": int(learn_decoder),
            "learn_encoder": int(learn_encoder), "scale": int(scale), "lr": task.lr, "batch": task.batch or len(task.x),
            "widths": str(task.widths), "samples": len(task.x), "bin_size": bin_size, "device": device,
            "torch": str(torch.__version__), "numpy": np.__version__, "python": platform.python_version(),
            "seconds": round(time.perf_counter() - start, 2),
        },
    )  # fmt: skip
