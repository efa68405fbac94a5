"""What a rule for several layers does to each of them: one value a run and layer, to be recorded while it trains.

Each function takes a `record.Step` of such a rule, and `train(..., record=layerwise.DIAGNOSTICS)` records them all:
arrays (run, epoch, layer), the first layer first (with a backbone, its output). A single cut has these measures too, as
`Direct(rule, ())`. `train` takes them from an epoch's last batch; information and readout want more samples, for
which there is `probe`.
"""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from fa_lib import information
from fa_lib.feedback import carry
from fa_lib.networks.mlp import NONLINEARITIES
from fa_lib.probes import readouts as probes
from fa_lib.record import Layer, Step

PerLayer = Float[Tensor, "run layer"]


def _layers(seen: Step) -> tuple[Layer, ...]:
    if not seen.layers:
        raise ValueError("a single cut sees no layers: use a rule for several, or this one as Direct(rule, ())")
    return seen.layers


def _each(seen: Step, measure: Callable[..., Tensor], *beside: Sequence[Tensor]) -> Tensor:
    """(run, layer), of every layer and what stands beside it."""
    return torch.stack([torch.as_tensor(measure(*one)) for one in zip(_layers(seen), *beside, strict=True)], 1)


def backpropagated(seen: Step) -> list[Tensor]:
    """What exact backpropagation would have sent to every layer, (run, sample, m) each, the first layer first.

    Raises:
        ValueError: as all functions here, for a step of a single cut.

    Source: Rumelhart et al. 1986.
    """
    layers, (_, slope_of) = _layers(seen), NONLINEARITIES[seen.nonlinearity]
    found = [carry(seen.error, layers[-1].weight)]
    for upper, lower, gamma in zip(layers[:0:-1], layers[-2::-1], seen.gamma.T.flip(0)[:, :, None, None], strict=False):
        slope = gamma * slope_of(upper.H / gamma)  # of gamma tanh(a), by a
        found.append(carry(found[-1] * slope, lower.weight))
    return found[::-1]


def signal_angle(seen: Step) -> PerLayer:
    """Angle between the gradient a layer learned from and backpropagation's, degrees; (run, layer)."""
    return _each(seen, lambda layer, exact: probes.angle(layer.signal, exact), backpropagated(seen))


def signal_ratio(seen: Step) -> PerLayer:
    """Length of the gradient a layer learned from over that of backpropagation's; (run, layer)."""

    def ratio(layer: Layer, exact: Tensor) -> Tensor:
        return layer.signal.norm(dim=(1, 2)) / exact.norm(dim=(1, 2))

    return _each(seen, ratio, backpropagated(seen))


def matrix_angle(seen: Step) -> PerLayer:
    """Angle between a rule's matrix and what it stands for, degrees; (run, layer), NaN where there is no matrix.

    A chained rule stands for the weight above its layer, a direct one for the product of all weights above.
    """
    missing = torch.full_like(seen.loss, torch.nan, dtype=torch.float64)
    return _each(seen, lambda layer: missing if layer.B is None else probes.angle(layer.B, layer.W))


def linear_readout(seen: Step, metric: Callable[[Tensor, Tensor], Tensor] | None = None) -> PerLayer:
    """How well the best linear map of each layer, with intercept, answers: mean squared error; (run, layer).

    Args:
        seen: the step.
        metric: another measure of (y_hat, y), such as `task.accuracy`.
    """
    metric = metric or (lambda y_hat, y: ((y_hat - y) ** 2).mean((1, 2)))
    return _each(seen, lambda layer: metric(probes.readout(layer.H, seen.y).to(seen.y.dtype), seen.y))


def effective_rank(seen: Step) -> PerLayer:
    """In how many directions each layer extends, `probes.effective_rank`; (run, layer)."""
    return _each(seen, lambda layer: probes.effective_rank(layer.H))


def _unit(layer: Layer) -> Tensor:
    """The signal in units of its root mean square, whatever its size; zero stays zero."""
    size = layer.signal.square().mean((1, 2), keepdim=True).sqrt()
    return layer.signal / torch.where(size > 0, size, 1.0)


def signal_information(seen: Step, bin_size: float = 0.5) -> PerLayer:
    """I(signal; Y), bits, by bins; (run, layer). Read it beside `signal_null`: bins too fine make it its ceiling.

    Args:
        seen: the step.
        bin_size: in units of the signal's root mean square and of y.
    """
    return _each(seen, lambda layer: information.binned(_unit(layer), seen.y, bin_size))


def signal_null(seen: Step, bin_size: float = 0.5, *, seed: int = 0) -> PerLayer:
    """`signal_information` with y shuffled once, alike for all runs: what the bins read where there is nothing."""
    alike = {"shuffles": 1, "seed": seed, "runs": [0] * len(seen.H)}
    return _each(seen, lambda layer: information.shuffle_null(_unit(layer), seen.y, bin_size, **alike)[:, 0])


def signal_information_linear(seen: Step) -> PerLayer:
    """I(signal; Y), bits, as if both were normal; (run, layer). Infinite where the signal fixes a part of y exactly."""
    return _each(seen, lambda layer: information.gaussian(layer.signal, seen.y, doubt=False))


DIAGNOSTICS: dict[str, Callable[[Step], Tensor]] = {
    measure.__name__: measure
    for measure in (
        signal_angle, signal_ratio, matrix_angle, linear_readout, effective_rank,
        signal_information, signal_null, signal_information_linear,
    )
}  # fmt: skip
