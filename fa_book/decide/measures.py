"""What a signal tells of the target and where it points, run by run: measures for `train(..., record=SIGNAL)`.

Information is what a readout of the signal, fitted to one half of some samples, tells of the other half: a lower bound
of the true one, which estimates without a held-out half are not.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from fa_book.information import decoded_information
from fa_lib import probes
from fa_lib.probes import layerwise
from fa_lib.record import Step

FEATURES = 50  # of the nonlinear readout: a small decoder
SAMPLES = 1024  # looked at, the first of a batch


def cosine(seen: Step) -> Tensor:
    """Cosine of the angle between the signal and backpropagation's, (run,); 0 for no signal, which points nowhere."""
    return torch.cos(torch.deg2rad(probes.alignment(seen))).nan_to_num(0.0)


def cosine_centred(seen: Step) -> Tensor:
    """The same with the mean over samples taken out of both."""
    exact = seen.error @ seen.W
    parts = [signal - signal.mean(1, keepdim=True) for signal in (seen.signal, exact)]
    return torch.cos(torch.deg2rad(probes.angle(*parts))).nan_to_num(0.0)


def ratio(seen: Step) -> Tensor:
    """Length of the signal over that of backpropagation's, (run,)."""
    return seen.signal.norm(dim=(1, 2)) / (seen.error @ seen.W).norm(dim=(1, 2))


def told(seen: Step) -> np.ndarray:
    """Bits about y that a small nonlinear readout has from the signal, (run,)."""
    return _told(_unit(seen.signal), seen.y)


def told_null(seen: Step) -> np.ndarray:
    """The same with y handed out to the wrong samples."""
    return _told(_unit(seen.signal), decoded_information.shuffled(seen.y)[0])


def told_linear(seen: Step) -> np.ndarray:
    """Bits about y that a linear readout has from the signal, (run,)."""
    return _told(_unit(seen.signal), seen.y, probes.readout)


def told_beyond(seen: Step) -> np.ndarray:
    """Bits that a readout of H and the signal has beyond one of H alone, (run,): what the signal adds."""
    H = _unit(seen.H)
    return _told(torch.cat([H, _unit(seen.signal)], 2), seen.y) - _told(H, seen.y)


def readout_held_out(seen: Step) -> Tensor:
    """Correct rate of a linear readout of H, fitted to one half of the samples, on the other, (run,)."""
    guess, true = _guess(seen.H, seen.y, probes.readout)
    return (guess == true).double().mean(1)


def weight_cosine(seen: Step) -> Tensor:
    """Cosine between what the signal makes of the last hidden layer's weight and what backpropagation makes, (run,).

    The gradient of a weight is a sum over samples: what points every which way in the signal averages out. For tanh
    layers and a rule of layers, `Direct(rule, ())`; 0 for no signal.
    """
    below = seen.layers[-2].H
    slope = 1 - seen.H**2  # of tanh
    gradients = [(signal * slope).mT @ below for signal in (seen.signal, layerwise.backpropagated(seen)[-1])]
    return torch.cos(torch.deg2rad(probes.angle(*gradients))).nan_to_num(0.0)


def _unit(values: Tensor) -> Tensor:
    """From the mean over samples, in units of the root mean square: a signal of 1e-6 is read like one of 1."""
    values = values.double() - values.double().mean(1, keepdim=True)
    size = values.square().mean((1, 2), keepdim=True).sqrt()
    return values / torch.where(size > 1e-12, size, torch.inf)  # rounding is no signal


def _guess(values: Tensor, y: Tensor, readout: Callable) -> tuple[Tensor, Tensor]:
    """Classes that a readout fitted to the samples in even places gives those in odd places, and the true ones."""
    values, y = values[:, :SAMPLES], y[:SAMPLES]
    target = functional.one_hot(decoded_information.classes(y)).double()
    guess = readout(values[:, ::2], target[::2], at=values[:, 1::2])
    return guess.argmax(2), target[1::2].argmax(1)


def _told(values: Tensor, y: Tensor, readout: Callable | None = None) -> np.ndarray:
    readout = readout or (lambda *pair, at: probes.nonlinear_readout(*pair, at=at, features=FEATURES))
    return decoded_information.told(*_guess(values, y, readout))


SIGNAL: dict[str, Callable[[Step], Tensor | np.ndarray]] = {
    measure.__name__: measure
    for measure in (
        cosine, cosine_centred, ratio, told, told_null, told_linear, told_beyond, readout_held_out, weight_cosine,
    )
}  # fmt: skip
