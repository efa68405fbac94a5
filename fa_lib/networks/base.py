"""What a training step asks of an encoder: hidden layers by number, cut where a rule says."""

from collections.abc import Collection
from typing import NamedTuple

import torch
from torch import Tensor, nn


class Hidden(NamedTuple):
    """A hidden layer in the forward pass, with its graph."""

    a: Tensor  #: (run, sample, m), before the nonlinearity
    H: Tensor  #: (run, sample, m)
    weight: Tensor | None  #: (run, m, m of the layer below), that made it; None where no such matrix did


class RunNetwork(nn.Module):
    """An encoder with a run axis: x (sample, ...) to H (run, sample, m), every parameter with its run axis first.

    As it stands there is one layer to cut, H; networks with more say which in `widths` and `hidden`.
    """

    nonlinearity = "tanh"  #: of the layers, where their slopes are asked for
    runs: int  #: how many runs it holds
    m: int  #: units of H

    def widths(self) -> dict[int, int]:
        """Units of every layer that can be cut, by its number; the last is H."""
        return {1: self.m}

    def hidden(self, x: Tensor, cuts: Collection[int], *, retain: bool = False) -> dict[int, Hidden]:
        """The layers by number, those after a cut computed from the detached layer below.

        Args:
            x: samples.
            cuts: numbers of the layers that are cut.
            retain: keep the layers' gradients, for those who look on.
        """
        H = self(x)
        if retain:
            H.retain_grad()
        return {1: Hidden(H, H, None)}

    def weights_above(self) -> dict[int, Tensor | None]:
        """The weight from each layer to the next in the encoder, by the lower one's number; None where none is."""
        return {}

    def factors(self) -> Tensor:
        """A copy of every layer's gamma as it stands, (run, layer); 1 where there is none."""
        return torch.ones(self.runs, len(self.widths()))
