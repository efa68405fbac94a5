"""Training at the relaxed state: predictive coding as a whole, decoder and all."""

from torch import Tensor

from fa_lib import training
from fa_lib.record import Step
from fa_lib.training import evaluate


class Whole(training.Model):
    """What `training.build` makes of a `PredictiveCoding`, with both parts learning at the relaxed state.

    `Whole(*training.build(task, PredictiveCoding(FA())))` is trained as any other model is.
    """

    def step(self, x: Tensor, y: Tensor) -> Step:
        """`training.step` with the decoder at the relaxed state, as predictive coding has it; fills the gradients.

        What is returned was seen at the prediction: nobody knows the target when the network is asked.
        """
        seen = super().step(x, y)
        for parameter in self.decoder.parameters():
            parameter.grad = None
        state = seen.H - seen.signal * self.rule.unit(y)  # (run, sample, m)
        self.task.objective(self.decoder(state), y).sum().backward()
        return seen


def learn(model: training.Model, *, epochs: int) -> dict[str, Tensor]:
    """Train the model in place, by its own step, and return the test measures, (run,) each."""
    training.trained(model, epochs)
    task = model.task
    return evaluate.of_test(task, model.encoder, model.decoder, task.test_x, task.test_y)
