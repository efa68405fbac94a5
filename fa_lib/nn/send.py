"""Rules in a network whose forward pass one writes oneself, and the checks that all ways to use a rule share."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from fa_lib.feedback.base import RandomMatrix, Rule, Wrapper, checked, require
from fa_lib.feedback.layers import Chained, Layered
from fa_lib.nn.function import Output, Plan, apply
from fa_lib.nn.tensors import tensors_of

Units = Float[Tensor, "*sample units"]
HOW = "with_feedback(z, hidden, rules, y, W=..., accuracy=..., output=..., loss=...)"
CHAIN = "a chain needs the weights between layers: put FeedbackLinear or FeedbackConv2d in their places"


def with_feedback(
    z: Units,
    hidden: Tensor | Sequence[Tensor],
    rules: Rule | Layered | Sequence[Rule],
    y: Tensor | None = None,
    *,
    W: Tensor | Sequence[Tensor | None] | None = None,
    accuracy: Tensor | float | None = None,
    output: Output | None = None,
    loss: Callable[[Tensor, Tensor], Tensor] | None = None,
) -> Units:
    """The network's output z, unchanged; from its gradient every hidden layer hears by its rule.

    Cut the forward pass after every hidden layer, so that no gradient flows from one to the next::

        h1 = relu(conv1(x))
        h2 = relu(conv2(h1.detach()))
        z = out(h2.detach().flatten(1))
        z = with_feedback(z, [h1, h2], rules)
        cross_entropy(z, labels).backward()

    with `rules = DFA().draw(10, {1: h1[0].numel(), 2: h2[0].numel()}, runs=[0])`.

    Args:
        z: the output before its nonlinearity, (..., p); what comes before p is a sample's number, in any shape.
        hidden: the layers, each (..., units in any shape), with the graph that leads to their weights.
        rules: a drawn rule for each, in the same order, or a drawn one for several layers, such as `DFA().draw(...)`.
        y: the target, (..., p), or classes as whole numbers (...), for rules that carry it. Such a rule's signal does
            not know the loss: whoever scales the loss or splits a batch must do the same with what comes of it.
        W: the weight between a hidden layer and z, (p, m), for rules that lean on it; one for each layer, or None.
        accuracy: share of right answers, (), for `TF`; known without being given where y is classes.
        output: nonlinearity of z that is part of the loss, for `OutputError` and `TF(slope=True)`.
        loss: function of (z, y) to the loss, for a rule that needs "error_at", its gradient at other z.

    Raises:
        ValueError: for shapes that do not fit, rules that were not drawn, that lack what they need, or that make no
            sense here: a chain, or a rule that learns the weight above.

    Source: Cheng & Brown 2023, Fig. 3; Nøkland 2016 for several layers.
    """
    hidden = [hidden] if isinstance(hidden, Tensor) else list(hidden)
    rules = _rules(rules, len(hidden))
    weights = list(W) if isinstance(W, Sequence) else [None] * (len(hidden) - 1) + [W]
    if len(weights) != len(hidden):
        raise ValueError(f"W must be one weight for each of {len(hidden)} hidden layers, got {len(weights)}")
    refuse_learning(rules)
    return send(z, hidden, rules, weights, how=HOW, y=y, accuracy=accuracy, output=output, loss=loss)


def refuse_learning(rules: Iterable[Rule]) -> None:
    """Raise ValueError for a rule that learns beside a weight: at a cut it knows of none."""
    for rule in rules:
        if rule.learns:
            raise ValueError(f"{rule} learns the weight right above a layer: put FeedbackLinear in that one's place")


def _rules(rules, count: int) -> list[Rule]:
    if isinstance(rules, Chained):
        raise ValueError(CHAIN)
    if isinstance(rules, Layered):
        rules = [rules.at[number] for number in sorted(rules.at)]
    listed = [rules] if isinstance(rules, Rule) else rules
    if not isinstance(listed, Sequence) or isinstance(listed, str) or len(listed) != count:
        raise ValueError(
            f"rules must be a drawn rule for each of {count} hidden layers, or a drawn one for several layers such as "
            f"DFA().draw(p, {{1: m, ...}}, runs=[0]); got {rules!r}"
        )
    return [checked(rule) for rule in listed]


@torch.compiler.disable  # a rule is Python: torch.compile leaves it as it is
def send(
    z: Units,
    hidden: Sequence[Tensor],
    rules: Sequence[Rule],
    weights: Sequence[Tensor | None],
    *,
    how: str,
    y: Tensor | None = None,
    accuracy: Tensor | float | None = None,
    output: Output | None = None,
    loss: Callable | None = None,
    tensors: Sequence[Mapping[str, Tensor]] | None = None,
) -> Units:
    """What `with_feedback` does, with arguments as checked there; `tensors` stand in for those of the rules."""
    if not torch.is_grad_enabled():
        return z
    lead, p = z.shape[:-1], z.shape[-1]
    asked = frozenset().union(*(rule.needs for rule in rules))
    y = None if y is None else torch.as_tensor(y, device=z.device)
    shared = {"y": _targets(y, z)} if y is not None and "y" in asked else {}
    if "accuracy" in asked and accuracy is None and "y" in shared and not y.is_floating_point():
        accuracy = (z.detach().argmax(-1) == shared["y"].argmax(-1)).to(z.dtype).mean()
    if "accuracy" in asked and accuracy is not None:
        shared["accuracy"] = torch.as_tensor(accuracy, dtype=z.dtype, device=z.device).detach().reshape(())
    known = {"z", "H", *shared, *(("output",) if output else ()), *(("error_at",) if loss else ())}
    listed: dict[tuple[int, str], Tensor] = {(-1, name): tensor for name, tensor in shared.items()}
    for number, (H, rule, weight) in enumerate(zip(hidden, rules, weights, strict=True)):
        layer = f"hidden layer {number + 1}"
        if H.shape[: len(lead)] != lead:
            raise ValueError(f"{layer} must begin with the samples of z, {tuple(lead)}, got {tuple(H.shape)}")
        m = H.shape[len(lead) :].numel()
        require(rule, known | (set() if weight is None else {"W"}), how)
        _fits(rule, p, m, layer)
        if weight is not None:
            if weight.shape != (p, m):
                raise ValueError(f"W of {layer} must be of shape {(p, m)}, got {tuple(weight.shape)}")
            listed[number, "W"] = weight.detach()
        listed[number, "H"] = H
        own = tensors_of(rule) if tensors is None else tensors[number]
        listed |= {(number, f".{name}"): tensor.detach() for name, tensor in own.items()}
    plan = Plan(tuple(rules), tuple(listed), output, loss, y)
    return apply(plan, z, *listed.values())


def _targets(y: Tensor, z: Tensor) -> Tensor:
    """y (..., p), or classes (...) as one-hot rows, in z's shape."""
    if not y.is_floating_point() and y.shape == z.shape[:-1]:
        if _any((y < 0) | (y >= z.shape[-1])):
            raise ValueError(f"classes must be from 0 to {z.shape[-1] - 1}, one for each output, got others in y")
        return (y[..., None] == torch.arange(z.shape[-1], device=y.device)).to(z.dtype)
    if y.shape != z.shape:
        classes = f"classes as whole numbers of shape {tuple(z.shape[:-1])}"
        got = f"{tuple(y.shape)} of {y.dtype}"
        raise ValueError(f"y must be of the output's shape {tuple(z.shape)}, or {classes}, got {got}")
    return y.detach().to(z.dtype)


def _any(wrong: Tensor) -> bool:
    try:
        return bool(wrong.any())
    except RuntimeError:  # within vmap nobody can look
        return False


def _fits(rule: Rule, p: int, m: int, layer: str) -> None:
    """Raise ValueError where a random matrix is not there or of another shape."""
    inside = rule
    while isinstance(inside, Wrapper):
        inside = inside.rule
    if isinstance(inside, RandomMatrix):
        if inside.B is None:
            raise ValueError(f"{rule} has no matrices yet: call .draw({p}, {m}, runs=[0], seed=...) first")
        if tuple(inside.B.shape) != (1, p, m):
            raise ValueError(f"the rule of {layer} must hold a {(1, p, m)} matrix, got {tuple(inside.B.shape)}")
