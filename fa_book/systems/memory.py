"""Recurrent units that learn beside recurrent units that do not: enough paired runs to decide.

All networks of one run start from the same weights, so that what differs is what was learned.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from fa_book.random_layers.random_layers import read
from fa_book.random_layers.recurrent import Recurrent
from fa_lib import tasks, training
from fa_lib.feedback import FA, Rule
from fa_lib.tasks import Task


class Way(NamedTuple):
    """How the recurrent units come to be."""

    rule: Rule | None  #: None for units as they were drawn: an echo state network
    lr: float = 1e-3
    cut: bool = True  #: the gradient between moments; `FA()` and a cut are RFLO
    tau: float = 2.0  #: of the leak, in moments


WAYS = {
    "echo state network": Way(None),
    "the same without leak": Way(None, tau=1.0),
    "RFLO": Way(FA(), 1e-3),
    "FA through time": Way(FA(), 5e-3, cut=False),
}
SHORT = {  # for the axis of a figure
    "no learning": "echo state network",
    "no leak": "the same without leak",
    "RFLO": "RFLO",
    "FA": "FA through time",
}


def compare(
    task: Task,
    ways: Mapping[str, Way] = WAYS,
    *,
    length: int = 32,
    m: int = 32,
    runs: int = 50,
    epochs: int = 100,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """R² on held-out sequences, (run,), of a ridge regression on the units, by the way they came to be.

    Args:
        task: `delayed` or `product` of `random_layers`, in sequences of `length` moments.
        ways: by name.
        m: units, the same for all.
        runs, epochs, seed: as in `training.train`.
    """
    found = {}
    for name, way in ways.items():
        units = Recurrent(task.x.shape[1], m, length=length, tau=way.tau, cut=way.cut, runs=range(runs), seed=seed)
        model = training.build(
            task.change(widths=(m,), lr=way.lr), way.rule or FA(), encoder=units, runs=runs, seed=seed,
            learn_encoder=way.rule is not None,
        )  # fmt: skip
        if way.rule is not None:
            training.trained(model, epochs, seed=seed)
        found[name] = read(model, lambda guess, y: tasks.r_squared(guess, y).numpy())
    return found
