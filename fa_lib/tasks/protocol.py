"""How a task is learned, apart from what is learned."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fa_lib import check


@dataclass(frozen=True)
class Protocol:
    """How a task is learned.

    Args:
        lr: learning rate.
        batch: samples in a step; None for all of them.
        epochs: passes over the training set.
        optimizer: "adam", "adamw", "rmsprop" or "sgd" (plain steps along the gradient, as the paper's equations have
            them), or a function of (parameters, lr=...) that gives a `torch.optim.Optimizer`.
        options: further options of the optimizer, such as {"momentum": 0.9}.
        schedule: function of the epoch, counted from 0, to a factor of the learning rate, such as
            `lambda epoch: 0.5 ** (epoch // 30)`; constant if None.
        shuffle: take the samples in a new order at every epoch, the same for all runs and rules of a seed.

    Raises:
        ValueError: for a protocol that cannot be run.
    """

    lr: float = 1e-3
    batch: int | None = None
    epochs: int = 100
    optimizer: str | Callable = "adam"
    options: Mapping[str, object] = field(default_factory=dict)
    schedule: Callable[[int], float] | None = None
    shuffle: bool = False

    def __post_init__(self):
        check.positive("lr", self.lr)
        check.whole("epochs", self.epochs)
        if self.batch is not None:
            check.whole("batch", self.batch)
        if not callable(self.optimizer):
            check.one_of("optimizer", self.optimizer, ("adam", "adamw", "rmsprop", "sgd"))
        if self.schedule is not None and not _is_factor(self.schedule):
            raise ValueError(
                "schedule must be a function of the epoch, counted from 0, to a factor of the learning rate, such as "
                f"lambda epoch: 0.5 ** (epoch // 30), got {self.schedule!r}; torch's schedulers are not taken"
            )
        check.truth("shuffle", self.shuffle)


def _is_factor(schedule) -> bool:
    """Whether it gives a number for the first epoch; a scheduler of torch, or its class, does not."""
    try:
        return math.isfinite(schedule(0))
    except Exception:
        return False
