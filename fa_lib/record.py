"""What a training step saw, before the weights moved: what is measured and recorded, all of it detached."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from torch import Tensor


class Metrics(Mapping[str, Tensor]):
    """A task's metrics of one step, name to (run,): each is taken when it is first asked for, as few steps' ever are.

    Args:
        metrics: name to a function of (y_hat, y).
        y_hat, y: (run, sample, p) and (sample, p).
    """

    def __init__(self, metrics: Mapping[str, Callable[[Tensor, Tensor], Tensor]], y_hat: Tensor, y: Tensor):
        self._metrics, self._answers, self._taken = metrics, (y_hat, y), {}

    def __getitem__(self, name: str) -> Tensor:
        if name not in self._taken:
            self._taken[name] = self._metrics[name](*self._answers)
        return self._taken[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._metrics)

    def __len__(self) -> int:
        return len(self._metrics)


class Layer(NamedTuple):
    """A hidden layer under a rule for several layers."""

    H: Tensor  #: (run, sample, m)
    signal: Tensor  #: (run, sample, m), the gradient that this layer learned from
    weight: Tensor  #: (run, m of the layer above or p, m), the weight above
    W: Tensor  #: (run, what is fed back, m), the weight or product of weights in whose place a rule stands here
    B: Tensor | None  #: the same shape: what the rule has in that place; None for no cut here, or no such matrix


class Step(NamedTuple):
    """What one training step saw, before the weights moved; all detached, (run, sample, ...) or (run,)."""

    H: Tensor  #: (run, sample, m)
    y: Tensor  #: (sample, p)
    y_hat: Tensor  #: (run, sample, p)
    error: Tensor  #: (run, sample, p), dLoss / dz
    signal: Tensor  #: (run, sample, m), what the rule gave
    W: Tensor  #: (run, p, m), the decoder's weight at that moment
    gamma: Tensor  #: (run, layer), 1 without scaling
    loss: Tensor  #: (run,)
    metrics: Mapping[str, Tensor]  #: name to (run,)
    layers: tuple[Layer, ...] = ()  #: of a rule for several layers: all, the first (or the backbone's output) first
    nonlinearity: str = "tanh"  #: of these layers, but not of a backbone's output
    x: Tensor | None = None  #: (sample, ...), what was put in


class Snapshot(NamedTuple):
    """The hidden layer at one epoch."""

    H: Tensor  #: (run, sample, m)
    y: Tensor  #: (sample, p)
    H_test: Tensor  #: (run, test sample, m)
    y_test: Tensor  #: (test sample, p)
