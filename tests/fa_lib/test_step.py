"""The learning rule itself: against autograd of one joint network, and against each other where they must agree."""

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from fa_lib import BP, FA, NF, NFA, TF, Direct, tasks, training

RULES = [BP(), FA(), NFA(sigma=0.3), NF(hidden=3), TF()]
by_name = {"ids": lambda rule: type(rule).__name__}


def seen_step(task, model):
    return model.step(task.x, task.y)


def make_task(kind, toy, images):
    if kind == "images":
        return images()
    if kind == "sigmoid":
        return toy()
    task = toy(output=kind, metrics={"accuracy": tasks.r_squared})
    return task.change(y=3 * task.y - 1, test_y=3 * task.test_y - 1)


@pytest.mark.parametrize("scale", [False, True])
@pytest.mark.parametrize("kind", ["sigmoid", "linear", "clip", "images"])
def test_bp_fills_the_gradients_of_the_joint_network(double, plain, toy, images, kind, scale):
    task = make_task(kind, toy, images)
    model = training.build(task, BP(), runs=[3, 0, 1], learn_gain=scale)
    model.encoder.eval()  # without dropout, which has no twin in the plain network
    with torch.no_grad():
        for number, gamma in enumerate(model.encoder.gamma):
            gamma.copy_(torch.tensor([0.5, 1.0, 2.0])[:, None, None] + number)
        if kind == "clip":  # some outputs beyond the clip, where nothing flows back
            model.decoder.weight.mul_(20)
    seen = seen_step(task, model)
    for row in range(3):
        body, head, pairs = plain(model.encoder, model.decoder, row)
        H = body(task.x)
        H.retain_grad()
        z = head(H)
        z.retain_grad()
        y_hat = {"linear": lambda z: z, "clip": lambda z: torch.clip(z, -5, 5)}.get(kind, torch.sigmoid)(z)
        loss = torch.nn.functional.mse_loss(y_hat, task.y)
        loss.backward()
        assert len(pairs) == len([*model.encoder.parameters(), *model.decoder.parameters()])
        for ours, theirs in pairs:
            assert theirs.grad.any()
            torch.testing.assert_close(ours.grad[row].reshape(theirs.shape), theirs.grad)
        for ours, theirs in ((seen.H, H), (seen.y_hat, y_hat), (seen.loss, loss), (seen.error, z.grad)):
            torch.testing.assert_close(ours[row], theirs.detach())
        torch.testing.assert_close(seen.signal[row], H.grad)
        torch.testing.assert_close(seen.metrics["accuracy"], task.accuracy(seen.y_hat, task.y))


@pytest.mark.parametrize("rule", RULES, **by_name)
def test_the_encoder_learns_from_the_signal_alone(double, plain, toy, rule):
    task = toy()
    model = training.build(task, rule, runs=2)
    seen = seen_step(task, model)
    for row in range(2):
        body, head, pairs = plain(model.encoder, model.decoder, row)
        H = body(task.x)
        torch.nn.functional.mse_loss(torch.sigmoid(head(H.detach())), task.y).backward()  # the decoder's own loss
        H.backward(seen.signal[row])
        for ours, theirs in pairs:
            torch.testing.assert_close(ours.grad[row], theirs.grad)


@pytest.mark.parametrize("widths", [(4,), (6, 4)])
def test_what_a_step_reports_stays_as_it_was(toy, widths):
    task = toy(widths=widths)
    model = training.build(task, BP(), runs=2, learn_gain=True)
    with torch.no_grad():
        for number, gamma in enumerate(model.encoder.gamma):
            gamma.copy_(torch.tensor([[[2.0]], [[3.0]]]) + 10 * number)
    seen = seen_step(task, model)
    W = model.decoder.weight.detach().clone()
    model.optimizer.step()
    assert torch.equal(seen.W, W)
    assert seen.gamma.tolist() == [[2.0, 12.0][: len(widths)], [3.0, 13.0][: len(widths)]]
    assert not torch.equal(model.decoder.weight, W)
    assert not any(part.requires_grad for part in (seen.H, seen.y_hat, seen.signal, seen.W, seen.gamma, seen.loss))
    assert (seen_step(task, training.build(task, BP(), runs=2)).gamma == torch.ones(2, len(widths))).all()


def weights_after(task, model, steps=8, before=lambda model: model):
    for _ in range(steps):
        model.optimizer.zero_grad()
        before(model).step(task.x, task.y)
        model.optimizer.step()
    return [parameter.detach() for part in model[:2] for parameter in part.parameters()]


