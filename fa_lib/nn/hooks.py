"""Feedback rules in a model that one cannot edit: forward hooks cut it, and send each cut what its rule says."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from fa_lib.feedback.base import Rule, checked, tensors_of
from fa_lib.feedback.layers import Chained, Direct, ForLayers
from fa_lib.nn.layers import _Feedback
from fa_lib.nn.send import Output, send

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

    def opened(self, model: nn.Module, inputs) -> None:
        """Before the model's forward pass."""
        self.seen, self.running = {}, True

    def cut(self, number: int, output):
        """After a cut module's: what is above starts from a copy that nothing flows back from."""
        # called by itself a part is as it was; but a checkpoint's second forward pass comes while gradients are taken
        again = torch._C._current_graph_task_id() != -1
        if (self.rules and number not in self.rules) or not (self.running or again):
            return None
        several = isinstance(output, tuple | list)
        H = output[0] if several and output else output
        if not isinstance(H, Tensor):
            raise ValueError(f"{self.names[number - 1]} must give a tensor, or tensors of which the first is cut")
        if self.running:
            if number in self.seen:
                raise ValueError(
                    f"{self.names[number - 1]} is called more than once in a forward pass: cut at modules that are "
                    "called once, for each cut has a matrix of its own"
                )
            self.seen[number] = H
        return _detached(output)

    def closed(self, model: nn.Module, inputs, z):
        """After the model's: the output, which sends."""
        seen, self.seen, self.running = self.seen, {}, False
        if not isinstance(z, Tensor):
            raise ValueError(f"the model must give a tensor (..., p), its output, got {type(z).__name__}")
        if missing := [self.names[number - 1] for number in self.rules if number not in seen]:
            raise ValueError(f"{', '.join(missing)} was not called in this forward pass, and its layer hears nothing")
        if not self.rules or not torch.is_grad_enabled():
            return None
        numbers = sorted(self.rules)
        tensors = [{name: getattr(model, own) for name, own in self.tensors[n].items()} for n in numbers]
        return send(
            z, [seen[n] for n in numbers], [self.rules[n] for n in numbers], [None] * len(numbers), how=HOW,
            output=self.output, loss=self.loss, tensors=tensors, **self.known,
        )  # fmt: skip

    def remove(self, model: nn.Module) -> None:
        """Take hooks and matrices off the model: it learns by backpropagation again."""
        if not any(hook is self for hook in attached_to(model)):
            raise ValueError("these rules are not attached to this model")
        for handle in self.handles:
            handle.remove()
        for own in (own for names in self.tensors.values() for own in names.values()):
            delattr(model, own)


def _detached(output):
    """A copy that nothing flows back from, of tensors in tuples and lists too (`nn.LSTM` gives its state so)."""
    if isinstance(output, Tensor):
        return output.detach()
    if not isinstance(output, tuple | list):
        return output
    make = getattr(type(output), "_make", type(output))  # of a named tuple: it takes no sequence otherwise
    return make(map(_detached, output))


