"""What the law says of a training step, beside what a signal tells and where it points: measures for a sweep.

They need the layers that a `Step` of a rule for several layers has, so that a single cut is `Direct(rule, ())`.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from fa_book.decide import measures as signal
from fa_book.one_law.analysis import CASES
from fa_book.one_law.gradients import at_weights, best, cosine, pushed, readout_gradient, through, together
from fa_lib import probes
from fa_lib.feedback import carry
from fa_lib.probes import layerwise
from fa_lib.random import generator, kaiming_normal
from fa_lib.record import Step

TOLD = 819  # samples at the end that a thinned rule never hears of, see `thinning`
DRAWS = 6  # of W_O, and of B
EFFECTS = ("B", "W_O", "both")  # of a table over matrices B and decoders, see `gain_shares`


def _sent(seen: Step) -> list[Tensor]:
    return [layer.signal for layer in seen.layers]


def _layerwise(pairs) -> Tensor:
    return torch.stack([cosine(a, b) for a, b in pairs], 1)


def eq11(seen: Step) -> Tensor:
    """Cosine between the signal and Eq. 11's gradient, which is that of H sent down, at every layer, (run, layer)."""
    return _layerwise(zip(_sent(seen), through(seen, readout_gradient(seen.H, seen.y)), strict=True))


def eq11_own(seen: Step) -> Tensor:
    """The same where every layer has a readout of its own, (run, layer)."""
    return _layerwise((layer.signal, readout_gradient(layer.H, seen.y)) for layer in seen.layers)


def eq11_weights(seen: Step) -> Tensor:
    """Cosine between what the signal makes of a layer's weights and what Eq. 11's gradient makes, (run, layer)."""
    exact = at_weights(seen, through(seen, readout_gradient(seen.H, seen.y)))
    return _layerwise(zip(at_weights(seen, _sent(seen)), exact, strict=True))


def eq11_encoder(seen: Step) -> Tensor:
    """The same for all weights of the encoder as one vector, (run,)."""
    exact = at_weights(seen, through(seen, readout_gradient(seen.H, seen.y)))
    return cosine(together(at_weights(seen, _sent(seen))), together(exact))


def bp_weights(seen: Step) -> Tensor:
    """Cosine between what the signal makes of a layer's weights and what backpropagation makes, (run, layer)."""
    exact = at_weights(seen, through(seen, carry(seen.error, seen.W)))
    return _layerwise(zip(at_weights(seen, _sent(seen)), exact, strict=True))


def bp_encoder(seen: Step) -> Tensor:
    """The same for all weights of the encoder as one vector, (run,)."""
    exact = at_weights(seen, through(seen, carry(seen.error, seen.W)))
    return cosine(together(at_weights(seen, _sent(seen))), together(exact))


def told_layers(seen: Step) -> Tensor:
    """Bits about y that a small nonlinear readout has from the signal at every layer, (run, layer)."""
    parts = [signal._told(signal._unit(layer.signal), seen.y) for layer in seen.layers]
    return torch.as_tensor(np.stack(parts, 1))


def turning(seen: Step) -> Tensor:
    """Cosines between B and theta', between B and W_O, between W_O and theta', (run, 3); NaN without a matrix."""
    theta, B, W = best(seen.H, seen.y)[0].mT, seen.layers[-1].B, seen.W
    if B is None:
        return torch.full((len(W), 3), torch.nan, dtype=torch.float64)
    if W.shape[1] > 1:  # one-hot targets sum to 1, so that P is blind to what all outputs share
        theta, B, W = (part.double() - part.double().mean(1, keepdim=True) for part in (theta, B, W))
    return torch.stack([cosine(theta, B), cosine(B, W), cosine(W, theta)], 1)


def _errors(seen: Step) -> dict[str, list[Tensor]]:
    """For every case the errors of several decoders at the present H, (run, sample, p) each; the last is the target's.

    Decoders: the present W_O, the best readout, `DRAWS` drawn as at the start, and none.
    """
    H, y = seen.H.double(), seen.y.double()
    drawn = _drawn(seen, 0)
    z = [carry(H, W.mT) for W in (seen.W.double(), best(H, y)[0].mT, *drawn)]
    found = {}
    for case in CASES:
        errors = [torch.sigmoid(part) if "own" in case else part for part in z]
        errors = [error - y for error in [*errors, torch.zeros_like(z[0])]]
        found[case] = [error - error.mean(1, keepdim=True) for error in errors] if "centred" in case else errors
    return found


