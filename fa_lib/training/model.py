"""What is trained: encoder, decoder, rule and optimizer for many runs, and one step of it (the paper's Fig. 3)."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from fa_lib import check
from fa_lib.feedback.base import CONTEXT, Rule, require
from fa_lib.feedback.layers import Direct, ForLayers, Layered
from fa_lib.networks import Decoder, Encoder, RunNetwork, Stacked
from fa_lib.record import Layer, Metrics, Step
from fa_lib.tasks.task import Task
from fa_lib.training import optim
from fa_lib.training._renamed import renamed


class Model(NamedTuple):
    """What `build` makes: networks of several runs, what tells their hidden layers, and what moves them."""

    encoder: RunNetwork  #: x to H
    decoder: Decoder  #: H to the output before its nonlinearity, z
    rules: Layered  #: the feedback rule with its matrices drawn; `rules.at` gives that of every cut layer
    optimizer: torch.optim.Optimizer  #: of both
    task: Task  #: what they learn
    watched: bool = False  #: whether a step keeps what every layer saw
    learns: bool = True  #: whether the encoder does

    @property
    def rule(self) -> Rule:
        """The drawn rule of the last hidden layer."""
        return self.rules.at[max(self.rules.at)]

    def step(self, x: Tensor, y: Tensor) -> Step:
        """`step` of this model; another model's may differ."""
        return step(self, x, y)


def step(model: Model, x: Tensor, y: Tensor) -> Step:
    """Fill the gradients of encoder, if it learns, and decoder; the optimizer's step is the caller's.

    The forward pass is cut where the rule says: what is above a cut starts from a copy that nothing flows back from.
    Then, from the last layer down, each cut layer gets its own signal and backpropagates it as far as the next cut. A
    backbone's feature maps are layers like any other to the rule, but not to those who look on: they are in no `Step`.

    Args:
        model: of `build`.
        x, y: (sample, ...) and (sample, p).

    Returns:
        What was seen, detached.

    Source: Cheng & Brown 2023, Fig. 3, with the cuts of Nøkland 2016, Fig. 1.
    """
    task, cuts, watched = model.task, model.rules.at, model.watched
    back = model.learns or watched  # nothing is sent back through an encoder that stays as it is
    with torch.set_grad_enabled(back):
        hidden = model.encoder.hidden(x, cuts, retain=watched)  # by the layers' numbers
    last = max(hidden)
    z = model.decoder(hidden[last].H.detach())  # (run, sample, p)
    errors = []
    z.register_hook(errors.append)  # as it comes, units first: `retain_grad` would copy it into another order
    y_hat = task.activate(z)
    loss = task.objective(z, y)  # (run,)
    loss.sum().backward()  # the decoder learns from its own loss ...
    y_hat = y_hat.detach()
    metrics = Metrics(task.metrics, y_hat, y)
    known = {"z": z, "output": task.activate, "error_at": task.error_at}
    if any("accuracy" in cut.needs for cut in cuts.values()):
        known["accuracy"] = metrics["accuracy"]
    above = model.decoder.weight.detach().clone()  # the optimizer moves the weight in place
    (error_of_z,) = errors  # (run, sample, p)
    told, W_O, seen = (error_of_z, above), above, {}
    signal = None
    for number in sorted(hidden, reverse=True):  # ... and every layer, from the last down, from what it is told
        a, H, weight = hidden[number]
        error, W = told
        cut = cuts.get(number)
        if cut is not None:
            sent = cut(error, y, H=H.detach(), W=W, **known)  # (run, sample, m)
            if back:
                H.backward(sent)
            if signal is None:  # laid out in memory as published measures read it: sums round by the order
                signal = H.grad if watched else sent
        if watched and number >= 0:
            seen[number] = Layer(H.detach(), H.grad, above, W, None if cut is None else cut.matrix(W))
        if watched and number > max(min(hidden), -1):
            above = None if weight is None else weight.detach().clone()
            told = model.rules.below(error, W, a.grad, above)
    return Step(
        hidden[last].H.detach(), y, y_hat, error_of_z, signal, W_O, model.encoder.factors(), loss.detach(), metrics,
        tuple(seen[number] for number in sorted(seen)), model.encoder.nonlinearity, x,
    )  # fmt: skip


