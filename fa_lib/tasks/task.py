"""A task: inputs, targets, how right an answer is."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from fa_lib import check
from fa_lib.tasks.losses import LOSSES, OUTPUTS
from fa_lib.tasks.metrics import correct_rate, r_squared
from fa_lib.tasks.protocol import Protocol

ARRAYS = ("x", "y", "test_x", "test_y")


@dataclass(frozen=True, eq=False)
class Task:
    """A learning task: data, how it is answered and judged, and the encoder's usual form.

    Numpy arrays become tensors, numbers of another precision torch's default one. Whole numbers as targets are classes,
    counted from 0: they become one-hot rows.

    Args:
        name: name in figures and results.
        x: inputs to train on, (sample, ...), such as (sample, input) or (sample, 1, 28, 28).
        y: their targets, (sample, p), or classes, (sample,).
        test_x: inputs never trained on, of the form of x.
        test_y: their targets, of the form of y.
        output: nonlinearity after the decoder: "sigmoid", "softmax", "linear" or "clip" (to -5 .. 5), or a function.
        loss: "mean squared error", "cross-entropy" (softmax), "binary cross-entropy" (sigmoid), or a function of
            z (run, sample, p) and y (sample, p) to (run,).
        metrics: name to function of (y_hat, y) to (run,); "accuracy" must be there, TF's modulator and the figures use
            it. `correct_rate` for two outputs and more with classes, else `r_squared`, if None.
        metric_name: what "accuracy" is called on an axis.
        widths: units of the encoder's layers, the last is m.
        features: units of the convolutional backbone's last layer; None for no backbone.
        nonlinearity: of the encoder's layers: "tanh" (paper), "relu" or "linear".
        protocol: how it is learned.

    Raises:
        ValueError: for empty, non-finite or mismatched arrays, or targets that the output cannot reach.
    """

    name: str
    x: Tensor
    y: Tensor
    test_x: Tensor
    test_y: Tensor
    output: str | Callable[[Tensor], Tensor] = "sigmoid"
    loss: str | Callable[[Tensor, Tensor], Tensor] = "mean squared error"
    metrics: Mapping[str, Callable[[Tensor, Tensor], Tensor]] | None = None
    metric_name: str = "accuracy"
    widths: tuple[int, ...] = (64, 32)
    features: int | None = None
    nonlinearity: str = "tanh"
    protocol: Protocol = field(default_factory=Protocol)

    def __post_init__(self):
        self._check_forms()
        self._take_data()
        self._check_data()

    def _check_forms(self) -> None:
        if not callable(self.output):
            check.one_of("output", self.output, OUTPUTS)
        if not callable(self.loss):
            check.one_of("loss", self.loss, LOSSES)
            if (outputs := LOSSES[self.loss][1]) and self.output not in outputs:
                raise ValueError(f"{self.name}: {self.loss} needs output={outputs[0]!r}, got {self.output!r}")
        if not isinstance(self.protocol, Protocol):
            raise ValueError(f"{self.name}: protocol must be a Protocol, got {self.protocol!r}")
        object.__setattr__(self, "widths", check.widths(f"{self.name}: widths", self.widths))
        if self.features is not None:
            check.whole(f"{self.name}: features", self.features)

    def _take_data(self) -> None:
        """Tensors of torch's default precision, classes as one-hot rows."""
        taken = {name: as_tensor(f"{self.name}: {name}", getattr(self, name)) for name in ARRAYS}
        if not taken["y"].is_floating_point() and not taken["test_y"].is_floating_point():
            taken |= self._one_hot(taken["y"], taken["test_y"])
        dtype = torch.get_default_dtype()
        for name, value in taken.items():
            object.__setattr__(self, name, value.to(dtype))
        if self.metrics is None:
            classes = self.y.dim() == 2 and self.y.shape[1] > 1 and self.output != "linear"
            object.__setattr__(self, "metrics", {"accuracy": correct_rate if classes else r_squared})
        if "accuracy" not in self.metrics:
            raise ValueError(f'metrics must hold "accuracy", got {", ".join(self.metrics) or "none"}')

    def _one_hot(self, y: Tensor, test_y: Tensor) -> dict[str, Tensor]:
        """Whole numbers: classes (sample,) as one-hot rows, and (sample, p) as they are."""
        if y.dim() == 2 and y.shape[1] == 1 and y.numel() and (self.output == "softmax" or int(y.max()) > 1):
            words = "holds whole numbers: give classes as (sample,), y[:, 0], and numbers to be learned as floats"
            raise ValueError(f"{self.name}: y of shape {tuple(y.shape)} {words}")
        if y.dim() != 1:
            return {}
        if self.output in ("linear", "clip"):
            words = f"for numbers to be learned by a {self.output} output give y as floats of shape (sample, p)"
            raise ValueError(f'{self.name}: whole numbers as targets are classes, for "sigmoid" or "softmax"; {words}')
        both = torch.cat([y, test_y])
        if both.numel() and int(both.min()) < 0:
            raise ValueError(f"{self.name}: classes must be counted from 0, got {int(both.min())}")
        classes = max(int(both.max()) + 1, 2) if both.numel() else 2
        one_hot = torch.nn.functional.one_hot(both.long(), classes)
        return {"y": one_hot[: len(y)], "test_y": one_hot[len(y) :]}

    def _check_data(self) -> None:
        inputs = (1, 28, 28) if self.features else tuple(self.x.shape[1:]) or (1,)
        outputs = tuple(self.y.shape[1:2]) or (1,)
        low, high = (-float("inf"), float("inf")) if callable(self.output) else OUTPUTS[self.output][1]
        for part, x, y in (("training", self.x, self.y), ("test", self.test_x, self.test_y)):
            fits = len(x) == len(y) and x.shape[1:] == inputs and y.shape[1:] == outputs
            if not fits or 0 in x.shape or 0 in y.shape:
                raise ValueError(
                    f"{self.name}: {part} set needs x {('sample', *inputs)} and y {('sample', *outputs)}, as many "
                    f"samples in both and one at least, got x {tuple(x.shape)} and y {tuple(y.shape)}"
                )
            if not (torch.isfinite(x).all() and torch.isfinite(y).all()):
                raise ValueError(f"{self.name}: {part} set holds NaN or infinity; every value must be finite")
            if y.min() < low or y.max() > high:
                why = f"the range of the {self.output} output, got {y.min():g} .. {y.max():g}"
                raise ValueError(f"{self.name}: targets must lie within {low} .. {high}, {why}")
            if self.output == "softmax" and y.shape[1] < 2:
                raise ValueError(f"{self.name}: a softmax of one output is always 1: give one output for each class")
            if self.loss == "cross-entropy" and not torch.allclose(y.sum(1), torch.ones(()).to(y), atol=1e-4):
                raise ValueError(f"{self.name}: cross-entropy needs targets that sum to 1, such as one-hot rows")

    @property
    def p(self) -> int:
        """Number of outputs."""
        return self.y.shape[1]

    @property
    def lr(self) -> float:
        """The protocol's learning rate."""
        return self.protocol.lr

    @property
    def batch(self) -> int | None:
        """The protocol's samples in a step, None for all."""
        return self.protocol.batch

    @property
    def epochs(self) -> int:
        """The protocol's passes over the training set."""
        return self.protocol.epochs

    def change(self, **fields) -> "Task":
        """The task with other fields, of its own or of its protocol: `task.change(lr=1e-2, widths=(16, 8))`.

        Raises:
            ValueError: for a field that neither has, and as both do.
        """
        own, how = ({f.name for f in dataclasses.fields(kind)} for kind in (Task, Protocol))
        if unknown := sorted(fields.keys() - own - how):
            raise ValueError(f"a task has no {', '.join(unknown)}; it has {', '.join(sorted(own | how))}")
        protocol = fields.get("protocol", self.protocol)
        if there := {name: value for name, value in fields.items() if name in how}:
            protocol = replace(protocol, **there)
        return replace(self, **{name: v for name, v in fields.items() if name in own} | {"protocol": protocol})

    def activate(self, z: Tensor) -> Tensor:
        """The decoder's z to y_hat."""
        return self.output(z) if callable(self.output) else OUTPUTS[self.output][0](z)

    def objective(self, z: Tensor, y: Tensor) -> Tensor:
        """The loss, of z (run, sample, p) and y (sample, p) to (run,)."""
        return self.loss(z, y) if callable(self.loss) else LOSSES[self.loss][0](z, y, self.activate)

    def error_at(self, z: Tensor, y: Tensor) -> Tensor:
        """The loss's gradient at z, with respect to it, for any target; (run, sample, p)."""
        with torch.enable_grad():  # within another backward pass it is off
            z = z.detach().requires_grad_()
            return torch.autograd.grad(self.objective(z, y).sum(), z)[0]

    def squared_error(self, y_hat: Tensor, y: Tensor) -> Tensor:
        """Mean squared error over samples and outputs, (run, sample, p) to (run,)."""
        return ((y_hat - y) ** 2).mean((-2, -1))

    def accuracy(self, y_hat: Tensor, y: Tensor) -> Tensor:
        """The task's first measure of success, (run, sample, p) to (run,)."""
        return self.metrics["accuracy"](y_hat, y)


def as_tensor(name: str, values) -> Tensor:
    """The values, if they are a tensor or a numpy array of real numbers, as a tensor of their kind; else ValueError."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "biuf":
        # a copy: an array may be read-only, and unsigned numbers are little known to torch
        values = torch.from_numpy(np.array(values, dtype=np.int64 if values.dtype.kind in "iu" else None))
    if not isinstance(values, Tensor) or values.is_complex():
        got = f"an array of {values.dtype}" if isinstance(values, np.ndarray) else type(values).__name__
        words = "; texts become classes by np.unique(labels, return_inverse=True)[1]" if "<U" in got else ""
        raise ValueError(f"{name} must be a tensor or a numpy array of numbers, got {got}{words}")
    return values.detach()


def split(x: np.ndarray, y: np.ndarray, order: np.ndarray) -> dict[str, Tensor]:
    """80 % of the samples to train on, the rest to test, in the given order."""
    train = round(0.8 * len(order))
    parts = {"x": x[order[:train]], "y": y[order[:train]], "test_x": x[order[train:]], "test_y": y[order[train:]]}
    return {name: torch.from_numpy(np.ascontiguousarray(part, dtype=np.float32)) for name, part in parts.items()}