def test_fa_that_follows_the_decoder_is_bp_step_by_step():
    task = tasks.ib()
    bp = weights_after(task, training.build(task, BP(), runs=3))
    follower = training.build(task, FA(), runs=3)

    def following(model):
        rules = Direct(FA(B=model.decoder.weight), ()).draw(2, {1: 8, 2: 4}, runs=range(3))
        return model._replace(rules=rules)

    fa = weights_after(task, follower, before=following)
    other = weights_after(task, training.build(task, FA(), runs=3))
    assert all(torch.equal(a, b) for a, b in zip(fa, bp, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(other, bp, strict=True))


def same(a, b):
    return all(np.array_equal(a[name], b[name], equal_nan=True) for name in {*a.data_vars, *b.data_vars})


def test_fa_with_a_frozen_decoders_weight_trains_as_bp_does():
    protocol = {"runs": 3, "epochs": 12, "learn_decoder": False, "progress": False}
    task = tasks.ib()
    W = training.build(task, BP(), runs=3).decoder.weight
    bp = training.train(task, BP(), **protocol)
    assert same(training.train(task, FA(B=W), **protocol), bp)
    assert not same(training.train(task, FA(), **protocol), bp)


def test_nfa_without_noise_trains_as_fa_does():
    protocol = {"runs": 3, "epochs": 12, "progress": False}
    fa = training.train(tasks.ib(), FA(), **protocol)
    assert same(training.train(tasks.ib(), NFA(sigma=0), **protocol), fa)
    assert not same(training.train(tasks.ib(), NFA(sigma=0.01), **protocol), fa)


@pytest.mark.parametrize("kind", ["sigmoid", "images"])
@pytest.mark.parametrize("rule", RULES, **by_name)
def test_gamma_changes_no_first_step_and_is_learned_by_every_rule(toy, images, rule, kind):
    task = make_task(kind, toy, images)
    free, scaled = (training.build(task, rule, runs=2, learn_gain=scale) for scale in (False, True))
    first, second = seen_step(task, free), seen_step(task, scaled)
    for name in ("H", "y_hat", "error", "signal", "W", "loss"):
        assert torch.equal(getattr(first, name), getattr(second, name))
    pairs = zip(free.encoder.layers.parameters(), scaled.encoder.layers.parameters(), strict=True)
    assert all(torch.equal(a.grad, b.grad) for a, b in pairs)
    scaled.optimizer.step()
    assert len(scaled.encoder.gamma) == 2
    assert all((gamma != 1).all() for gamma in scaled.encoder.gamma)


@pytest.mark.parametrize("rule", [BP(), FA(), NFA(sigma=0.3), NF(), TF()], **by_name)
def test_every_rule_starts_from_the_same_weights(toy, rule):
    task = toy()
    ours, theirs = (training.build(task, r, runs=2, seed=4) for r in (rule, BP()))
    for a, b in zip(ours[:2], theirs[:2], strict=True):
        assert all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))


@pytest.mark.parametrize("learn_encoder", [False, True])
@pytest.mark.parametrize("learn_decoder", [False, True])
def test_a_frozen_part_does_not_move_and_the_other_does(images, learn_encoder, learn_decoder):
    task = images()
    learns = {"learn_encoder": learn_encoder, "learn_decoder": learn_decoder}
    model = training.build(task, FA(), runs=2, learn_gain=True, **learns)
    before = [[parameter.detach().clone() for parameter in part.parameters()] for part in model[:2]]
    weights_after(task, model, steps=3)
    for part, old, learns in zip(model[:2], before, (learn_encoder, learn_decoder), strict=True):
        assert len(old) >= 2
        for a, b in zip(part.parameters(), old, strict=True):
            assert torch.equal(a, b) != learns


class Watched(TorchDispatchMode):
    """Names of all operations called within."""

    def __init__(self):
        super().__init__()
        self.seen = set()

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        name, kwargs = operation.name().split("::")[1].split(".")[0], kwargs or {}
        if name != "_to_copy" or kwargs.get("device"):  # a change of type alone stays where it is
            self.seen.add(name)
        return operation(*args, **kwargs)


@pytest.mark.parametrize("rule", [BP(), FA(), NFA(), NF(), TF()], ids=lambda rule: type(rule).__name__)
@pytest.mark.parametrize(
    "make", [tasks.ib, tasks.ib_regression, lambda: tasks.mnist(64, 1)], ids=["ib", "reg", "mnist"]
)
def test_a_step_never_waits_for_the_device(make, rule):
    """Nothing is copied between devices or read back, which would hold up a GPU at every step."""
    task = make()
    model, (batch, *_) = training.build(task, rule, runs=2, learn_gain=True), training.batches(task)
    with Watched() as watched:
        for _ in training.train_epoch(model, [batch]):
            pass
    assert {"bmm", "mul"} & watched.seen
    assert not {"_local_scalar_dense", "_to_copy", "nonzero", "item", "is_nonzero", "lift_fresh"} & watched.seen


def test_a_metric_is_taken_when_it_is_asked_for_and_once(toy):
    taken = []

    def counted(y_hat, y):
        taken.append(len(y))
        return tasks.correct_rate(y_hat, y)

    task = toy(metrics={"accuracy": counted, "fit": tasks.r_squared})
    seen = seen_step(task, training.build(task, FA(), runs=2))
    assert list(seen.metrics) == ["accuracy", "fit"]
    assert len(seen.metrics) == 2
    assert taken == []
    assert seen.metrics["accuracy"] is seen.metrics["accuracy"]
    assert taken == [len(task.x)]
    with pytest.raises(KeyError):
        seen.metrics["speed"]
    seen_step(task, training.build(task, TF(), runs=2))  # a rule that must be told
    assert len(taken) == 2


def test_what_is_told_lies_units_first_as_products_want_it():
    task = tasks.ib(0)
    for rule in (FA(), TF()):
        seen = seen_step(task, training.build(task, rule, runs=2))
        for tensor in (seen.H, seen.y_hat, seen.error, seen.signal):
            assert tensor.mT.is_contiguous()
