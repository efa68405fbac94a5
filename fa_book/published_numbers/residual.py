"""The network of MNIST-1D's source: each layer after the first adds to what is below it."""

from collections.abc import Collection

from torch import Tensor

from fa_lib.networks import Encoder
from fa_lib.networks.base import Hidden
from fa_lib.networks.mlp import NONLINEARITIES


class Residual(Encoder):
    """A fully connected encoder whose layers of equal width have a way around: h + relu(W h + b).

    Source: Greydanus 2020, notebooks/models.py of the repository.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(sample, input) to H of shape (run, sample, m)."""
        return self.hidden(x, (len(self.layers),))[len(self.layers)].H

    def hidden(self, x: Tensor, cuts: Collection[int], *, retain: bool = False) -> dict[int, Hidden]:
        """Every hidden layer by its number, those after a cut computed from the detached layer below."""
        found, h = {}, x
        activation, _ = NONLINEARITIES[self.nonlinearity]
        for number, layer in enumerate(self.layers, 1):
            below = h.detach() if number - 1 in cuts else h
            a = layer(below)
            h = activation(a) + below if number > 1 else activation(a)
            found[number] = Hidden(a, h, layer.weight)
        if not retain:
            return {number: found[number] for number in found if number in cuts}
        for part in found.values():
            part.a.retain_grad()
            part.H.retain_grad()
        return found
