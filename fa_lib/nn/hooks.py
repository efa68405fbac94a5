"""Feedback rules put into a model that one cannot edit."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from fa_lib.feedback.base import Rule, checked
from fa_lib.feedback.layers import Chained, Direct, ForLayers
from fa_lib.nn.attached import Attached, attached_to
from fa_lib.nn.function import Output
from fa_lib.nn.send import CHAIN, refuse_learning
from fa_lib.nn.tensors import tensors_of


def attach(
    model: nn.Module,
    rule: Rule | ForLayers,
    *,
    at: Sequence[str | nn.Module],
    example: Tensor | tuple,
    seed: int | None = None,
    output: Output | None = None,
    loss: Callable[[Tensor, Tensor], Tensor] | None = None,
) -> Attached:
    """Let the modules named learn by a feedback rule instead of by what comes down from above them::

        attach(model, DFA(), at=["features.1", "features.4"], example=images[:2])

    and train as ever. Between two cuts the gradient is exact; what is above the last learns from the loss itself. The
    rule's matrices become buffers of the model, `feedback_1_B` and so on. For a rule that carries the target write
    `with told(model, y=labels):` around the forward and the backward pass.

    Args:
        model: gives z (..., p), before the nonlinearity that is part of the loss.
        rule: of `fa_lib.feedback`. A rule for one layer is drawn anew for each cut.
        at: the modules whose output is cut, from the input to the output, by name or themselves. What a module gives
            must begin with z's samples; all that follows are its units. Of several outputs (`nn.GRU`) the first hears.
        example: inputs of a few samples, from which the shapes are read.
        seed: of the rule's matrices; drawn from torch's global random state, as weights are, if None.
        output: nonlinearity of z that is part of the loss, where a rule asks for it.
        loss: function of (z, y) to the loss, where a rule asks for it.

    Returns:
        What was attached; its `remove(model)` undoes it.

    Warns:
        UserWarning: where the gradient also goes around a cut, over a skip connection for instance: what lies below
            then learns by backpropagation as well. Cut after the paths have met.

    Raises:
        ValueError: for modules that are not there, in another order, called twice or without a tensor; rules that make
            no sense between any two modules: a chain, `KolenPollack`, and those that lean on the weight above (`BP`,
            `SignSymmetry`), for which `FeedbackLinear` and `FeedbackConv2d` are; at a call, without what the rule must
            be told.

    Source: Nøkland 2016; Launay et al. 2020 for cuts at the outputs of blocks.
    """
    if isinstance(rule, Chained):
        raise ValueError(CHAIN)
    rule = rule if isinstance(rule, ForLayers) else Direct(checked(rule))
    if "W" in rule.needs:
        raise ValueError(f"{rule} leans on the weight right above a layer: put FeedbackLinear in that one's place")
    if attached_to(model):
        raise ValueError("the model has rules attached already: remove them first")
    for name, value in (("output", output), ("loss", loss)):
        if value is not None and not callable(value):
            raise ValueError(f"{name} must be a function, such as torch.sigmoid, got {value!r}")
    modules = _modules(model, at)
    attached = Attached([name for name, _ in modules], output, loss)
    attached.handles = [
        model.register_forward_pre_hook(attached._opened),
        # partials, so that a copy of the model has hooks of its own
        *(module.register_forward_hook(partial(attached._cut, n)) for n, (_, module) in enumerate(modules, 1)),
        model.register_forward_hook(attached._closed),
        model.register_forward_hook(attached._left, always_call=True),
    ]
    try:
        z, seen = _looked(model, attached, example)
        widths = {number: H.shape[z.dim() - 1 :].numel() for number, H in seen.items()}
        seed = int(torch.randint(2**31, ())) if seed is None else seed
        drawn = rule.draw(z.shape[-1], widths, runs=[0], seed=seed, device=z.device)
        refuse_learning(drawn.at.values())
    except Exception:
        attached.remove(model)
        raise
    for number, one in drawn.at.items():
        attached.tensors[number] = {}
        for name, tensor in tensors_of(one).items():
            own = attached.tensors[number][name] = f"feedback_{number}_{name.replace('.', '_')}"
            model.register_buffer(own, tensor.to(z.dtype) if tensor.is_floating_point() else tensor)
    attached.rules = dict(drawn.at)
    _warn_of_ways_around(model, attached, z, seen)
    return attached


def _modules(model: nn.Module, at) -> list[tuple[str, nn.Module]]:
    """Name and module of every cut."""
    every = {name: module for name, module in model.named_modules() if name}
    names = {module: name for name, module in every.items()}
    listed = [at] if isinstance(at, str | nn.Module) or not isinstance(at, Iterable) else list(at)
    found = [one if isinstance(one, str) else names.get(one) if isinstance(one, nn.Module) else None for one in listed]
    for one, name in zip(listed, found, strict=True):
        if name not in every:
            there = ", ".join(every) or "which it has none"
            raise ValueError(f"at must name modules below the model, of {there}, got {one!r}")
    if not found or len({every[name] for name in found}) < len(found):
        raise ValueError(f"at must name one module or more, each once, got {found}")
    return [(name, every[name]) for name in found]


def _looked(model: nn.Module, attached: Attached, example) -> tuple[Tensor, dict[int, Tensor]]:
    """z and the cut layers of a forward pass that leaves no trace: no statistics and no dropout."""
    training = {module: module.training for module in model.modules()}
    kept: dict[int, Tensor] = {}
    keep = model.register_forward_hook(lambda *_: kept.update(attached.seen), prepend=True)
    try:
        with torch.enable_grad():
            z = model.eval()(*(example if isinstance(example, tuple) else (example,)))
    finally:
        keep.remove()
        for module, was in training.items():
            module.training = was
    names, lead = attached.names, z.shape[:-1]
    if missing := [name for number, name in enumerate(names, 1) if number not in kept]:
        raise ValueError(f"{', '.join(missing)} is not called when the model is: cut at modules that are")
    if list(kept) != sorted(kept):
        called = ", ".join(names[number - 1] for number in kept)
        raise ValueError(f"at must name the modules from the input to the output: {called}; got {', '.join(names)}")
    for name, H in zip(names, kept.values(), strict=True):
        if H.shape == z.shape and H.data_ptr() == z.data_ptr():
            raise ValueError(f"{name} gives the output itself, which learns from the loss: do not cut it")
        if H.shape[: len(lead)] != lead:
            raise ValueError(f"{name} must begin with the samples of z, {tuple(lead)}, got {tuple(H.shape)}")
    return z, kept


def _warn_of_ways_around(model: nn.Module, attached: Attached, z: Tensor, seen: dict[int, Tensor]) -> None:
    """Warn where the output, all cuts made, still depends on weights that a cut layer was made with."""
    learning = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}

    def reached(tensor: Tensor) -> set[str]:
        if not (learning and tensor.requires_grad):
            return set()
        found = torch.autograd.grad(tensor.sum(), list(learning.values()), retain_graph=True, allow_unused=True)
        return {name for name, gradient in zip(learning, found, strict=True) if gradient is not None}

    beside = reached(z)
    for number in attached.rules:
        if ways := sorted(reached(seen[number]) & beside):
            warnings.warn(
                f"the gradient also reaches {', '.join(ways)} around the cut at {attached.names[number - 1]}: that "
                "learns by backpropagation as well; cut where the paths have met",
                stacklevel=3,
            )
