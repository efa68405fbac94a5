"""Training at the relaxed state: predictive coding as a whole, decoder and all."""

from torch import Tensor

from fa_lib import training
from fa_lib.feedback.predictive_coding import Relaxed
from fa_lib.record import Step
from fa_lib.tasks import Task
from fa_lib.training import evaluate


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
    return evaluate.of_test(task, parts.encoder, parts.decoder, task.test_x, task.test_y)
