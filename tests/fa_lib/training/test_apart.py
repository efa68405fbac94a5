"""Parts trained in one's hands do what `train` does, and leave alone what is frozen."""

import dataclasses

import pytest
import torch

from fa_book.gamma.widen import widen
from fa_lib import BP, FA, train, training


@pytest.mark.parametrize("batch", [None, 40])
@pytest.mark.parametrize("learn_decoder", [False, True])
@pytest.mark.parametrize("rule", [BP(), FA()], ids=str)
def test_fit_is_the_loop_of_train(toy, rule, learn_decoder, batch):
    task = toy(batch=batch)
    ours = training.fit(training.build(task, rule, runs=3, learn_decoder=learn_decoder), task, epochs=7, every=3)
    theirs = train(task, rule, runs=3, epochs=7, every=3, learn_decoder=learn_decoder, progress=False)
    assert ours.epoch.values.tolist() == theirs.epoch.values.tolist() == [0, 3, 6]
    for name in ("test_loss", "test_accuracy"):
        torch.testing.assert_close(torch.tensor(ours[name].values), torch.tensor(theirs[name].values))
    if batch is None:  # measured after an update: what train sees before the next
        later = train(task, rule, runs=3, epochs=8, learn_decoder=learn_decoder, progress=False)
        for name in ("loss", "accuracy"):
            expected = later[name].sel(epoch=[1, 4, 7]).values
            torch.testing.assert_close(torch.tensor(ours[name].values), torch.tensor(expected))


def test_only_what_the_optimizer_knows_moves(toy):
    task = toy()
    first = training.build(task, FA(), runs=2, learn_decoder=False)
    fresh = training.build(task, FA(), runs=2, seed=1, learn_encoder=False)
    weight = first.decoder.weight.detach().clone()
    training.fit(first, task, epochs=3)
    assert torch.equal(first.decoder.weight, weight)
    state = {name: tensor.clone() for name, tensor in first.encoder.state_dict().items()}
    joined, before = fresh._replace(encoder=first.encoder), fresh.decoder.weight.detach().clone()
    record = training.fit(joined, task, epochs=30)
    assert all(torch.equal(tensor, state[name]) for name, tensor in first.encoder.state_dict().items())
    assert not torch.equal(fresh.decoder.weight, before)
    assert (record.loss[:, -1] < record.loss[:, 0]).all()


def test_the_answer_is_taken_with_dropout_off(images):
    task = images()
    parts = training.build(task, FA(), runs=2)
    first, second = (training.predict(parts, task, task.x) for _ in range(2))
    assert torch.equal(first, second)
    assert first.shape == (2, len(task.x), task.p)
    assert parts.encoder.training


def test_a_frozen_gamma_stays(toy):
    task = toy()
    parts = training.build(task, FA(), runs=2, scale=True)
    parts.encoder.gamma[-1].requires_grad_(False)
    training.fit(parts, task, epochs=5)
    hidden, last = parts.encoder.factors().T
    assert (last == 1).all()
    assert (hidden != 1).all()


@pytest.mark.parametrize("gamma", [0.5, 2.0])
def test_widening_moves_the_wall_and_nothing_else(double, toy, gamma):
    """Against a network written with gamma tanh(a / gamma) and plain Adam."""
    task = toy()
    parts = training.build(task, FA(), runs=2, scale=True)
    B, names = parts.channel.B, ("0.weight", "0.bias", "1.weight", "1.bias")
    start = [dict(parts.encoder.layers.named_parameters())[name].detach().clone() for name in names]
    head = [parts.decoder.weight.detach().clone(), parts.decoder.bias.detach().clone()]
    weights = [tensor.requires_grad_() for tensor in (*start, *head)]
    adam = torch.optim.Adam(weights, lr=task.lr)
    for _ in range(30):
        V, v, U, u, W, w = weights
        h = torch.tanh(torch.einsum("ni,rji->rnj", task.x, V) + v[:, None])
        H = gamma * torch.tanh((torch.einsum("rni,rji->rnj", h, U) + u[:, None]) / gamma)
        y_hat = torch.sigmoid(torch.einsum("rni,rji->rnj", H.detach(), W) + w[:, None])
        adam.zero_grad()
        task.loss(y_hat, task.y).sum().backward()
        error = 2 / task.y.numel() * (y_hat - task.y) * y_hat * (1 - y_hat)
        H.backward(error.detach() @ B)
        adam.step()
    training.fit(widen(parts, gamma), task, epochs=30)
    trained = dict(parts.encoder.layers.named_parameters())
    for name, theirs in zip(names, weights, strict=False):
        ours = trained[name] * (gamma if name.startswith("1") else 1)
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(parts.decoder.weight, weights[4], rtol=1e-3, atol=1e-4)
    assert (parts.encoder.factors() == torch.tensor([1, gamma])).all()


def test_widening_needs_gammas_and_a_width(toy):
    with pytest.raises(ValueError, match="no gammas: build the parts with scale=True"):
        widen(training.build(toy(), FA(), runs=1), 2)
    with pytest.raises(ValueError, match="gamma must be a finite number above 0, got 0"):
        widen(training.build(toy(), FA(), runs=1, scale=True), 0)


def test_the_tasks_own_epochs_are_the_default(toy):
    task = dataclasses.replace(toy(), epochs=2)
    assert training.fit(training.build(task, BP(), runs=1), task).epoch.values.tolist() == [0, 1]


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"every": 0}, {"epochs": 2.5}])
def test_counts_below_one_are_named(toy, wrong):
    task = toy()
    with pytest.raises(ValueError, match=r"epochs and every must be whole numbers of 1 or more, got"):
        training.fit(training.build(task, BP(), runs=1), task, **wrong)
