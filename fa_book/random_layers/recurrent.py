"""A recurrent encoder: the same triangle, with time as a second place to cut."""

import torch
from torch import Tensor, nn

from fa_lib.networks.base import RunNetwork
from fa_lib.networks.mlp import Linear, torch_default
from fa_lib.random import stack, uniform
from fa_lib.tanh import tanh


class Recurrent(RunNetwork):
    """x to H along time, starting every sequence from h = 0.

    The units leak, h(t) = (1 - 1/tau) h(t - 1) + (1/tau) tanh(W h(t - 1) + W_I x(t) + b). To decoder, rule and training
    step the moments of a sequence are samples, so that nothing else changes:

    * `FA()`, cut between moments: random feedback local online learning, RFLO (Murray 2019)
    * `BP()`, cut between moments: the same with the exact readout weights
    * `BP()`, not cut: backpropagation through time
    * `FA()`, not cut: its errors sent by a random matrix, then exact through time

    The cut takes h(t - 1) as given where it drives other units, but not where it leaks into h(t): what is left of the
    gradient is what a synapse can hold by itself, a trace of its past input that decays as its unit's memory does.

    Args:
        width_in, m: numbers of inputs and of units.
        length: moments of a sequence; samples come as whole sequences, one after another.
        tau: time constant of the leak, in moments; 1 for none.
        cut: cut the gradient between moments.
        runs: the numbers of the runs that this network holds.
        seed: of the experiment.

    Raises:
        ValueError: for a length below 1 or a tau below 1.

    Source: Murray 2019, Eq. 1; W uniform with variance 1 / m.
    """

    def __init__(self, width_in: int, m: int, *, length: int, tau: float = 2.0, cut: bool = True, runs, seed: int = 0):
        super().__init__()
        if length < 1 or not 1 <= tau < float("inf"):
            raise ValueError(f"length must be 1 or more and tau a finite number of 1 or more, got {length} and {tau}")

        def draw(random):
            return [*torch_default(width_in, m, random), uniform((m, m), (3 / m) ** 0.5, random)]

        weight, bias, W = stack(draw, runs, seed, "encoder")
        self.input, self.W = Linear(weight, bias), nn.Parameter(W)  # W (run, m, m)
        self.length, self.tau, self.cut, self.runs, self.m = length, tau, cut, len(runs), m

    def forward(self, x: Tensor) -> Tensor:
        """(sequence * moment, input) to H of shape (run, sequence * moment, m)."""
        if len(x) % self.length:
            raise ValueError(f"samples must be whole sequences of {self.length} moments, got {len(x)} samples")
        drive = self.input(x).unflatten(1, (-1, self.length))  # (run, sequence, moment, m)
        h, found = torch.zeros_like(drive[:, :, 0]), []
        for moment in drive.unbind(2):
            known = h.detach() if self.cut else h
            h = (1 - 1 / self.tau) * h + tanh(known @ self.W.mT + moment) / self.tau  # (run, sequence, m)
            found.append(h)
        return torch.stack(found, 2).flatten(1, 2)
