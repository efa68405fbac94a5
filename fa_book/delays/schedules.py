"""Encoder and decoder out of step: other rates, delays, and turns, with the triangle of `training.step` unchanged."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from fa_lib import check
from fa_lib.feedback import Rule, Wrapper
from fa_lib.tasks import Protocol, Task
from fa_lib.training import Model, batches, build, evaluate, optim


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
class Late(Wrapper):
    """A rule whose signal arrives some steps late and meets the H of the moment, whatever samples that is of.

    Until the first arrives it sends zero. The drawn rule keeps what is on its way.

    Args:
        rule: of `fa_lib.feedback`, such as `TF()`.
        delay: steps.

    Raises:
        ValueError: for something that is no rule, or a delay that is no whole number of 0 or more; at a call, for a
            batch of another size than that of the signal that arrives.
    """

    delay: int
    waiting: deque = field(default_factory=deque, repr=False, compare=False)

    def __post_init__(self):
        super().__post_init__()
        check.whole("delay", self.delay, 0)

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> "Late":
        """The same with the rule inside drawn and nothing on its way."""
        return replace(super().draw(p, m, runs=runs, seed=seed, device=device), waiting=deque())

    def __call__(self, error: Tensor, y: Tensor, **context) -> Tensor:
        """error (run, sample, p) and y (sample, p) to the gradient (run, sample, m) of `delay` calls ago."""
        self.waiting.append(now := self.rule(error, y, **context))
        if len(self.waiting) <= self.delay:
            return torch.zeros_like(now)
        late = self.waiting.popleft()
        if late.shape != now.shape:
            raise ValueError(
                f"a late signal of {late.shape[1]} samples meets a batch of {now.shape[1]}: take batches of one size, "
                "by a batch that divides the number of samples"
            )
        return late


class _Mover:
    """Parameters with an optimizer of their own, and the gradients that they have still to follow."""

    def __init__(self, parameters, delay: int, protocol: Protocol):
        self.parameters, self.delay, self.waiting = list(parameters), delay, deque()
        self.optimizer, self.moves = optim.make(protocol, self.parameters, ()), 0

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
    rule: Rule,
    schedule: Schedule = LOCKSTEP,
    *,
    moves: int,
    measure_every: int = 50,
    runs: int = 10,
    seed: int = 0,
) -> tuple[xr.Dataset, Model]:
    """Train until encoder and decoder have both moved so many times, each with an optimizer of its own.

    In lockstep this is `training.train`, for the optimizers treat every parameter by itself.

    Args:
        task: what is learned; a step is one of its batches.
        rule: of `fa_lib.feedback`, for the last hidden layer; none whose matrix learns.
        schedule: when each moves.
        moves: of the one that makes fewer.
        measure_every: measure before each so-many-th step, and at the end.
        runs, seed: as in `training.train`.

    Returns:
        Dataset with dims (run, step): `test_accuracy` and `test_loss`; and the trained model.

    Raises:
        ValueError: for moves or measure_every below 1, or a rule whose matrix learns.
    """
    moves, measure_every = check.whole("moves", moves), check.whole("measure_every", measure_every)
    model, known = build(task, rule, runs=runs, seed=seed), batches(task)
    if any(cut.learns for cut in model.rules.at.values()):
        raise ValueError(f"{rule} learns a matrix beside W_O, and here nothing moves it: use a rule that is fixed")
    encoder = _Mover(model.encoder.parameters(), schedule.encoder_delay, task.protocol)
    decoder = _Mover(model.decoder.parameters(), schedule.decoder_delay, task.protocol)
    rows, step, H = {}, 0, None  # H while the encoder rests, where there is one batch only
    while min(encoder.moves, decoder.moves) < moves:
        if step % measure_every == 0:
            rows[step] = evaluate.of_test(task, model.encoder, model.decoder, task.test_x, task.test_y)
        x, y = known[step % len(known)]
        to_encoder, to_decoder = schedule.due(step)
        if to_encoder or schedule.encoder_delay:
            model.step(x, y)
            H = None
        else:  # the encoder rests: its gradient is not wanted
            with torch.no_grad():
                H = model.encoder(x) if H is None or len(known) > 1 else H
            task.objective(model.decoder(H), y).sum().backward()
        encoder.take(to_encoder)
        decoder.take(to_decoder)
        step += 1
    rows[step] = evaluate.of_test(task, model.encoder, model.decoder, task.test_x, task.test_y)
    data = {name: (("run", "step"), np.stack([row[name] for row in rows.values()], 1))
            for name in ("test_accuracy", "test_loss")}  # fmt: skip
    return xr.Dataset(data, coords={"run": np.arange(runs), "step": list(rows)}), model
