"""What several test files share: small tasks, double precision, and a plain torch.nn network to compare with."""

import gc
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from jaxtyping import install_import_hook
from torch import nn

# shapes in annotations are looked at in tests alone, and before anything else imports these rooms
SHAPED = ["fa_lib.feedback", "fa_lib.nn", "fa_lib.probes", "fa_book.bottleneck.autoencoder"]
SHAPED += ["fa_book.coding_rate.reduction", "fa_book.encoder_decoder.saturation"]
SHAPED += ["fa_book.predictive_coding.rule", "fa_book.sensitivity.initial", "fa_book.information.decoded_information"]
install_import_hook(SHAPED, "shapes.checker")

from fa_lib import tasks  # noqa: E402

torch.set_num_threads(1)  # one tiny network gains nothing from more, and several test processes may run at once


def pytest_collection_finish():
    """What was imported stays: Python need not look through a million objects again while tests run."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def for_all_workers(tmp_path_factory) -> Path:
    """A folder that all processes of this run of pytest have in common."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture
def double():
    """Networks and rules drawn in double precision, so that oracles can be compared to many digits."""
    torch.set_default_dtype(torch.float64)
    yield torch.float64
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def in_double():
    """A function that makes a task in double precision; all that is drawn afterwards is in double precision too."""

    def convert(make):
        torch.set_default_dtype(torch.float32)
        task = make()
        torch.set_default_dtype(torch.float64)
        arrays = {name: getattr(task, name).double() for name in ("x", "y", "test_x", "test_y")}
        return task.change(**arrays)

    yield convert
    torch.set_default_dtype(torch.float32)


@pytest.fixture(scope="session")
def toy():
    """A function that makes a task learnt in a second: on which side of a plane does x lie?"""

    def make(*, samples=150, test_samples=50, batch=None, seed=0, output="sigmoid", metrics=None, **fields):
        random = np.random.default_rng(seed)
        x = random.standard_normal((samples + test_samples, 5))
        y = np.eye(2)[(x @ random.standard_normal(5) > 0).astype(int)]
        x, y = (torch.tensor(part, dtype=torch.get_default_dtype()) for part in (x, y))
        own = {"lr": 1e-2, "epochs": 5, "batch": batch, "widths": (6, 4), "metric_name": "correct rate"} | fields
        task = tasks.Task("toy", x[:samples], y[:samples], x[samples:], y[samples:], output=output,
                          metrics=metrics or {"accuracy": tasks.correct_rate})  # fmt: skip
        return task.change(**own)

    return make


@pytest.fixture(scope="session")
def images():
    """A function that makes a task of random images for the convolutional backbone, small enough for a test."""

    def make(*, samples=20, batch=None, features=16, widths=(8, 6)):
        random = torch.Generator().manual_seed(0)
        x = torch.randn(samples + 30, 1, 28, 28, generator=random)
        x[:, :, :14], x[:, :, :, 20:] = 0, -0.4242  # as in MNIST, much of an image is blank: all of a pool is largest
        y = torch.eye(3)[torch.randint(3, (samples + 30,), generator=random)]
        return tasks.Task("images", x[:samples], y[:samples], x[samples:], y[samples:], output="sigmoid",
                          metrics={"accuracy": tasks.correct_rate}, metric_name="correct rate", widths=widths,
                          features=features, protocol=tasks.Protocol(lr=1e-2, batch=batch, epochs=2))  # fmt: skip

    return make


class Gamma(nn.Module):
    def __init__(self, value):
        super().__init__()
        self.value = nn.Parameter(value)

    def forward(self, h):
        return self.value * h


def _module(module, **tensors):
    """The module with copies of the given tensors as its parameters."""
    for name, tensor in tensors.items():
        setattr(module, name, nn.Parameter(tensor.detach().clone()))
    return module


@pytest.fixture(scope="session")
def plain():
    """A function (encoder, decoder, run) -> (plain encoder, plain decoder, pairs of our and its parameters).

    The plain networks are torch.nn modules that hold a copy of one run's weights.
    """

    def copy(encoder, decoder, run):
        layers, pairs = [], []

        def add(module, **ours):
            layers.append(_module(module, **{name: tensor[run] for name, tensor in ours.items()}))
            pairs.extend((tensor, getattr(module, name)) for name, tensor in ours.items())

        if (b := encoder.backbone) is not None:
            add(nn.Conv2d(1, 10, 5), weight=b.conv1, bias=b.bias1)
            layers.extend([nn.MaxPool2d(2), nn.ReLU()])
            add(nn.Conv2d(10, 20, 5), weight=b.conv2, bias=b.bias2)
            layers.extend([nn.MaxPool2d(2), nn.ReLU(), nn.Flatten()])
            add(nn.Linear(320, b.linear.weight.shape[1]), weight=b.linear.weight, bias=b.linear.bias)
        for number, layer in enumerate(encoder.layers):
            add(nn.Linear(*layer.weight.shape[:0:-1]), weight=layer.weight, bias=layer.bias)
            layers.append({"tanh": nn.Tanh, "relu": nn.ReLU, "linear": nn.Identity}[encoder.nonlinearity]())
            if len(encoder.gamma):
                layers.append(Gamma(encoder.gamma[number][run].detach().clone()))
                pairs.append((encoder.gamma[number], layers[-1].value))
        body = nn.Sequential(*layers)
        layers = []
        add(nn.Linear(*decoder.weight.shape[:0:-1]), weight=decoder.weight, bias=decoder.bias)
        return body, layers[0], pairs

    return copy


@pytest.fixture(scope="session")
def plain_training(plain):
    """A function that trains one run with torch.nn alone, for tasks with sigmoid output and classes as targets.

    The error is written out by hand; B None means backpropagation. Yields, for every epoch, a dict of what was seen
    before each update (lists over batches) and of the test outputs after the last.
    """

    def train(task, encoder, decoder, run, *, epochs, B=None, learn_decoder=True):
        body, head, _ = plain(encoder, decoder, run)
        kind = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[task.protocol.optimizer]
        optimizer = kind([*body.parameters(), *(head.parameters() if learn_decoder else ())], lr=task.lr)
        for _ in range(epochs):
            seen = {"H": [], "y_hat": [], "y": []}
            for start in range(0, len(task.x), task.batch or len(task.x)):
                stop = start + (task.batch or len(task.x))
                x, y = task.x[start:stop], task.y[start:stop]
                H = body(x)
                y_hat = torch.sigmoid(head(H.detach()))
                error = (2 / y.numel() * (y_hat - y) * y_hat * (1 - y_hat)).detach()
                for name, value in {"H": H, "y_hat": y_hat, "y": y}.items():
                    seen[name].append(value.detach().numpy())
                optimizer.zero_grad()
                H.backward(error @ (head.weight.detach() if B is None else B))
                head.weight.grad, head.bias.grad = error.T @ H.detach(), error.sum(0)
                optimizer.step()
            with torch.no_grad():
                yield seen | {"test_y_hat": torch.sigmoid(head(body(task.test_x))).numpy()}

    return train


def pytest_terminal_summary(terminalreporter, config):
    """Where something fails, how to have the tests in the same order again."""
    seed = config.getoption("randomly_seed", None)
    if seed is not None and any(terminalreporter.stats.get(word) for word in ("failed", "error")):
        terminalreporter.write_line(f"the same order again: --randomly-seed={seed}")