def _drawn(seen: Step, number: int) -> list[Tensor]:
    """Matrices (run, p, m) drawn as W_O and B are at the start, the same for all runs."""
    p, m = seen.W.shape[1:]
    random = generator(0, number, "control")
    return [kaiming_normal(p, m, random).double().expand(len(seen.H), p, m) for _ in range(DRAWS)]


def gains(seen: Step) -> Tensor:
    """How fast the readout would gain at this moment: (run, case, B, decoder).

    One H and one encoder; the signal is -(y_hat - y) B for `DRAWS` matrices B, the rule's own first if it has one, and
    y_hat of the decoders of `_errors`, the last of which is none: the target alone. `CASES`: H moves freely or by the
    encoder's kernel; y_hat is H W' or the sigmoid of it; the error keeps its mean over samples or not. A gain is
    <g_R, S> where H is free and <g_R, K S> elsewhere.
    """
    exact = readout_gradient(seen.H, seen.y)
    moved = pushed(seen, at_weights(seen, through(seen, exact)))  # K g_R
    own = seen.layers[-1].B
    matrices = ([] if own is None else [own.double()]) + _drawn(seen, 1)
    B = torch.stack(matrices[:DRAWS], 1)  # (run, B, p, m)
    rows = []
    for case, errors in _errors(seen).items():
        by = moved if "encoder" in case else exact
        sums = torch.stack([error.mT @ by for error in errors], 1)  # (run, decoder, p, m)
        rows.append(torch.einsum("rbpm,rdpm->rbd", B, sums))
    return torch.stack(rows, 1)


def gain_shares(seen: Step) -> Tensor:
    """Of the variance of `gains` over matrices and decoders, the shares of B, of the decoder, and of both together.

    Returns:
        (run, case, effect), effects as in `EFFECTS`; they sum to 1.
    """
    table = gains(seen)  # (run, case, B, decoder)
    mean = table.mean((2, 3), keepdim=True)
    by_B, by_W = table.mean(3, keepdim=True) - mean, table.mean(2, keepdim=True) - mean
    rest = table - mean - by_B - by_W
    parts = torch.stack([part.expand_as(table).square().sum((2, 3)) for part in (by_B, by_W, rest)], 2)
    return parts / parts.sum(2, keepdim=True).clamp_min(1e-300)


def gain_apart(seen: Step) -> Tensor:
    """How far the gain under the rule's own B moves with the decoder: (run, case, 2).

    First the root mean square over decoders of its distance from that of the target alone, in shares of the latter;
    then the share of decoders under which it has the same sign.
    """
    table = gains(seen)[:, :, 0]  # (run, case, decoder)
    target, others = table[..., -1:], table[..., :-1]
    apart = ((others - target).square().mean(2, keepdim=True)).sqrt() / target.abs()
    return torch.cat([apart, (others.sign() == target.sign()).double().mean(2, keepdim=True)], 2)


def ranks(seen: Step) -> Tensor:
    """Effective rank of the error, then of every layer's signal, then of every layer, (run, 1 + 2 layers)."""
    parts = [seen.error, *_sent(seen), *(layer.H for layer in seen.layers)]
    size = [
        part.double() / part.double().square().mean((1, 2), keepdim=True).sqrt().clamp_min(1e-300) for part in parts
    ]
    return torch.stack([probes.effective_rank(part) for part in size], 1)


def readout_untold(seen: Step) -> Tensor:
    """Correct rate of a linear readout of H at the last `TOLD` samples of a batch, fitted to the others, (run,)."""
    y = seen.y
    guess = probes.readout(seen.H[:, :-TOLD], y[:-TOLD], at=seen.H[:, -TOLD:])
    return (guess.argmax(2) == y[-TOLD:].argmax(1)).double().mean(1)


def bits_told(seen: Step) -> np.ndarray:
    """Bits about y, a sample, that a small nonlinear readout has from the signal; silent samples count, (run,)."""
    return signal.told(seen)


def _set(*measures: Callable) -> dict[str, Callable]:
    return {measure.__name__: measure for measure in measures}


LAW = _set(eq11, eq11_weights, eq11_encoder, bp_weights, bp_encoder, turning, signal.told, signal.told_linear)
LAW |= _set(signal.cosine, signal.readout_held_out)
LAYERS = _set(eq11, eq11_own, eq11_weights, eq11_encoder, bp_weights, bp_encoder, turning, told_layers)
LAYERS |= _set(gain_shares, gain_apart, ranks, layerwise.linear_readout)
TURNING = _set(turning)
BUDGET = _set(eq11_encoder, bp_encoder, readout_untold, bits_told)
