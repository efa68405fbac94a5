"""Losses as functions of the decoder's output z and the target: what is descended, and whose gradient is the error.

Each turns z (run, sample, p) and y (sample, p) into one number a run, a mean over samples.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn import functional

Output = Callable[[Tensor], Tensor]
OUTPUTS: Mapping[str, tuple[Output, tuple[float, float]]] = {  # nonlinearity, range of its values
    "sigmoid": (torch.sigmoid, (0.0, 1.0)),
    "softmax": (lambda z: torch.softmax(z, -1), (0.0, 1.0)),
    "linear": (lambda z: z, (-float("inf"), float("inf"))),
    "clip": (lambda z: z.clamp(-5, 5), (-5.0, 5.0)),
}


def mean_squared(z: Tensor, y: Tensor, output: Output) -> Tensor:
    """Mean squared error of output(z), over samples and outputs; the paper's loss."""
    # a mean over units first, as they lie in memory: so does the gradient, and all that is made of it is quicker
    return ((output(z) - y) ** 2).mT.mean((-2, -1))


def cross_entropy(z: Tensor, y: Tensor, output: Output) -> Tensor:
    """Cross-entropy of softmax(z), in nats, averaged over samples; y holds shares that sum to 1, one-hot as a rule."""
    return -(y * torch.log_softmax(z, -1)).sum(-1).mean(-1)


def binary_cross_entropy(z: Tensor, y: Tensor, output: Output) -> Tensor:
    """Cross-entropy of sigmoid(z), output by output, in nats; averaged over samples and outputs."""
    # logits and targets of one shape; written out because torch's own form warns of a missing run axis
    return (functional.softplus(z) - z * y).mT.mean((-2, -1))  # as above


LOSSES: Mapping[str, tuple[Callable[[Tensor, Tensor, Output], Tensor], tuple[str, ...] | None]] = {
    # function, and the output nonlinearities that go with it (None: any)
    "mean squared error": (mean_squared, None),
    "cross-entropy": (cross_entropy, ("softmax",)),
    "binary cross-entropy": (binary_cross_entropy, ("sigmoid",)),
}
