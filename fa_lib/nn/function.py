"""The one place where a rule takes the place of backpropagation: an autograd function around the network's output."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

import torch
from torch import Tensor
from torch.autograd import Function

from fa_lib.feedback.base import Rule, gradient_at
from fa_lib.nn.tensors import with_tensors

Output = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Plan:
    """What is no tensor in a call of `_Send`, and what its tensors are."""

    rules: tuple[Rule, ...]
    places: tuple[tuple[int, str], ...]  # of every tensor: number of the layer, -1 for all, and its name
    output: Output | None
    loss: Callable | None
    y: Tensor | None  # the target in the form that the caller gave it, for the loss


class _Send(Function):
    """z as it is; backward, z's gradient to z, and to every hidden layer what its rule makes of it."""

    generate_vmap_rule = True

    @staticmethod
    def forward(plan: Plan, z: Tensor, *tensors: Tensor) -> Tensor:
        return z.clone()

    @staticmethod
    def setup_context(ctx, inputs, output) -> None:
        ctx.plan, *tensors = inputs
        ctx.save_for_backward(*tensors)

    @staticmethod
    def backward(ctx, error: Tensor) -> tuple[Tensor | None, ...]:
        plan, (z, *tensors) = ctx.plan, ctx.saved_tensors
        # the rule's matrices, z and H may be of different precision under autocast: the widest is used for all, and
        # single precision at least, because some rules solve equations
        kinds = (tensor.dtype for tensor in (error, z, *tensors) if tensor.is_floating_point())
        kind = reduce(torch.promote_types, kinds, torch.float32)
        shared = {name: t for (number, name), t in zip(plan.places, tensors, strict=True) if number < 0}
        gradients = dict.fromkeys(plan.places)
        with torch.autocast(z.device.type, enabled=False):
            for number, rule in enumerate(plan.rules):
                own = {name: t for (n, name), t in zip(plan.places, tensors, strict=True) if n == number}
                gradients[number, "H"] = _signal(plan, rule, error, z, shared | own, kind)
        return None, error, *(gradients[place] for place in plan.places)


apply = _Send.apply


def _signal(
    plan: Plan, rule: Rule, error: Tensor, z: Tensor, tensors: Mapping[str, Tensor], kind: torch.dtype
) -> Tensor:
    """What the rule sends to a hidden layer, in the layer's own shape (sample, ..., units, ...)."""
    samples, p = z.shape[:-1].numel(), z.shape[-1]
    matrices = {name[1:]: t.to(kind) if t.is_floating_point() else t for name, t in tensors.items() if name[0] == "."}
    H = tensors["H"]

    def error_at(at: Tensor, _: Tensor) -> Tensor:
        """The loss's gradient as the rules want it, at any z (1, sample, p); the loss has its own form of y."""
        return gradient_at(lambda one: plan.loss(one.reshape(z.shape), plan.y), at)

    context = {
        "H": H.reshape(1, samples, -1).to(kind),
        "z": z.reshape(1, samples, p).to(kind),
        "output": plan.output,
        "error_at": None if plan.loss is None else error_at,
    }
    context |= {name: tensors[name][None].to(kind) for name in ("W", "accuracy") if name in tensors}
    y = tensors["y"].reshape(samples, p).to(kind) if "y" in tensors else None
    signal = with_tensors(rule, matrices)(error.reshape(1, samples, p).to(kind), y, **context)
    if (got := tuple(signal.shape)) != (wanted := tuple(context["H"].shape)):
        raise ValueError(f"{rule} must give the shape of H, {wanted} (run, sample, m), got {got}")
    return signal.reshape(H.shape).to(H.dtype)
