"""NF as a dendrite that saturates: how many of its units are at their end when learning begins."""

from collections.abc import Sequence

import numpy as np

from fa_lib import NF, tasks, training
from fa_lib.feedback.base import carry
from fa_lib.training.evaluate import look

BEYOND = 0.9  # of 1, the value at which tanh ends


def saturated(gain: float, *, runs: int | Sequence[int] = 10, seed: int = 0) -> np.ndarray:
    """Share of NF's middle units, over samples, that y_hat - y times a gain drives beyond `BEYOND` before learning.

    Args:
        gain: of the error at the entrance of NF.
        runs: how many repeats on IBTask, or their numbers.
        seed: of weights, NF's matrices and the split.

    Returns:
        The share, (run,).
    """
    task = tasks.ib(seed)
    model = training.build(task, NF(), runs=runs, seed=seed)
    error = task.activate(look(model.encoder, task.x, model.decoder)) - task.y  # (run, sample, p)
    return (carry(gain * error, model.rule.B1).tanh().abs() > BEYOND).float().mean((1, 2)).numpy()
