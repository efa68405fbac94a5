"""The account of a training: its parts, its sum, and the order of its error."""

import pytest
import torch

from fa_book.one_law.attribution import _Steps, account, along, both, classes, gradients
from fa_book.one_law.gradients import at_weights
from fa_lib import DFA, FA, tasks
from fa_lib.feedback import Direct
from fa_lib.training import build, train


def some(runs=2, samples=40, units=3):
    random = torch.Generator().manual_seed(0)
    signal, exact = (torch.randn(runs, samples, units, generator=random, dtype=torch.float64) for _ in range(2))
    return signal, exact, torch.eye(2)[torch.randint(2, (samples,), generator=random)]


@pytest.mark.parametrize("split", [along, classes, both])
def test_parts_add_up(split):
    signal, exact, y = some()
    torch.testing.assert_close(sum(split(signal, exact, y).values()), signal)


def test_parts_are_what_they_are_called():
    signal, exact, y = some()
    parts = along(signal, exact, y) | classes(signal, exact, y)
    assert (parts["across BP"] * exact).sum((1, 2)).abs().max() < 1e-10
    assert parts["mean"].std(1).max() < 1e-12
    assert parts["between classes"].mean(1).abs().max() < 1e-12
    for label in (0, 1):
        members = y[:, label] > 0.5
        assert parts["between classes"][:, members].std(1).max() < 1e-12
        assert parts["within classes"][:, members].mean(1).abs().max() < 1e-12


@pytest.mark.parametrize("rule", [Direct(FA(), ()), DFA()])
def test_parts_of_the_gradient_are_the_gradient(rule):
    model = build(tasks.ib(), rule, runs=2)
    seen = model.step(model.task.x, model.task.y)
    parts = gradients(seen, model.rules.at, both)
    whole = [sum(layers) for layers in zip(*parts.values(), strict=True)]
    for found, layer, sent in zip(
        whole, model.encoder.layers, at_weights(seen, [s.signal for s in seen.layers]), strict=True
    ):
        wanted = torch.cat([layer.weight.grad, layer.bias.grad.unsqueeze(2)], 2).double()
        torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-8)
        torch.testing.assert_close(sent, wanted, rtol=1e-3, atol=1e-8)


@pytest.mark.parametrize("kind", ["adam", "sgd"])
def test_steps_are_the_optimizer_s(kind):
    model = build(tasks.ib().change(optimizer=kind), Direct(FA(), ()), runs=2, learn_decoder=False)
    moving = _Steps(model.task.protocol.lr, adam=kind == "adam")
    for _ in range(4):
        model.optimizer.zero_grad()
        before = [layer.weight.detach().clone() for layer in model.encoder.layers]
        seen = model.step(model.task.x, model.task.y)
        parts = moving.of(gradients(seen, model.rules.at, both))
        model.optimizer.step()
    for number, (layer, start) in enumerate(zip(model.encoder.layers, before, strict=True)):
        moved = sum(layers[number] for layers in parts.values())[..., :-1]
        torch.testing.assert_close(moved, (layer.weight - start).double(), rtol=2e-3, atol=2e-7)


def test_the_sum_is_the_change_to_the_order_that_is_said():
    apart = {}
    for lr in (4e-3, 2e-3):
        task = tasks.ib().change(lr=lr, optimizer="sgd")
        model = build(task.change(lr=lr * 100), Direct(FA(), ()), runs=2, learn_decoder=False)
        book = account(model, epochs=round(0.16 / lr), every=1000)
        change = book.regression_loss[:, -1] - book.regression_loss[:, 0]
        assert (abs(change) > 1e-5).all()
        apart[lr] = abs(book.booked.sum(("part", "layer")).isel(epoch=-1) - change)
    ratio = apart[2e-3] / apart[4e-3]
    assert ratio.sel(scheme="start").values == pytest.approx(0.5, abs=0.1)
    assert (ratio.sel(scheme="both ends") < 0.4).all()


def test_what_else_is_recorded_is_of_the_steps_that_are_shown():
    measures = {"loss": lambda seen: seen.loss, "accuracy": lambda seen: seen.metrics["accuracy"]}
    book = account(build(tasks.ib(), Direct(FA(), ()), runs=2), epochs=4, every=3, record=measures)
    other = train(tasks.ib(), Direct(FA(), ()), runs=2, epochs=5, progress=False)  # measures before each epoch's step
    for name in measures:
        assert book[name].dims == ("run", "epoch")
        expected = other[name].sel(epoch=[0, 3, 4]).values
        assert book[name].values == pytest.approx(expected, rel=1e-6)
    assert book.regression_loss.values == pytest.approx(other.regression_loss.sel(epoch=[0, 3, 4]).values, rel=1e-5)


def test_batches_have_no_account():
    model = build(tasks.ib().change(batch=100), Direct(FA(), ()), runs=1)
    with pytest.raises(ValueError, match="full batches and adam or sgd"):
        account(model, epochs=1)
