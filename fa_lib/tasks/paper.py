"""What is learned: inputs, targets, how right an answer is, and the protocol of the paper's experiments.

The paper gives the tasks; learning rates, batch sizes, epochs and output nonlinearities are those of the authors' code.
The loss of every task is the mean squared error over samples and outputs.
"""

from collections.abc import Callable

import numpy as np
import torch

from fa_lib.random import numpy_generator
from fa_lib.tasks import icosahedron, idx
from fa_lib.tasks.metrics import correct_rate, floor_rate, nearest_rate, r_squared, threshold_rate
from fa_lib.tasks.protocol import Protocol
from fa_lib.tasks.task import Task, split

PIXELS = (0.1307, 0.3081)  # mean and standard deviation of MNIST's training pixels, from 0 to 1


def ib(seed: int = 0) -> Task:
    """IBTask: 12 bits on an icosahedron, two classes, one-hot (Shwartz-Ziv & Tishby 2017; paper, Section 2.1).

    Args:
        seed: seed of the split, 3277 samples to train on and 819 to test.
    """
    labels = icosahedron.labels()
    order = numpy_generator(seed, 0, "data").permutation(len(labels))
    parts = split(icosahedron.patterns(), np.eye(2)[labels], order)
    return Task("IBTask", **parts, output="sigmoid", metrics={"accuracy": correct_rate}, metric_name="correct rate",
                widths=(8, 4), protocol=Protocol(lr=1e-3, epochs=1000))  # fmt: skip


def ib_regression(seed: int = 0) -> Task:
    """IBRegTask: the same patterns, the class as one number (paper, Section 2.4). Arguments as in `ib`."""
    task = ib(seed)
    one = {name: getattr(task, name)[:, 1:].contiguous() for name in ("y", "test_y")}  # of one-hot rows the class
    return task.change(name="IBRegTask", **one, metrics={"accuracy": threshold_rate}, metric_name="accuracy")


def _mnist(samples: int | None, test_samples: int | None, targets: Callable[[np.ndarray], np.ndarray]) -> dict:
    """Images and what `targets` makes of their digits, as fields of a `Task`."""
    parts, (mean, sd) = {}, PIXELS
    for part, before, count in (("train", "", samples), ("test", "test_", test_samples)):
        images, digits = idx.mnist(part)
        if count is not None and not 1 <= count <= len(images):
            raise ValueError(f"samples of the {part} set must be 1 to {len(images)}, got {count}")
        x = (images[:count, None].astype(np.float32) / 255 - mean) / sd
        parts[f"{before}x"] = torch.from_numpy(x)
        parts[f"{before}y"] = torch.from_numpy(targets(digits[:count]).astype(np.float32))
    return parts


def mnist(samples: int | None = None, test_samples: int | None = None) -> Task:
    """MNIST as ten sigmoid outputs (paper, Section 2.4).

    Args:
        samples, test_samples: take the first so many images; all 60 000 and 10 000 if None.

    Raises:
        ValueError: for a number of samples that is not there, or altered files.
        FileNotFoundError: for missing files.
    """
    parts = _mnist(samples, test_samples, lambda digits: np.eye(10)[digits])
    return Task("MNIST", **parts, output="sigmoid", metrics={"accuracy": correct_rate},
                widths=(64, 32), features=128, protocol=Protocol(lr=1e-3, batch=64, epochs=10))  # fmt: skip


def mnist_regression(samples: int | None = None, test_samples: int | None = None) -> Task:
    """MNISTReg: the digit divided by ten, as one linear output (paper, Section 2.4).

    `accuracy` is the paper's (`floor_rate`), `nearest_accuracy` the one that a perfect but slightly noisy answer does
    not fail. Arguments and errors as in `mnist`.
    """
    parts = _mnist(samples, test_samples, lambda digits: digits[:, None] / 10)
    return Task("MNISTReg", **parts, output="linear",
                metrics={"accuracy": floor_rate, "nearest_accuracy": nearest_rate}, metric_name="accuracy",
                widths=(64, 32), features=128, protocol=Protocol(lr=5e-4, batch=128, epochs=30))  # fmt: skip


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
                widths=(12, 12, 12), protocol=Protocol(lr=5e-3, batch=256, epochs=100))  # fmt: skip


def rows(task: Task, widths: tuple[int, ...] | None = None, **fields) -> Task:
    """The task with its images as rows of pixels, for a fully connected encoder without a backbone.

    Args:
        task: such as `mnist()`; one without images only gets its widths and fields.
        widths: units of the encoder's layers; the task's own if None.
        fields: others of `Task` or `Protocol` to be changed, such as `lr` or `batch`.

    Returns:
        The task, with x of shape (sample, pixel).
    """
    flat = {"x": task.x.flatten(1), "test_x": task.test_x.flatten(1), "features": None}
    return task.change(**flat, widths=task.widths if widths is None else tuple(widths), **fields)
