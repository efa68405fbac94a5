"""What is attached to a model: forward hooks that cut it, and send each cut what its rule says."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_map_only

from fa_lib.feedback.base import Rule
from fa_lib.nn.function import Output
from fa_lib.nn.send import send

HOW = "`with told(model, y=...):` around forward and backward pass, output=, loss= of attach, torch.no_grad() to look"


class Attached:
    """Rules attached to a model, see `attach`; `remove` takes them off."""

    def __init__(self, names: Sequence[str], output: Output | None, loss: Callable | None):
        self.names, self.output, self.loss = tuple(names), output, loss
        self.known: dict = {}  # what the model was told, see `told`
        self.rules: dict[int, Rule] = {}  # by the number of the cut, from 1; all are cut while it is empty
        self.tensors: dict[int, dict[str, str]] = {}  # a rule's name for a tensor to the model's buffer
        self.seen: dict[int, Tensor] = {}  # the cut layers of the forward pass under way
        self.running = False
        self.handles: list = []

    def _opened(self, model: nn.Module, inputs) -> None:
        """Before the model's forward pass."""
        self.seen, self.running = {}, True

    def _cut(self, number: int, module: nn.Module, inputs, output):
        """After a cut module's: what is above starts from a copy that nothing flows back from."""
        # called by itself a part is as it was; but a checkpoint's second forward pass comes while gradients are taken
        again = torch._C._current_graph_task_id() != -1
        if (self.rules and number not in self.rules) or not (self.running or again):
            return None
        H = output[0] if isinstance(output, tuple | list) and output else output
        if not isinstance(H, Tensor):
            raise ValueError(f"{self.names[number - 1]} must give a tensor, or tensors of which the first is cut")
        if self.running:
            if number in self.seen:
                words = "cut at modules that are called once, for each cut has a matrix of its own"
                raise ValueError(f"{self.names[number - 1]} is called more than once in a forward pass: {words}")
            self.seen[number] = H
        return tree_map_only(Tensor, Tensor.detach, output)  # in tuples too: `nn.LSTM` gives its state so

    def _closed(self, model: nn.Module, inputs, z):
        """After the model's: the output, which sends."""
        if not isinstance(z, Tensor):
            raise ValueError(
                f"the model must give a tensor (..., p), its output, got {type(z).__name__}: put it into a module "
                "whose forward gives that tensor alone, such as `return self.model(x)[0]`, and attach to this one"
            )
        if missing := [self.names[number - 1] for number in self.rules if number not in self.seen]:
            raise ValueError(f"{', '.join(missing)} was not called in this forward pass, and its layer hears nothing")
        if not self.rules or not torch.is_grad_enabled():
            return None
        numbers = sorted(self.rules)
        tensors = [{name: getattr(model, own) for name, own in self.tensors[n].items()} for n in numbers]
        return send(
            z, [self.seen[n] for n in numbers], [self.rules[n] for n in numbers], [None] * len(numbers), how=HOW,
            output=self.output, loss=self.loss, tensors=tensors, **self.known,
        )  # fmt: skip

    def _left(self, model: nn.Module, inputs, z) -> None:
        """After all of it, and after a forward pass that raised an error."""
        self.seen, self.running = {}, False

    def remove(self, model: nn.Module) -> None:
        """Take hooks and matrices off the model: it learns by backpropagation again."""
        if not any(hook is self for hook in attached_to(model)):
            raise ValueError("these rules are not attached to this model")
        for handle in self.handles:
            handle.remove()
        for own in (own for names in self.tensors.values() for own in names.values()):
            delattr(model, own)


def attached_to(model: nn.Module) -> list[Attached]:
    """What is attached to the model or a part of it."""
    hooks = (getattr(h, "__self__", None) for module in model.modules() for h in module._forward_hooks.values())
    return list({id(hook): hook for hook in hooks if isinstance(hook, Attached)}.values())
