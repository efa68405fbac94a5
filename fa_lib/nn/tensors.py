"""The tensors of a rule by their names: a module keeps them as buffers, and a call gives them back to the rule."""

import copy
from collections.abc import Mapping

from torch import Tensor

from fa_lib.feedback.base import Rule


def tensors_of(rule: Rule) -> dict[str, Tensor]:
    """All tensors that a drawn rule holds, those of the rules inside it with a dotted name."""
    found = {}
    for name, value in vars(rule).items():
        if isinstance(value, Tensor):
            found[name] = value
        elif isinstance(value, Rule):
            found |= {f"{name}.{inner}": tensor for inner, tensor in tensors_of(value).items()}
    return found


def with_tensors(rule: Rule, tensors: Mapping[str, Tensor]) -> Rule:
    """A copy of the rule with these tensors in the place of its own, names as `tensors_of` gives them."""
    made = copy.copy(rule)
    for name, value in vars(rule).items():
        new = tensors.get(name)
        if isinstance(value, Rule):
            inside = {key.removeprefix(f"{name}."): t for key, t in tensors.items() if key.startswith(f"{name}.")}
            new = with_tensors(value, inside)
        if new is not None:
            object.__setattr__(made, name, new)  # dataclasses of rules are frozen
    return made
