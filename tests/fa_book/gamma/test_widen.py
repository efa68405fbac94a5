"""Widening the box moves the wall and nothing else."""

import pytest
import torch

from fa_book.gamma.widen import widen
from fa_lib import FA, training


@pytest.mark.parametrize("gamma", [0.5, 2.0])
def test_widening_moves_the_wall_and_nothing_else(double, toy, gamma):
    """Against a network written with gamma tanh(a / gamma) and plain Adam."""
    task = toy()
    model = training.build(task, FA(), runs=2, learn_gain=True)
    B, names = model.rule.B, ("0.weight", "0.bias", "1.weight", "1.bias")
    start = [dict(model.encoder.layers.named_parameters())[name].detach().clone() for name in names]
    head = [model.decoder.weight.detach().clone(), model.decoder.bias.detach().clone()]
    weights = [tensor.requires_grad_() for tensor in (*start, *head)]
    adam = torch.optim.Adam(weights, lr=task.lr)
    for _ in range(30):
        V, v, U, u, W, w = weights
        h = torch.tanh(torch.einsum("ni,rji->rnj", task.x, V) + v[:, None])
        H = gamma * torch.tanh((torch.einsum("rni,rji->rnj", h, U) + u[:, None]) / gamma)
        y_hat = torch.sigmoid(torch.einsum("rni,rji->rnj", H.detach(), W) + w[:, None])
        adam.zero_grad()
        task.squared_error(y_hat, task.y).sum().backward()
        error = 2 / task.y.numel() * (y_hat - task.y) * y_hat * (1 - y_hat)
        H.backward(error.detach() @ B)
        adam.step()
    training.fit(widen(model, gamma), epochs=30)
    trained = dict(model.encoder.layers.named_parameters())
    for name, theirs in zip(names, weights, strict=False):
        ours = trained[name] * (gamma if name.startswith("1") else 1)
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(model.decoder.weight, weights[4], rtol=1e-3, atol=1e-4)
    assert (model.encoder.factors() == torch.tensor([1, gamma])).all()


def test_widening_needs_gammas_and_a_width(toy):
    with pytest.raises(ValueError, match="no gammas: build the model with learn_gain=True"):
        widen(training.build(toy(), FA(), runs=1), 2)
    with pytest.raises(ValueError, match="gamma must be a finite number above 0, got 0"):
        widen(training.build(toy(), FA(), runs=1, learn_gain=True), 0)


def test_an_encoder_of_ones_own_has_no_box(toy):
    model = training.build(toy(), FA(), encoder=lambda: torch.nn.Linear(5, 4), runs=1)
    with pytest.raises(ValueError, match="no gammas"):
        widen(model, 2)
