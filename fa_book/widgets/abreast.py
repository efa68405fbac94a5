"""Several rules side by side, as runs of one model that all start from the numbers that the page draws."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from fa_lib.feedback import Rule
from fa_lib.training import Model


@dataclass(frozen=True)
class Abreast(Rule):
    """A rule whose runs hear different ones: run i is served by the i-th of the given rules.

    Args:
        rules: one for each run.
    """

    rules: tuple[Rule, ...]

    @property
    def needs(self) -> frozenset[str]:
        """What the rules need together."""
        return frozenset().union(*(rule.needs for rule in self.rules))

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> "Abreast":
        """The same with every rule drawn for its run."""
        draws = zip(self.rules, runs, strict=True)
        return replace(self, rules=tuple(rule.draw(p, m, runs=[run], seed=seed, device=device) for rule, run in draws))

    def __call__(self, error: Tensor, y: Tensor, **context) -> Tensor:
        """error (run, sample, p) to the gradient (run, sample, m), run by run."""

        def heard(i: int, rule: Rule) -> Tensor:
            own = {name: value[i : i + 1] if isinstance(value, Tensor) else value for name, value in context.items()}
            return rule(error[i : i + 1], y, **own).mT

        return torch.cat([heard(i, rule) for i, rule in enumerate(self.rules)]).mT


def _places(model: Model) -> list[Tensor]:
    """The parameters in the order of network.js, each with a leading run axis."""
    layers = [*model.encoder.layers, model.decoder]
    return [*(place for layer in layers for place in (layer.weight, layer.bias)), *model.encoder.gamma]


def place_parameters(model: Model, start: Tensor) -> None:
    """Put 152 numbers, in the order of network.js, into every run of a network of these widths."""
    with torch.no_grad():
        for place in _places(model):
            values, start = start.tensor_split([place[0].numel()])
            place.copy_(values.reshape(place.shape[1:]))


def parameters(model: Model) -> Tensor:
    """A copy of the numbers that `place_parameters` puts in, (run, 152); gamma is 1 where there is none."""
    found = torch.cat([place.detach().flatten(1) for place in _places(model)], 1)
    return torch.nn.functional.pad(found, (0, 152 - found.shape[1]), value=1.0)
