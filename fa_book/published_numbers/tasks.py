"""The tasks of the sources, each with its protocol, and the same with a held-out fifth to choose learning rates on.

What a source says is kept: widths, nonlinearity, loss, optimizer and its options, batch, number of training images, and
a new order of them at every epoch. Initial weights are this project's (uniform, as torch has them).
"""

from collections.abc import Callable

import torch

from fa_book.published_numbers import fashion
from fa_book.published_numbers.fashion import fashion_mnist
from fa_book.published_numbers.mnist1d_data import mnist_1d
from fa_lib import sweep, tasks
from fa_lib.random import generator
from fa_lib.tasks import Protocol, Task

ORDER = 1337  # of the images that PSA trains on and is judged by; the source draws its own


def _classes(task: Task, **fields) -> Task:
    return tasks.rows(task).change(output="softmax", loss="cross-entropy", **fields)


def plain_pixels(task: Task, standard: tuple[float, float]) -> Task:
    """The task with pixels from 0 to 1 again, of the mean and standard deviation that they were standardised by."""
    mean, sd = standard
    return task.change(**{name: mean + sd * getattr(task, name) for name in ("x", "test_x")})


def _first(task: Task, train: int) -> Task:
    return task.change(x=task.x[:train], y=task.y[:train])


def held_out(task: Task) -> Task:
    """The task judged on the last fifth of its training samples, which is not trained on; the test set is not used."""
    train = round(0.8 * len(task.x))
    return task.change(x=task.x[:train], y=task.y[:train], test_x=task.x[train:], test_y=task.y[train:])


def dfc_mnist(samples: int | None = None, test_samples: int | None = None) -> Task:
    """strong_dfc on MNIST: 3 x 256 tanh, Adam with a large epsilon, the first 55 000 images, 40 epochs.

    Source: Meulemans et al. 2022, github.com/mariacer/strong_dfc, dfc/EXPERIMENTS.rst. Its clipping of the gradient's
    norm at 1 is left out.
    """
    protocol = Protocol(lr=2e-3, batch=128, epochs=40, options={"eps": 2e-3}, shuffle=True)
    task = _classes(tasks.mnist(samples, test_samples), widths=(256, 256, 256), protocol=protocol)
    return _first(task, 55000)


def dfc_fashion(samples: int | None = None, test_samples: int | None = None) -> Task:
    """strong_dfc on Fashion-MNIST: the same network with a smaller rate and epsilon. Source as in `dfc_mnist`.

    Its pixels go from 0 to 1, and are not standardised as those of MNIST are (dfc/datahandlers/fashionmnist_data.py).
    """
    protocol = Protocol(lr=4e-4, batch=128, epochs=40, options={"eps": 2e-4}, shuffle=True)
    task = plain_pixels(fashion_mnist(samples, test_samples), fashion.PIXELS)
    return _first(task.change(protocol=protocol), 55000)


def psa_mnist(samples: int | None = None, test_samples: int | None = None) -> Task:
    """PSA's baseline: one layer of 128 ReLU units, AdamW, 50 000 images, judged on the other 10 000, 100 epochs.

    Source: Cotten 2025, github.com/tcotten-scrypted/persistent-stochastic-ablation-mlp. It goes back to its best
    weights after every epoch that is no better and starts AdamW anew; both are left out.
    """
    task = tasks.mnist(samples, test_samples)
    order = torch.randperm(len(task.x), generator=generator(ORDER, 0, "data"))
    x, y, train = task.x[order], task.y[order], round(len(order) * 5 / 6)
    task = task.change(x=x[:train], y=y[:train], test_x=x[train:], test_y=y[train:])
    protocol = Protocol(1e-4, batch=256, epochs=100, optimizer="adamw", options={"weight_decay": 1e-2}, shuffle=True)
    return _classes(task, widths=(128,), nonlinearity="relu", protocol=protocol)


def _held_out(make: Callable[..., Task]) -> Callable[..., Task]:
    def part(samples: int | None = None, test_samples: int | None = None) -> Task:
        return held_out(make(samples, test_samples))

    return (lambda: held_out(mnist_1d())) if make is whole_mnist_1d else part


def whole_mnist_1d() -> Task:
    """MNIST-1D as published: 4000 samples to train on, 1000 to test."""
    return mnist_1d()


FULL = {"mnist_1d": whole_mnist_1d, "dfc_mnist": dfc_mnist, "dfc_fashion": dfc_fashion, "psa_mnist": psa_mnist}
HELD = "_held_out"  # after a task's name
HELD_OUT = {name + HELD: _held_out(make) for name, make in FULL.items()}
sweep.register(__name__, tasks=FULL | HELD_OUT)
