"""What is learned: inputs, targets, how right an answer is, and the protocol of the paper's experiments.

The paper gives the tasks; learning rates, batch sizes, epochs and output nonlinearities are those of the authors' code.
The loss of every task is the mean squared error over samples and outputs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from fa_lib import data, icosahedron
from fa_lib.accuracy import correct_rate, floor_rate, nearest_rate, r_squared, threshold_rate
from fa_lib.seeds import numpy_generator

OUTPUTS: Mapping[str, tuple[Callable[[Tensor], Tensor], tuple[float, float]]] = {  # nonlinearity, range of its values
    "sigmoid": (torch.sigmoid, (0.0, 1.0)),
    "linear": (lambda z: z, (-float("inf"), float("inf"))),
    "clip": (lambda z: z.clamp(-5, 5), (-5.0, 5.0)),
}


@dataclass(frozen=True, eq=False)
class Task:
    """A learning task with its protocol.

    Args:
        name: name in figures and results.
        x, y: training inputs (sample, input) or (sample, 1, 28, 28), targets (sample, p); float32.
        test_x, test_y: the same for samples never trained on.
        output: nonlinearity after the decoder: "sigmoid", "linear" or "clip" (to -5 .. 5).
        metrics: name to function of (y_hat, y); "accuracy" must be there, TF's modulator and the figures use it.
        metric_name: what "accuracy" is called on an axis.
        lr: learning rate.
        batch: samples in a step; None for all of them.
        epochs: passes over the training set.
        widths: units of the encoder's layers, the last is m.
        features: units of the convolutional backbone's last layer; None for no backbone.
        optimizer: "adam", or "sgd" for plain steps along the gradient, as the paper's equations have them.
        nonlinearity: of the encoder's layers: "tanh" (paper), "relu" or "linear".

    Raises:
        ValueError: for empty, non-finite or mismatched arrays, targets that the output cannot reach, or a protocol
            that cannot be run.
    """

    name: str
    x: Tensor
    y: Tensor
    test_x: Tensor
    test_y: Tensor
    output: str
    metrics: Mapping[str, Callable[[Tensor, Tensor], Tensor]]
    metric_name: str
    lr: float
    batch: int | None
    epochs: int
    widths: tuple[int, ...]
    features: int | None = None
    optimizer: str = "adam"
    nonlinearity: str = "tanh"

    def __post_init__(self):
        if self.output not in OUTPUTS:
            raise ValueError(f"output must be one of {', '.join(OUTPUTS)}, got {self.output!r}")
        if "accuracy" not in self.metrics:
            raise ValueError(f'metrics must hold "accuracy", got {", ".join(self.metrics) or "none"}')
        optional = {name: getattr(self, name) for name in ("batch", "features") if getattr(self, name) is not None}
        for name, values in {"epochs": self.epochs, "widths": self.widths, **optional}.items():
            values = values if isinstance(values, tuple) else (values,)
            if not values or not all(isinstance(value, int) and value >= 1 for value in values):
                raise ValueError(f"{self.name}: {name} must be whole numbers of 1 or more, got {values}")
        if not 0 < self.lr < float("inf"):
            raise ValueError(f"{self.name}: lr must be a finite number above 0, got {self.lr}")
        dtype = torch.get_default_dtype()
        if any(getattr(part, "dtype", None) != dtype for part in (self.x, self.y, self.test_x, self.test_y)):
            raise ValueError(f"{self.name}: x and y of both sets must be tensors of {dtype}, as the networks are")
        inputs = (1, 28, 28) if self.features else tuple(self.x.shape[1:2]) or (1,)
        outputs = tuple(self.y.shape[1:2]) or (1,)
        low, high = OUTPUTS[self.output][1]
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
                raise ValueError(
                    f"{self.name}: targets must lie within {low} .. {high}, the range of the {self.output} output, "
                    f"got {y.min():g} .. {y.max():g}"
                )

    @property
    def p(self) -> int:
        """Number of outputs."""
        return self.y.shape[1]

    def activate(self, z: Tensor) -> Tensor:
        """The decoder's z to y_hat, elementwise."""
        return OUTPUTS[self.output][0](z)

    def loss(self, y_hat: Tensor, y: Tensor) -> Tensor:
        """Mean squared error over samples and outputs, (run, sample, p) to (run,)."""
        return ((y_hat - y) ** 2).mean((-2, -1))

    def accuracy(self, y_hat: Tensor, y: Tensor) -> Tensor:
        """The task's first measure of success, (run, sample, p) to (run,)."""
        return self.metrics["accuracy"](y_hat, y)


