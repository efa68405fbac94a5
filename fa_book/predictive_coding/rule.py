"""Predictive coding in the triangle: the state of H moves before anything is learned.

The encoder predicts a state, H_0, and the decoder predicts y from the state. Both predictions have errors,

    F = (H - H_0)^2 / 2 + precision (y_hat(H) - y)^2 / 2 ,

and the state relaxes down F from H = H_0. Then encoder and decoder descend F, each by its own error: the encoder's is
H - H_0, how far the state has moved. `PredictiveCoding` does this with any rule in the place of W_O, as a rule.
"""

from dataclasses import dataclass

import torch

from fa_lib import check
from fa_lib.feedback.base import Error, Hidden, Target, Weight, Wrapper


def squared_error_at(z: Error, y: Target, output) -> Error:
    """dLoss / dz of the mean squared error, where the state now predicts z; (run, sample, p)."""
    with torch.enable_grad():  # within another backward pass it is off
        z = z.detach().requires_grad_()
        return torch.autograd.grad(((output(z) - y) ** 2).sum() / y.shape[-2:].numel(), z)[0]


@dataclass(frozen=True)
class PredictiveCoding(Wrapper):
    """A rule that is asked again and again while the state moves: H <- H - rate ((H - H_0) + signal at H).

    With `BP` inside, the state descends F and this is predictive coding. One step is the rule itself, times `rate`.

    Args:
        rule: what brings the output's error, computed anew from the moved state, to H.
        steps: of inference.
        rate: size of a step. Without feedback the state returns to its prediction by this share in each.
        precision: how much the output's error counts against the state's own.

    Raises:
        ValueError: for something that is no rule, fewer than one step, or a rate or precision not above 0.

    Source: Rao & Ballard 1999; Whittington & Bogacz 2017.
    """

    published = "Relaxed"
    steps: int = 1
    rate: float = 0.1
    precision: float = 1.0

    def __post_init__(self):
        super().__post_init__()
        check.whole("steps", self.steps)
        for name in ("rate", "precision"):
            check.positive(name, getattr(self, name))

    @property
    def needs(self) -> frozenset[str]:
        """What says how the output changes as the state moves, besides what the rule inside needs."""
        return self.rule.needs | {"y", "H", "W", "z", "output", "error_at"}

    def __call__(self, error: Error, y: Target, **context) -> Hidden:
        """Minus the moved state, in the unit of the loss: the gradient of F 2 / (N p precision) with respect to H_0."""
        return -self.moved(error, y, **context) / self.unit(y)

    def unit(self, y: Target) -> float:
        """F's output part, a sum over samples, in units of the task's loss, a mean; times precision."""
        return self.precision * y.shape[-2:].numel() / 2

    def moved(
        self, error: Error, y: Target, *, H: Hidden, W: Weight, z: Error, output, error_at=None, **context
    ) -> Hidden:
        """How far the state has moved from its prediction H after the last step, (run, sample, m).

        Args:
            error, H, z: dLoss / dz (run, sample, p), H (run, sample, m) and z (run, sample, p) at the prediction.
            y: target, (sample, p).
            W: the decoder's weight, (run, p, m).
            output: the output nonlinearity.
            error_at: dLoss / dz as a function of (z, y); that of the mean squared error if None.
            context: the rest of what a rule may ask for, taken as it was at the prediction.
        """
        H, z = H.detach(), z.detach()
        move = torch.zeros_like(H)
        for number in range(self.steps):
            at = (z.mT + W @ move.mT).mT if number else z  # units first in memory, as everywhere (see networks/mlp.py)
            if number:
                error = squared_error_at(at, y, output) if error_at is None else error_at(at, y)
            signal = self.rule(error, y, H=H + move, W=W, z=at, output=output, **context)
            move = move - self.rate * (move + self.unit(y) * signal)
        return move
