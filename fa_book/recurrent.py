"""A recurrent encoder in the triangle: what `training.build` makes, with time as a second place to cut."""

from fa_lib.networks.mlp import Decoder
from fa_lib.networks.recurrent import Recurrent
from fa_lib.tasks import Task
from fa_lib.training import Parts, optim


def build(
    task: Task,
    feedback,
    *,
    length: int = 64,
    tau: float = 2.0,
    cut: bool = True,
    runs: int = 10,
    seed: int = 0,
    learn_decoder: bool = True,
    learn_encoder: bool = True,
) -> Parts:
    """Recurrent encoder, decoder, channel and optimizer, to be trained by `apart.fit` or `training.one_pass`.

    Args:
        task: of this file, or another whose samples, batches and 1024 are whole sequences; m is the last width.
        feedback: a channel for a single cut, such as `FA()`.
        length, tau, cut: as in `Recurrent`.
        runs, seed, learn_decoder, learn_encoder: as in `training.train`. An encoder that does not learn is an echo
            state reservoir.

    Raises:
        ValueError: for a rule of several layers, or as `Recurrent` does.

    Source: Murray 2019 (RFLO); Jaeger 2001 (echo states).
    """
    if hasattr(feedback, "layers"):
        raise ValueError(f"the recurrent encoder has one layer: use a single channel, such as FA(), not {feedback!r}")
    m, numbers = task.widths[-1], range(runs)
    encoder = Recurrent(task.x.shape[1], m, length=length, tau=tau, cut=cut, runs=numbers, seed=seed)
    decoder = Decoder(m, task.p, runs=numbers, seed=seed)
    channel = feedback.draw(task.p, m, runs=numbers, seed=seed)
    learning = [*(encoder.parameters() if learn_encoder else ()), *(decoder.parameters() if learn_decoder else ())]
    optimizer = optim.make(task.optimizer, learning, [(decoder.weight, channel)], task.lr)
    return Parts(encoder, decoder, channel, optimizer)
