"""Predictive coding in the triangle: the state of H moves before anything is learned.

The encoder predicts a state, H_0, and the decoder predicts y from the state. Both predictions have errors,

    F = (H - H_0)^2 / 2 + precision (y_hat(H) - y)^2 / 2 ,

and the state relaxes down F from H = H_0. Then encoder and decoder descend F, each by its own error: the encoder's is
H - H_0, how far the state has moved. `Relaxed` does this with any channel in the place of W_O, as a channel.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from fa_lib import measures, training
from fa_lib.feedback.wrapper import Wrapper
from fa_lib.seen import Step
from fa_lib.tasks import Task


def error_at(z: Tensor, y: Tensor, output) -> Tensor:
    """dLoss / dz of the mean squared error, where the state now predicts z; (run, sample, p)."""
    with torch.enable_grad():  # within another backward pass it is off
        z = z.detach().requires_grad_()
        return torch.autograd.grad(((output(z) - y) ** 2).sum() / y.shape[-2:].numel(), z)[0]


@dataclass(frozen=True)
class Relaxed(Wrapper):
    """A channel that is asked again and again while the state moves: H <- H - rate ((H - H_0) + signal at H).

    With `BP` inside, the state descends F and this is predictive coding. One step is the channel itself, times `rate`.

    Args:
        channel: what brings the output's error, computed anew from the moved state, to H.
        steps: of inference.
        rate: size of a step. Without feedback the state returns to its prediction by this share in each.
        precision: how much the output's error counts against the state's own.

    Raises:
        ValueError: for something that is no channel, fewer than one step, or a rate or precision not above 0.

    Source: Rao & Ballard 1999; Whittington & Bogacz 2017.
    """

    steps: int = 1
    rate: float = 0.1
    precision: float = 1.0

    def __post_init__(self):
        super().__post_init__()
        if isinstance(self.steps, bool) or not isinstance(self.steps, int) or self.steps < 1:
            raise ValueError(f"steps must be a whole number of 1 or more, got {self.steps!r}")
        for name in ("rate", "precision"):
            if not 0 < getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be a finite number above 0, got {getattr(self, name)}")

    def __call__(self, error: Tensor, y: Tensor, **known) -> Tensor:
        """Minus the moved state, in the unit of the loss: the gradient of F 2 / (N p precision) with respect to H_0."""
        return -self.moved(error, y, **known) / self.unit(y)

    def unit(self, y: Tensor) -> float:
        """F's output part, a sum over samples, in units of the task's loss, a mean; times precision."""
        return self.precision * y.shape[-2:].numel() / 2

    def moved(self, error: Tensor, y: Tensor, *, H: Tensor, W: Tensor, z: Tensor, output, **known) -> Tensor:
        """How far the state has moved from its prediction H after the last step, (run, sample, m).

        Args:
            error: dLoss / dz at the prediction, (run, sample, p); z there is (run, sample, p) too.
            y: target, (sample, p).
            H: the encoder's prediction, (run, sample, m).
            W: the decoder's weight, (run, p, m).
            output: the output nonlinearity.
            known: the rest of what a channel may ask for, taken as it was at the prediction.
        """
        H, z = H.detach(), z.detach()
        move = torch.zeros_like(H)
        for number in range(self.steps):
            at = (z.mT + W @ move.mT).mT if number else z  # units first in memory, as everywhere (see networks.py)
            error = error_at(at, y, output) if number else error
            signal = self.channel(error, y, H=H + move, W=W, z=at, output=output, **known)
            move = move - self.rate * (move + self.unit(y) * signal)
        return move


def energy(move: Tensor, y: Tensor, *, W: Tensor, z: Tensor, output, precision: float = 1.0) -> Tensor:
    """F of a state that has moved (run, sample, m) from its prediction, summed over samples; (run,)."""
    y_hat = output((z.detach().mT + W @ move.mT).mT)
    return (move**2).sum((1, 2)) / 2 + precision * ((y_hat - y) ** 2).sum((1, 2)) / 2


def equilibrium(error: Tensor, W: Tensor, B: Tensor, precision: float = 1.0) -> Tensor:
    """Where the state comes to rest under a linear output, from a linear system of p equations.

    move + precision (error + move W') B = 0 gives move = -precision error (I + precision B W')^-1 B. It is reached if
    the eigenvalues of I + precision B W' have positive real parts; with B = W they are all above 1.

    Args:
        error: y_hat - y at the prediction, (run, sample, p).
        W, B: the decoder's weight and the feedback, (run, p, m).
        precision: as in `Relaxed`.

    Returns:
        The move, (run, sample, m): for small precision -precision error B, which is FA's step and with B = W that of
        BP; for large precision the one that takes the output to its target, with B = W the shortest such.
    """
    p = W.shape[-2]
    system = torch.eye(p, dtype=W.dtype, device=W.device) + precision * B @ W.mT
    return -precision * error @ torch.linalg.solve(system, B)


def asymmetry(channel, y: Tensor, *, H: Tensor, W: Tensor, z: Tensor, output, width: float = 1e-4, **known) -> Tensor:
    """How far a channel's signal is from being the gradient of any function of the state; (run, sample).

    The signal's derivative by the state, an m x m matrix for each sample, is symmetric if and only if there is such a
    function. Taken by central differences: use double precision.

    Args:
        channel: drawn.
        y, H, W, z, output, known: as in `Relaxed.moved`.
        width: of the differences, in units of H.

    Returns:
        Length of the antisymmetric part over that of the whole: 0 for a gradient, 1 / sqrt 2 for a matrix of rank one
        between orthogonal directions; 0 too where the signal does not depend on the state.
    """

    def signal(move):
        at = (z.detach().mT + W @ move.mT).mT
        return channel(error_at(at, y, output), y, H=H + move, W=W, z=at, output=output, **known)

    columns = []
    for unit in range(H.shape[2]):
        move = torch.zeros_like(H)
        move[..., unit] = width
        columns.append((signal(move) - signal(-move)) / (2 * width))
    J = torch.stack(columns, 3)  # (run, sample, m of the signal, m of the state)
    total = J.norm(dim=(2, 3))
    apart = (J - J.mT).norm(dim=(2, 3)) / 2
    return torch.where(total > 0, apart / torch.where(total > 0, total, 1.0), 0.0)


def step(encoder, decoder, channel: Relaxed, task: Task, x: Tensor, y: Tensor) -> Step:
    """`training.step` with the decoder at the relaxed state, as predictive coding has it; fills the gradients.

    What is returned was seen at the prediction: nobody knows the target when the network is asked.
    """
    seen = training.step(encoder, decoder, channel, task, x, y)
    for parameter in decoder.parameters():
        parameter.grad = None
    state = seen.H - seen.signal * channel.unit(y)
    task.loss(task.activate(decoder(state)), y).sum().backward()
    return seen


class Whole(training.Parts):
    """What `training.build` makes of a `Relaxed`, with both parts learning at the relaxed state."""

    @property
    def step(self):
        """`predictive.step`."""
        return step


def learn(parts: training.Parts, task: Task, *, epochs: int) -> dict[str, Tensor]:
    """Train the parts in place, by their own step, and return the test measures, (run,) each."""
    batches = training.batches(task)
    for _ in range(epochs):
        for _ in training.one_pass(parts, task, batches):
            pass
    return measures.of_test(task, parts.encoder, parts.decoder, task.test_x, task.test_y)