def split(x: np.ndarray, y: np.ndarray, order: np.ndarray) -> dict[str, Tensor]:
    """80 % of the samples to train on, the rest to test, in the given order."""
    train = round(0.8 * len(order))
    parts = {"x": x[order[:train]], "y": y[order[:train]], "test_x": x[order[train:]], "test_y": y[order[train:]]}
    return {name: torch.from_numpy(np.ascontiguousarray(part, dtype=np.float32)) for name, part in parts.items()}


def ib(seed: int = 0) -> Task:
    """IBTask: 12 bits on an icosahedron, two classes, one-hot (Shwartz-Ziv & Tishby 2017; paper, Section 2.1).

    Args:
        seed: seed of the split, 3277 samples to train on and 819 to test.
    """
    labels = icosahedron.labels()
    order = numpy_generator(seed, 0, "data").permutation(len(labels))
    parts = split(icosahedron.patterns(), np.eye(2)[labels], order)
    return Task("IBTask", **parts, output="sigmoid", metrics={"accuracy": correct_rate}, metric_name="correct rate",
                lr=1e-3, batch=None, epochs=1000, widths=(8, 4))  # fmt: skip


def ib_regression(seed: int = 0) -> Task:
    """IBRegTask: the same patterns, the class as one number (paper, Section 2.4). Arguments as in `ib`."""
    labels = icosahedron.labels()
    order = numpy_generator(seed, 0, "data").permutation(len(labels))
    parts = split(icosahedron.patterns(), labels[:, None], order)
    return Task("IBRegTask", **parts, output="sigmoid", metrics={"accuracy": threshold_rate}, metric_name="accuracy",
                lr=1e-3, batch=None, epochs=1000, widths=(8, 4))  # fmt: skip


def _mnist_part(split: str, samples: int | None, targets: Callable[[np.ndarray], np.ndarray]) -> tuple[Tensor, Tensor]:
    images, digits = data.mnist(split)
    if samples is not None and not 1 <= samples <= len(images):
        raise ValueError(f"samples of the {split} set must be 1 to {len(images)}, got {samples}")
    x = (images[:samples, None].astype(np.float32) / 255 - 0.1307) / 0.3081  # mean and sd of MNIST's pixels
    return torch.from_numpy(x), torch.from_numpy(targets(digits[:samples]).astype(np.float32))


def mnist(samples: int | None = None, test_samples: int | None = None) -> Task:
    """MNIST as ten sigmoid outputs (paper, Section 2.4).

    Args:
        samples, test_samples: take the first so many images; all 60 000 and 10 000 if None.

    Raises:
        ValueError: for a number of samples that is not there, or altered files. FileNotFoundError: for missing ones.
    """
    (x, y), (test_x, test_y) = (
        _mnist_part(split, n, lambda digits: np.eye(10)[digits])
        for split, n in (("train", samples), ("test", test_samples))
    )
    return Task("MNIST", x, y, test_x, test_y, output="sigmoid", metrics={"accuracy": correct_rate},
                metric_name="accuracy", lr=1e-3, batch=64, epochs=10, widths=(64, 32), features=128)  # fmt: skip


def mnist_regression(samples: int | None = None, test_samples: int | None = None) -> Task:
    """MNISTReg: the digit divided by ten, as one linear output (paper, Section 2.4).

    `accuracy` is the paper's (`floor_rate`), `nearest_accuracy` the one that a perfect but slightly noisy answer does
    not fail. Arguments and errors as in `mnist`.
    """
    (x, y), (test_x, test_y) = (
        _mnist_part(split, n, lambda digits: digits[:, None] / 10)
        for split, n in (("train", samples), ("test", test_samples))
    )
    return Task("MNISTReg", x, y, test_x, test_y, output="linear",
                metrics={"accuracy": floor_rate, "nearest_accuracy": nearest_rate}, metric_name="accuracy",
                lr=5e-4, batch=128, epochs=30, widths=(64, 32), features=128)  # fmt: skip


def clipped_polynomial(seed: int = 0) -> Task:
    """A noisy quadratic of twelve normal inputs, clipped to -5 .. 5, two outputs (caption of the paper's Fig. 4).

    y = clip(x^2 w1 + x w + 1.2 noise, -5, 5) with x, w1, w and the noise standard normal; 5120 samples.

    Args:
        seed: seed of the inputs, the weights and the noise.
    """
    random = numpy_generator(seed, 0, "data")
    x, w, w1, noise = (random.standard_normal(shape) for shape in ((5120, 12), (12, 2), (12, 2), (5120, 2)))
    y = np.clip(x**2 @ w1 + x @ w + 1.2 * noise, -5, 5)
    parts = split(x, y, np.arange(5120))
    return Task("clipped polynomial", **parts, output="clip", metrics={"accuracy": r_squared}, metric_name="$R^2$",
                lr=5e-3, batch=256, epochs=100, widths=(12, 12, 12))  # fmt: skip
