"""Say what the input was some moments ago: the simplest task that needs a memory."""

import torch

from fa_lib.random import numpy_generator
from fa_lib.tasks.metrics import r_squared
from fa_lib.tasks.protocol import Protocol
from fa_lib.tasks.task import Task


def delayed(delay: int = 4, *, length: int = 64, sequences: int = 32, m: int = 32, seed: int = 0) -> Task:
    """Say what the input was some moments ago: y(t) = x(t - delay), x uniform in -1 .. 1, y = 0 before there was one.

    Args:
        delay: moments to remember.
        length: moments of a sequence, a divisor of 1024.
        sequences: to train on; a quarter as many to test.
        m: units of the encoder.
        seed: seed of the inputs.

    Raises:
        ValueError: for a delay that is not shorter than the sequence, or a length that does not divide 1024.
    """
    if not 0 <= delay < length or 1024 % length:
        raise ValueError(f"length must divide 1024 and be longer than the delay, got {length} and a delay of {delay}")
    total = sequences + max(sequences // 4, 1)
    x = torch.from_numpy(numpy_generator(seed, 0, "data").uniform(-1, 1, (total, length)))
    x = x.to(torch.get_default_dtype())
    y = torch.zeros_like(x)
    y[:, delay:] = x[:, : length - delay]
    x, y = (part.reshape(-1, 1) for part in (x, y))
    known = sequences * length
    return Task(f"delay of {delay}", x[:known], y[:known], x[known:], y[known:], output="linear",
                metrics={"accuracy": r_squared}, metric_name="$R^2$", widths=(m,),
                protocol=Protocol(lr=5e-3, batch=4 * length, epochs=100))  # fmt: skip
