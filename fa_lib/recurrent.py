"""A recurrent encoder: the same triangle, with time as a second place to cut.

The units leak, h(t) = (1 - 1/tau) h(t - 1) + (1/tau) tanh(W h(t - 1) + W_I x(t) + b), and the decoder reads h at every
time. To decoder, channel and training step the moments of a sequence are samples, so that nothing else changes:

    FA,  cut between moments      random feedback local online learning, RFLO (Murray 2019)
    BP,  cut between moments      the same with the exact readout weights
    BP,  not cut                  backpropagation through time
    FA,  not cut                  its errors sent by a random matrix, then exact through time

The cut takes h(t - 1) as given where it drives other units, but not where it leaks into h(t): what is left of the
gradient is what a synapse can hold by itself, a trace of its past input that decays as its unit's memory does.
"""

import torch
from torch import Tensor, nn

from fa_lib import optimizers, tasks
from fa_lib.measures import PART
from fa_lib.networks import Decoder, Linear, stack, uniform
from fa_lib.seeds import numpy_generator
from fa_lib.tasks import Task
from fa_lib.training import Parts


class Recurrent(nn.Module):
    """x to H along time, starting every sequence from h = 0.

    Args:
        width_in: number of inputs.
        m: number of units.
        length: moments of a sequence; samples come as whole sequences, one after another.
        tau: time constant of the leak, in moments; 1 for none.
        cut: cut the gradient between moments.
        runs: the numbers of the runs that this network holds.
        seed: seed of the experiment.

    Raises:
        ValueError: for a length below 1 or a tau below 1.

    Source: Murray 2019, Eq. 1; W uniform with variance 1 / m.
    """

    def __init__(self, width_in: int, m: int, *, length: int, tau: float, cut: bool, runs, seed: int = 0):
        super().__init__()
        if length < 1 or not 1 <= tau < float("inf"):
            raise ValueError(f"length must be 1 or more and tau a finite number of 1 or more, got {length} and {tau}")

        def draw(random):
            bound = width_in**-0.5
            tensors = [uniform((m, width_in), bound, random), uniform((m,), bound, random)]
            return [*tensors, uniform((m, m), (3 / m) ** 0.5, random)]

        weight, bias, W = stack(draw, runs, seed, "encoder")
        self.input, self.W = Linear(weight, bias), nn.Parameter(W)  # W (run, m, m)
        self.length, self.tau, self.cut = length, tau, cut

    def forward(self, x: Tensor) -> Tensor:
        """(sequence * moment, input) to H of shape (run, sequence * moment, m)."""
        if len(x) % self.length:
            raise ValueError(f"samples must be whole sequences of {self.length} moments, got {len(x)} samples")
        drive = self.input(x).unflatten(1, (-1, self.length))  # (run, sequence, moment, m)
        h, found = torch.zeros_like(drive[:, :, 0]), []
        for moment in drive.unbind(2):
            known = h.detach() if self.cut else h
            h = (1 - 1 / self.tau) * h + torch.tanh(known @ self.W.mT + moment) / self.tau  # (run, sequence, m)
            found.append(h)
        return torch.stack(found, 2).flatten(1, 2)

    def factors(self) -> Tensor:
        """The factor gamma, which there is not here: (run, 1), all 1."""
        return torch.ones_like(self.W[:, :1, 0]).detach()


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
    optimizer = optimizers.make(task.optimizer, learning, [(decoder.weight, channel)], task.lr)
    return Parts(encoder, decoder, channel, optimizer)


def delayed(delay: int = 4, *, length: int = 64, sequences: int = 32, m: int = 32, seed: int = 0) -> Task:
    """Say what the input was some moments ago: y(t) = x(t - delay), x uniform in -1 .. 1, y = 0 before there was one.

    Args:
        delay: moments to remember.
        length: moments of a sequence, a divisor of 1024.
        sequences: to train on; a quarter as many to test.
        m: units of the encoder.
        seed: seed of the inputs.

    Raises:
        ValueError: for a delay that is not shorter than the sequence, or a length that does not divide 1024.
    """
    if not 0 <= delay < length or PART % length:
        raise ValueError(f"length must divide {PART} and be longer than the delay, got {length} and a delay of {delay}")
    total = sequences + max(sequences // 4, 1)
    x = numpy_generator(seed, 0, "data").uniform(-1, 1, (total, length))
    x = torch.from_numpy(x).to(torch.get_default_dtype())
    y = torch.zeros_like(x)
    y[:, delay:] = x[:, : length - delay]
    x, y = (part.reshape(-1, 1) for part in (x, y))
    known = sequences * length
    return Task(f"delay of {delay}", x[:known], y[:known], x[known:], y[known:], output="linear",
                metrics={"accuracy": tasks.r_squared}, metric_name="$R^2$", lr=5e-3, batch=4 * length, epochs=100,
                widths=(m,))  # fmt: skip