class _Cut:
    """The hook of one cut module; an object, so that a copy of the model has its own."""

    def __init__(self, attached: Attached, number: int):
        self.attached, self.number = attached, number

    def __call__(self, module: nn.Module, inputs, output):
        return self.attached.cut(self.number, output)


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
        output, loss: as in `with_feedback`.

    Returns:
        What was attached; its `remove(model)` undoes it.

    Warns:
        UserWarning: where the gradient also goes around a cut, over a skip connection for instance: what lies below
            then learns by backpropagation as well. Cut after the paths have met.

    Raises:
        ValueError: for modules that are not there, are called twice or give no tensor; rules that make no sense between
            any two modules: a chain, `KolenPollack`, and those that lean on the weight above (`BP`, `SignSymmetry`),
            for which `FeedbackLinear` and `FeedbackConv2d` are; at a call, without what the rule must be told.

    Source: Nøkland 2016; Launay et al. 2020 for cuts at the outputs of blocks.
    """
    if isinstance(rule, Chained):
        raise ValueError(
            "a chain needs the weights between layers: put FeedbackLinear or FeedbackConv2d in their places"
        )
    rule = rule if isinstance(rule, ForLayers) else Direct(checked(rule))
    if "W" in rule.needs:
        raise ValueError(f"{rule} leans on the weight right above a layer: put FeedbackLinear in that one's place")
    if any(isinstance(hook, Attached) for hook in attached_to(model)):
        raise ValueError("the model has rules attached already: remove them first")
    for name, value in (("output", output), ("loss", loss)):
        if value is not None and not callable(value):
            raise ValueError(f"{name} must be a function, such as torch.sigmoid, got {value!r}")
    modules = _modules(model, at)
    attached = Attached([name for name, _ in modules], output, loss)
    attached.handles = [
        model.register_forward_pre_hook(attached.opened),
        *(module.register_forward_hook(_Cut(attached, n)) for n, (_, module) in enumerate(modules, 1)),
        model.register_forward_hook(attached.closed),
    ]
    try:
        z, seen = _looked(model, attached, example)
        lead = z.shape[:-1]
        for number, H in seen.items():
            if H.shape == z.shape and H.data_ptr() == z.data_ptr():
                name = attached.names[number - 1]
                raise ValueError(f"{name} gives the output itself, which learns from the loss: do not cut it")
            if H.shape[: len(lead)] != lead:
                name = attached.names[number - 1]
                raise ValueError(f"{name} must begin with the samples of z, {tuple(lead)}, got {tuple(H.shape)}")
        widths = {number: H.shape[len(lead) :].numel() for number, H in seen.items()}
        seed = int(torch.randint(2**31, ())) if seed is None else seed
        drawn = rule.draw(z.shape[-1], widths, runs=[0], seed=seed, device=z.device)
        if any(rule.learns for rule in drawn.at.values()):
            raise ValueError("KolenPollack learns the weight right above a layer: put FeedbackLinear in its place")
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


def _modules(model: nn.Module, at) -> list[tuple[str, nn.Module]]:
    """Name and module of every cut."""
    every = {name: module for name, module in model.named_modules() if name}
    found = []
    for one in [at] if isinstance(at, str | nn.Module) else list(at):
        name = one if isinstance(one, str) else next((n for n, module in every.items() if module is one), None)
        if name not in every:
            raise ValueError(
                f"at must name modules below the model, of {', '.join(every) or 'which it has none'}, got {one!r}"
            )
        found.append((name, every[name]))
    if not found or len({id(module) for _, module in found}) < len(found):
        raise ValueError(f"at must name one module or more, each once, got {[name for name, _ in found]}")
    return found


def _looked(model: nn.Module, attached: Attached, example) -> tuple[Tensor, dict[int, Tensor]]:
    """z and the cut layers of a forward pass that leaves no trace: no statistics and no dropout."""
    training = {module: module.training for module in model.modules()}
    kept = {}
    keep = model.register_forward_hook(lambda *_: kept.update(attached.seen), prepend=True)
    try:
        with torch.enable_grad():
            z = model.eval()(*(example if isinstance(example, tuple) else (example,)))
    finally:
        keep.remove()
        for module, was in training.items():
            module.training = was
    if missing := [name for number, name in enumerate(attached.names, 1) if number not in kept]:
        raise ValueError(f"{', '.join(missing)} is not called when the model is: cut at modules that are")
    return z, dict(sorted(kept.items()))


def attached_to(model: nn.Module) -> list:
    """All in the model that can be told something: its feedback layers, and what is attached to it or a part of it."""
    hooks = [getattr(h, "__self__", None) for module in model.modules() for h in module._forward_hooks.values()]
    return [m for m in model.modules() if isinstance(m, _Feedback)] + [h for h in hooks if isinstance(h, Attached)]


@contextmanager
def told(model: nn.Module, *, y: Tensor, accuracy: Tensor | float | None = None) -> Iterator[None]:
    """Within it, all feedback rules in the model know the target; put the forward and the backward pass inside.

    Args:
        model: with `FeedbackLinear`, `FeedbackConv2d` or attached rules.
        y: the target, in z's shape (..., p), or classes as whole numbers (...). To a `FeedbackLinear` these are its own
            outputs: a rule that carries the target belongs in the last one.
        accuracy: share of right answers, for `TF`; known without being given where y is classes.

    Raises:
        ValueError: for a model without feedback rules.
    """
    listeners = attached_to(model)
    if not listeners:
        raise ValueError("the model has no feedback rules to be told anything: attach some, or use FeedbackLinear")
    known = {"y": torch.as_tensor(y)} | ({} if accuracy is None else {"accuracy": accuracy})
    before = [listener.known for listener in listeners]
    for listener in listeners:
        listener.known = known
    try:
        yield
    finally:
        for listener, was in zip(listeners, before, strict=True):
            listener.known = was
