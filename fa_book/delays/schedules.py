"""Encoder and decoder out of step: other rates, delays, and turns, with the triangle of `training.step` unchanged."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from fa_lib import training
from fa_lib.tasks.task import Task
from fa_lib.training import evaluate
from fa_lib.training.optim import make


@dataclass(frozen=True)
class Schedule:
    """When encoder and decoder move.

    Args:
        encoder_every, decoder_every: move at each so-many-th step.
        encoder_delay, decoder_delay: a move follows the gradient of so many steps ago, taken with the H of then.
        turns: so many steps for the encoder alone, then for the decoder alone, and so on; None for both at once.

    Raises:
        ValueError: for a rate or turns below 1, or a negative delay.
    """

    encoder_every: int = 1
    decoder_every: int = 1
    encoder_delay: int = 0
    decoder_delay: int = 0
    turns: int | None = None

    def __post_init__(self):
        rates, delays = (self.encoder_every, self.decoder_every), (self.encoder_delay, self.decoder_delay)
        if min(*rates, 1 if self.turns is None else self.turns) < 1 or min(delays) < 0:
            raise ValueError(f"rates and turns must be 1 or more and delays 0 or more, got {self}")

    def due(self, step: int) -> tuple[bool, bool]:
        """Whether encoder and decoder move at this step, counted from 0."""
        turn = None if self.turns is None else step // self.turns % 2
        return turn != 1 and step % self.encoder_every == 0, turn != 0 and step % self.decoder_every == 0


LOCKSTEP = Schedule()


@dataclass(frozen=True)
class Late:
    """A channel whose signal arrives some steps late and meets the H of the moment, whatever samples that is of.

    Until the first arrives it sends zero. The drawn channel keeps what is on its way.

    Args:
        channel: a channel of `fa_lib.feedback`, such as `TF()`.
        delay: steps.
    """

    channel: object
    delay: int
    waiting: deque = field(default_factory=deque, repr=False, compare=False)

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> "Late":
        """The same with the inner channel drawn and nothing on its way."""
        return replace(self, channel=self.channel.draw(p, m, runs=runs, seed=seed, device=device), waiting=deque())

    def __call__(self, error: Tensor, y: Tensor, **known) -> Tensor:
        """error (run, sample, p) and y (sample, p) to the gradient (run, sample, m) of `delay` calls ago."""
        self.waiting.append(self.channel(error, y, **known))
        if len(self.waiting) <= self.delay:
            return torch.zeros_like(self.waiting[-1])
        return self.waiting.popleft()


class _Mover:
    """Parameters with an optimizer of their own, and the gradients that they have still to follow."""

    def __init__(self, parameters, delay: int, kind: str, lr: float):
        self.parameters, self.delay, self.waiting = list(parameters), delay, deque()
        self.optimizer, self.moves = make(kind, self.parameters, (), lr), 0

    def take(self, move: bool) -> None:
        """Take in the gradient of this step; if it is time to move, follow the one of `delay` steps ago."""
        self.waiting.append([parameter.grad for parameter in self.parameters])
        late = self.waiting.popleft() if len(self.waiting) > self.delay else None
        if move and late is not None:
            for parameter, gradient in zip(self.parameters, late, strict=True):
                parameter.grad = gradient
            self.optimizer.step()
            self.moves += 1
        for parameter in self.parameters:
            parameter.grad = None


def fit(
    task: Task,
    feedback,
    schedule: Schedule = LOCKSTEP,
    *,
    moves: int,
    every: int = 50,
    runs: int = 10,
    seed: int = 0,
) -> tuple[xr.Dataset, training.Parts]:
    """Train until encoder and decoder have both moved so many times, each with an optimizer of its own.

    In lockstep this is `training.train`, for the optimizers treat every parameter by itself.

    Args:
        task: what is learned; a step is one of its batches.
        feedback: a channel of `fa_lib.feedback` for a single cut, but `KolenPollack`.
        schedule: when each moves.
        moves: of the one that makes fewer.
        every: measure before each so-many-th step, and at the end.
        runs, seed: as in `training.train`.

    Returns:
        Dataset with dims (run, step): `test_accuracy` and `test_loss`; and the trained parts.

    Raises:
        ValueError: for moves or every below 1.
    """
    if moves < 1 or every < 1:
        raise ValueError(f"moves and every must be 1 or more, got {moves} and {every}")
    parts, batches = training.build(task, feedback, runs=runs, seed=seed), training.batches(task)
    encoder = _Mover(parts.encoder.parameters(), schedule.encoder_delay, task.optimizer, task.lr)
    decoder = _Mover(parts.decoder.parameters(), schedule.decoder_delay, task.optimizer, task.lr)
    rows, step, H = {}, 0, None  # H while the encoder rests, where there is one batch only
    while min(encoder.moves, decoder.moves) < moves:
        if step % every == 0:
            rows[step] = evaluate.of_test(task, parts.encoder, parts.decoder, task.test_x, task.test_y)
        x, y = batches[step % len(batches)]
        to_encoder, to_decoder = schedule.due(step)
        if to_encoder or schedule.encoder_delay:
            parts.step(*parts[:3], task, x, y)
            H = None
        else:  # the encoder rests: its gradient is not wanted
            with torch.no_grad():
                H = parts.encoder(x) if H is None or len(batches) > 1 else H
            task.loss(task.activate(parts.decoder(H)), y).sum().backward()
        encoder.take(to_encoder)
        decoder.take(to_decoder)
        step += 1
    rows[step] = evaluate.of_test(task, parts.encoder, parts.decoder, task.test_x, task.test_y)
    data = {name: (("run", "step"), np.stack([row[name] for row in rows.values()], 1))
            for name in ("test_accuracy", "test_loss")}  # fmt: skip
    return xr.Dataset(data, coords={"run": np.arange(runs), "step": list(rows)}), parts
