"""Reading untrained layers: the ridge against its formula, the tasks in time against loops."""

import numpy as np
import pytest
import torch

from fa_book.random_layers import random_layers
from fa_book.random_layers.delayed import delayed
from fa_lib import tasks, training


def data(seed=0, n=120, m=6):
    random = torch.Generator().manual_seed(seed)
    H = torch.randn(2, n, m, generator=random, dtype=torch.float64)
    return H, H[0, :, :2] + torch.randn(n, 2, generator=random, dtype=torch.float64)


def test_the_ridge_is_the_minimum_of_its_loss():
    H, y = data()
    guess = random_layers.ridge(H, y, H, penalties=[0.3])
    for row in range(2):
        X = torch.cat([H[row] - H[row].mean(0), torch.ones(120, 1, dtype=torch.float64)], 1)
        unit = (X[:, :6] ** 2).sum(0).mean()
        shrink = torch.diag(torch.cat([torch.full((6,), 0.3) * unit, torch.zeros(1)]))
        expected = X @ torch.linalg.solve(X.mT @ X + shrink, X.mT @ y)
        torch.testing.assert_close(guess[row], expected)


def test_the_penalty_is_chosen_on_samples_not_fitted():
    H, y = data(n=40, m=38)  # as many units as samples: without a penalty it learns the noise by heart
    at, truth = data(1, n=200, m=38)
    errors = [(random_layers.ridge(H, y, at, penalties=p) - truth).square().mean() for p in ([1e-8], (1e-8, 0.1))]
    assert errors[1] < errors[0] / 2


def test_the_choice_is_that_of_a_fit_to_the_first_samples():
    """Far from zero in H and y, so that every mean matters; the winner is that of ridges fitted to four fifths."""
    H, y = data(n=60, m=30)
    H, y = H + 3 * torch.linspace(0, 1, 60, dtype=torch.float64)[:, None] + 5, y + 7
    penalties = np.logspace(-6, 3, 100).tolist()  # so close together that a slightly other loss has another winner
    tried = [random_layers.ridge(H[:, :48], y[:48], H[:, 48:], penalties=[penalty]) for penalty in penalties]
    losses = torch.stack([(guess - y[48:]).square().mean((1, 2)) for guess in tried])  # (penalty, run)
    for row, best in enumerate(losses.argmin(0)):
        expected = random_layers.ridge(H[row : row + 1], y, H[row : row + 1], penalties=[penalties[best]])
        torch.testing.assert_close(random_layers.ridge(H, y, H, penalties=penalties)[row : row + 1], expected)


def test_a_layer_is_the_start_of_training(toy):
    model = random_layers.layer(toy(), (9,), runs=2)
    start = [parameter.detach().clone() for parameter in model.encoder.parameters()]
    training.trained(model, 3)
    assert all(torch.equal(a, b) for a, b in zip(start, model.encoder.parameters(), strict=True))
    assert model.encoder.layers[0].weight.shape == (2, 9, 5)


def test_reading_finds_what_is_there(toy):
    told = random_layers.read(random_layers.layer(toy(samples=600, test_samples=400), (40,), runs=3))
    assert (told > 0.6).all()


@pytest.mark.parametrize(("rows", "expected"), [([0, 0, 1, 1], 0.0), ([0, 1, 0, 1], 0.5), ([0, 0, 0, 1], 1 / 3)])
def test_states_that_classes_share(toy, rows, expected):
    """Four samples, two states of H: the first two samples have one, the others another."""
    task = toy(samples=2, test_samples=2)
    x = torch.tensor([[0.0], [0.0], [1.0], [1.0]]).expand(4, 5)
    y = torch.eye(2)[rows]
    task = tasks.Task("four", x[:2], y[:2], x[2:], y[2:], output="sigmoid", metrics=task.metrics,
                      widths=(3,))  # fmt: skip
    np.testing.assert_allclose(random_layers.shared(random_layers.layer(task, (3,), runs=2)), expected)


def test_the_product_of_two_pasts():
    task = random_layers.product((1, 3), length=16, sequences=8)
    x, y = (part.view(-1, 16) for part in (task.x, task.y))
    assert not y[:, :3].any()
    for t in range(3, 16):
        torch.testing.assert_close(y[:, t], 3**0.5 * x[:, t - 1] * x[:, t - 3])
    assert torch.equal(task.x, delayed(3, length=16, sequences=8).x)
    with pytest.raises(ValueError, match="longer than the delay"):
        random_layers.product((2, 16), length=16)


def test_a_reservoir_remembers_more_with_more_units():
    task = delayed(3, length=16, sequences=64)

    def score(guess, y):
        return tasks.r_squared(guess, y).numpy()

    small, large = (random_layers.read(random_layers.reservoir(task, m, length=16, tau=1.0, runs=2), score)
                    for m in (2, 100))  # fmt: skip
    assert (small < 0.6).all()
    assert (large > 0.9).all()
