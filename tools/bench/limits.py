"""The least a step can cost: its multiply-adds at the rate of a large product, and its tanh evaluations."""

from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
import torch

from fa_lib.tasks.task import Task

CONV1, CONV2 = 24 * 24 * 10 * 25, 8 * 8 * 20 * 250  # multiply-adds of an image
SIZE = 768  # of the product whose rate counts
EVALUATIONS = 2**20  # of tanh, on numbers that stay in the cache


def forward(task: Task) -> int:
    """Multiply-adds of one sample's way to z."""
    return sum(_layers(task))


def step(task: Task) -> int:
    """Multiply-adds of one sample in a step: forward, every weight's gradient, feedback, back through the encoder."""
    first, *others = _layers(task)
    return 2 * (first + sum(others)) + sum(others)  # the decoder's way back is the feedback's


def _layers(task: Task) -> list[int]:
    dense = [a * b for a, b in pairwise((task.features or task.x.shape[1], *task.widths, task.p))]
    return [CONV1, CONV2, 320 * task.features, *dense] if task.features else dense


def sides() -> dict[str, Callable]:
    """What has to be timed beside the work: a product and tanh, float32."""
    a, b, product = (torch.randn(SIZE, SIZE) for _ in range(3))
    values = torch.randn(2**13).numpy()
    result = np.empty_like(values)

    def tanh():
        for _ in range(EVALUATIONS // len(values)):
            np.tanh(values, out=result)  # faster than torch's

    return {"product": lambda: torch.mm(a, b, out=product), "tanh": tanh}


def seconds(taken: Mapping[str, float], multiply_adds: float, evaluations: float) -> float:
    """The limit, from how long `sides` took."""
    return multiply_adds * taken["product"] / SIZE**3 + evaluations * taken["tanh"] / EVALUATIONS
