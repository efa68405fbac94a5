"""What the widgets that train IBTask share: the network's start, the task, a recorded run, the cloud of its H."""

import base64
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
import xarray as xr
from matplotlib.axes import Axes
from torch import Tensor

from fa_book.figures import COLOURS
from fa_book.widgets.abreast import parameters
from fa_book.widgets.mulberry import normal, uniform
from fa_lib import probes, tasks, training
from fa_lib.record import Step
from fa_lib.tasks import Protocol, Task, icosahedron

USED = 158  # numbers that `start` takes from the seed's stream
PANELS = {  # what a step is measured by, and its title
    "loss": "loss",
    "accuracy": "correct rate",
    "regression_accuracy": "correct rate, linear readout of H",
}
Measure = Callable[[Step, Tensor], Tensor]  # a step and what a linear readout of its H answers, to (run,)


def start(seed: int) -> Tensor:
    """The network's 152 parameters in a row, in the order of network.js, as trainer.js draws them from a seed."""
    u = uniform(seed, USED)
    encoder = 2 * u[:140] - 1
    drawn = np.concatenate([encoder[:104] / 12**0.5, encoder[104:] / 8**0.5, normal(u[140:156]) * 0.5**0.5,
                            (2 * u[156:158] - 1) / 10, np.ones(2)])  # fmt: skip
    return torch.tensor(drawn, dtype=torch.get_default_dtype())


def feedback(seed: int) -> dict[str, Tensor]:
    """The matrices B (2, 4), B1 (2, 50) and B2 (50, 4), as trainer.js draws them from a seed."""
    B, B1, B2 = np.split(normal(uniform(seed, USED + 616)[USED:]), [8, 108])
    drawn = {"B": (B * 0.5**0.5, (2, 4)), "B1": (B1 * 0.2, (2, 50)), "B2": (B2 * 0.5**0.5, (50, 4))}
    dtype = torch.get_default_dtype()
    return {name: torch.tensor(value, dtype=dtype).reshape(shape) for name, (value, shape) in drawn.items()}


def task(rate: float) -> Task:
    """IBTask with nothing held out, patterns in counting order, at this learning rate."""
    dtype = torch.get_default_dtype()
    x = torch.tensor(icosahedron.patterns(), dtype=dtype)
    y = torch.tensor(np.eye(2)[icosahedron.labels()], dtype=dtype)
    metrics = {"accuracy": tasks.correct_rate}
    return Task("IBTask", x, y, x, y, output="sigmoid", metrics=metrics, metric_name="correct rate", widths=(8, 4),
                protocol=Protocol(lr=rate, epochs=1000))  # fmt: skip


def trained(
    model: training.Model, names: Sequence[str], *, epochs: int, every: int, more: Mapping[str, Measure] | None = None
) -> tuple[dict[str, xr.Dataset], dict[str, tuple[Tensor, Tensor]], dict[str, Tensor]]:
    """Train a model whose runs have names.

    Args:
        model: networks side by side, one for each name.
        epochs: full-batch steps.
        every: measure before each so-many-th step, and after the last.
        more: name to a measure beside those of `PANELS`.

    Returns:
        By name: curves, a Dataset with dims (run, epoch); answers at the end, those of the linear readout of H and of
        the decoder, (sample, 2) each, and H, (sample, 4); the parameters at the end, (152,).
    """
    measures: dict[str, Measure] = {
        "loss": lambda seen, _: seen.loss,
        "accuracy": lambda seen, _: seen.metrics["accuracy"],
        "regression_accuracy": lambda seen, linear: model.task.accuracy(linear, seen.y),
    } | dict(more or {})
    at, rows = [], []
    for epoch, steps in training.epochs_of(model, epochs + 1):
        end = parameters(model)  # before this epoch's update, as what is measured; (run, 152)
        for seen in steps:  # one step: all patterns at once
            if epoch % every == 0 or epoch == epochs:
                linear = probes.readout(seen.H, seen.y).to(seen.H.dtype)
                at.append(epoch)
                rows.append([torch.as_tensor(measure(seen, linear)) for measure in measures.values()])
    measured = {name: torch.stack(values, 1) for name, values in zip(measures, zip(*rows, strict=True), strict=True)}
    results = {
        run: xr.Dataset(
            {name: (("run", "epoch"), values[i : i + 1].numpy()) for name, values in measured.items()},
            coords={"run": [0], "epoch": at},
        )
        for i, run in enumerate(names)
    }
    clouds = {run: (seen.H[i], linear[i], seen.y_hat[i]) for i, run in enumerate(names)}
    return results, clouds, dict(zip(names, end, strict=True))


def finished(settings: dict, epoch: int, results: Mapping[str, xr.Dataset], ends: Mapping[str, Tensor]) -> dict:
    """A finished run as the page takes it: rounded curves, and the parameters, from which H follows."""
    curves = {}
    for name, data in results.items():
        columns = [data.epoch.values.tolist(), *(data[each].values[0].round(4).tolist() for each in data.data_vars)]
        curves[name] = [list(row) for row in zip(*columns, strict=True)]
    packed = {name: base64.b64encode(end.numpy().astype("<f4").tobytes()).decode() for name, end in ends.items()}
    return {"settings": settings, "epoch": epoch, "curves": curves, "parameters": packed}


def finished_runs(
    own: dict, default: dict, presets: Sequence[dict], train: Callable[[dict], tuple], epoch: int
) -> list[dict]:
    """The finished runs that a page comes with: of the widget's own settings and of its presets, each once.

    Args:
        own: settings of the widget.
        default: settings as the widget comes, to which a preset is a change.
        presets: changes.
        train: settings to what `trained` gives.
        epoch: where a finished run ends.
    """
    wanted, made = [own, *(default | preset for preset in presets)], []
    for i, settings in enumerate(wanted):
        if settings not in wanted[:i]:
            results, _, ends = train(settings)
            made.append(finished(settings, epoch, results, ends))
    return made


def readouts(linear: Tensor, y_hat: Tensor) -> tuple[Tensor, Tensor]:
    """Where the plane of both readouts has a point: what the linear readout and the decoder, (sample, 2), say."""
    return linear[:, 1] - linear[:, 0], y_hat[:, 1] - y_hat[:, 0]


def cloud(
    axes: Axes, across: Tensor, up: Tensor, *, colour: str, title: str, both: bool, legend: str = "upper left"
) -> None:
    """All patterns as points, (sample,) each, by label; `both` where they are those of `readouts`."""
    if both:
        axes.set(
            xlabel="linear readout says 0 or 1", ylabel="decoder says 0 or 1", xlim=(-1.6, 1.6), ylim=(-1.12, 1.12)
        )
    labels = icosahedron.labels() == 1
    for mask, ink, name in ((~labels, COLOURS["other"], "label 0"), (labels, colour, "label 1")):
        axes.scatter(across[mask], up[mask], s=2, color=ink, alpha=0.5, linewidths=0, label=name)
    axes.set_title(title)
    axes.legend(loc=legend, markerscale=4, handletextpad=0)