@renamed(feedback="rule", scale="learn_gain")
def build(
    task: Task,
    rule: Rule | ForLayers,
    *,
    encoder: RunNetwork | Callable[[], nn.Module] | None = None,
    runs: int | Sequence[int] = 10,
    seed: int = 0,
    learn_decoder: bool = True,
    learn_encoder: bool = True,
    learn_gain: bool = False,
    device: str = "cpu",
) -> Model:
    """Networks, drawn rule and optimizer for the given runs.

    Args:
        task: what is learned, such as `tasks.ib()` or one's own `Task`.
        rule: of `fa_lib.feedback`, such as `FA()` or, for every hidden layer, `DFA()`; or one's own `Rule`.
        encoder: a function that makes an `nn.Module` of one run, x to H, such as `lambda: nn.Sequential(...)`: every
            run gets its own. Or a network with a run axis, such as `networks.Stacked`, made for these runs. The
            task's fully connected one if None.
        runs: how many repeats, or their numbers. Run r depends on (seed, r) alone.
        seed: of weights, matrices, noise and dropout.
        learn_decoder, learn_encoder: False freezes that part (weights and biases).
        learn_gain: learn the factor gamma after each tanh, for any rule.
        device: "cpu" or "cuda".

    Raises:
        ValueError: for something that is no task, rule, runs, truth, encoder or device.
    """
    if not isinstance(task, Task):
        raise ValueError(f"task must be a Task, such as tasks.ib() or Task(name, x, y, test_x, test_y), got {task!r}")
    if not isinstance(rule, Rule | ForLayers):
        raise ValueError(f"rule must be a rule of fa_lib.feedback, such as FA(), or one's own Rule, got {rule!r}")
    for name, value in (("decoder", learn_decoder), ("encoder", learn_encoder), ("gain", learn_gain)):
        check.truth(f"learn_{name}", value)
    require(rule, CONTEXT, "a training step knows no more than that")
    numbers, device = check.run_numbers(runs), usable(device)
    made = _encoder(task, encoder, numbers, seed, learn_gain, device).to(device)
    decoder = Decoder(made.m, task.p, runs=numbers, seed=seed).to(device)
    watched = isinstance(rule, ForLayers)
    rules = (rule if watched else Direct(rule, ())).draw(
        task.p, made.widths(), runs=numbers, seed=seed, device=device
    )  # fmt: skip
    learning = [*(made.parameters() if learn_encoder else ()), *(decoder.parameters() if learn_decoder else ())]
    weights = made.weights_above() | {max(made.widths()): decoder.weight}
    mirrored = [(weights.get(number), cut) for number, cut in rules.at.items()]
    return Model(made, decoder, rules, optim.make(task.protocol, learning, mirrored), task, watched, learn_encoder)


def _encoder(task: Task, encoder, runs: list[int], seed: int, learn_gain: bool, device: str) -> RunNetwork:
    if encoder is None:
        if task.features is None and task.x.dim() != 2:
            raise ValueError(
                f"{task.name}: x is of shape {tuple(task.x.shape)}, and the task's own encoder takes (sample, input); "
                "give an encoder of your own, encoder=lambda: nn.Sequential(...), or tasks.rows(task)"
            )
        widths = (task.features or task.x.shape[1], *task.widths)
        options = {"nonlinearity": task.nonlinearity, "backbone": task.features is not None, "device": device}
        return Encoder(widths, runs=runs, seed=seed, learn_gain=learn_gain, **options)
    if learn_gain:
        raise ValueError("learn_gain is for the task's own encoder: an encoder of your own has no gamma")
    if isinstance(encoder, RunNetwork):
        if encoder.runs != len(runs):
            raise ValueError(f"the encoder holds {encoder.runs} runs and {len(runs)} are asked for: make it for these")
        return encoder
    if isinstance(encoder, nn.Module) or not callable(encoder):
        raise ValueError(
            "encoder must be a function that makes a new module for each run, such as lambda: nn.Sequential(...), or a "
            f"network with a run axis of fa_lib.networks; got {type(encoder).__name__}"
        )
    return Stacked(encoder, runs=runs, seed=seed, example=task.x[:2])


def usable(device: str) -> str:
    """The device, if it is there; ValueError if not."""
    try:
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError, NotImplementedError, TypeError) as error:
        raise ValueError(f'device {device!r} is not to be had here ({error}); use "cpu" or an available one') from error
    return device
