"""Gradients of the readout loss in a network, against automatic differentiation through the regression itself."""

import pytest
import torch

from fa_book.one_law.gradients import at_weights, best, cosine, pushed, readout_gradient, through, together
from fa_book.one_law.measures import CASES, LAYERS, gain_apart, gain_shares, gains, turning
from fa_lib import DFA, FA, tasks
from fa_lib.feedback import Direct
from fa_lib.training import build


@pytest.fixture(params=[(4,), (8, 4), (7, 6, 5)])
def model(request):
    task = tasks.ib().change(widths=request.param)
    return build(task, Direct(FA(), ()), runs=2)


@pytest.fixture
def seen(model):
    return model.step(model.task.x, model.task.y)


def loss(H, y):
    """Of the best readout with intercept, by a solver that autograd follows."""
    H = torch.cat([H, torch.ones_like(H[..., :1])], -1)
    theta = torch.linalg.solve(H.mT @ H, H.mT @ y)
    return ((H @ theta - y) ** 2).mean((-2, -1))


def test_eq_11_is_the_gradient_of_the_regression(seen):
    H, y = seen.H.double().requires_grad_(), seen.y.double()
    loss(H, y).sum().backward()
    torch.testing.assert_close(readout_gradient(seen.H, seen.y), H.grad, rtol=1e-8, atol=1e-14)


def test_and_at_the_weights_that_of_the_network(model, seen):
    network = model.encoder.double()
    network.zero_grad()
    loss(network(model.task.x.double()), model.task.y.double()).sum().backward()
    found = at_weights(seen, through(seen, readout_gradient(seen.H, seen.y)))
    for layer, part in zip(network.layers, found, strict=True):
        wanted = torch.cat([layer.weight.grad, layer.bias.grad.unsqueeze(2)], 2)
        torch.testing.assert_close(part, wanted, rtol=1e-4, atol=1e-8)  # the step ran in single precision


def test_the_tangent_kernel_is_symmetric(seen):
    random = torch.Generator().manual_seed(0)
    S, g = (torch.randn(seen.H.shape, generator=random, dtype=torch.float64) for _ in range(2))
    parts = at_weights(seen, through(seen, S)), at_weights(seen, through(seen, g))
    by_weights = (together(parts[0]) * together(parts[1])).sum(1)
    for one, other in ((parts[0], g), (parts[1], S)):
        torch.testing.assert_close((pushed(seen, one) * other).sum((1, 2)), by_weights)


def test_the_residual_is_orthogonal_to_what_was_regressed_on(seen):
    theta, r = best(seen.H, seen.y)
    assert r.sum(1).abs().max() < 1e-9
    assert (r.mT @ seen.H.double()).abs().max() < 1e-9
    assert theta.shape == (2, seen.H.shape[2], 2)


def test_where_h_is_free_the_gain_knows_no_decoder(seen):
    table = gains(seen)[:, CASES.index("free, linear")]  # (run, B, decoder)
    torch.testing.assert_close(table, table[..., -1:].expand_as(table), rtol=1e-8, atol=1e-16)
    shares = gain_shares(seen)
    torch.testing.assert_close(shares.sum(2), torch.ones_like(shares[..., 0]))
    assert shares[:, 0, 0].min() > 1 - 1e-9
    assert gain_apart(seen)[:, 0, 0].max() < 1e-7


def test_behind_an_encoder_it_is_the_slope_of_the_loss(model, seen):
    """The gain of a signal, against a small step of the weights that the signal asks for."""
    case, network = CASES.index("encoder, linear"), model.encoder.double()
    B = seen.layers[-1].B.double()
    S = (seen.H.double() @ seen.W.double().mT - seen.y.double()) @ B
    step = at_weights(seen, through(seen, S))
    losses, size = [], 1e-7
    for side in (1, -2, 1):  # there, to the other side, and back
        with torch.no_grad():
            for layer, part in zip(network.layers, step, strict=True):
                layer.weight += side * size * part[..., :-1]
                layer.bias += side * size * part[..., -1]
            losses.append(loss(network(model.task.x.double()), seen.y.double()))
    torch.testing.assert_close((losses[0] - losses[1]) / (2 * size), gains(seen)[:, case, 0, 0], rtol=1e-3, atol=1e-6)


def test_cosine_of_nothing_is_zero():
    a = torch.tensor([[1.0, 1.0], [0.0, 0.0]])
    torch.testing.assert_close(
        cosine(a, torch.tensor([[0.0, 2.0], [1.0, 0.0]])), torch.tensor([0.5**0.5, 0.0]).double()
    )


def test_matrices_turn_to_the_readout_where_they_are_it(seen):
    theta = best(seen.H, seen.y)[0].mT
    layer = seen.layers[-1]._replace(B=theta)
    found = turning(seen._replace(layers=(*seen.layers[:-1], layer), W=-theta))
    torch.testing.assert_close(found, torch.tensor([[1.0, -1.0, -1.0]] * 2).double())


def test_every_measure_gives_one_entry_a_run_and_layer():
    model = build(tasks.ib().change(widths=(6, 4)), DFA(), runs=3)
    seen = model.step(model.task.x, model.task.y)
    shapes = {name: tuple(torch.as_tensor(measure(seen)).shape) for name, measure in LAYERS.items()}
    assert shapes["eq11"] == shapes["eq11_own"] == shapes["told_layers"] == shapes["bp_weights"] == (3, 2)
    assert shapes["eq11_encoder"] == (3,)
    assert shapes["gain_shares"] == (3, len(CASES), 3)
    assert shapes["ranks"] == (3, 5)
