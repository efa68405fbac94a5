"""The channel that learns: it finds what principal components find, on targets alone."""

import numpy as np
import pytest
import torch

from fa_book.bottleneck.autoencoder import Autoencoder
from fa_lib import FA, tasks, train, training

P = 6


def linear(z):
    return z


def targets(variances=(4.0, 2.0, 1.0, 0.4, 0.2, 0.1), n=400, mean=0.7):
    """Targets with exactly these principal variances, in a turned basis, and the basis (p, p)."""
    random = np.random.default_rng(1)
    left = random.standard_normal((n, P))
    left = np.linalg.svd(left - left.mean(0), full_matrices=False)[0] * np.sqrt(n)
    basis = np.linalg.qr(random.standard_normal((P, P)))[0]
    return torch.tensor(left * np.sqrt(variances) @ basis + mean, dtype=torch.float32), basis


def trained(y, m, steps=1500, runs=2, **options):
    channel = Autoencoder(**options).draw(P, m, runs=range(runs))
    for _ in range(steps):
        channel.learn(y, linear)
    return channel


@pytest.mark.parametrize("m", [2, 4])
def test_a_linear_code_is_that_of_the_first_principal_components(m):
    y, basis = targets()
    channel = trained(y, m)
    for A in channel.matrix().double().numpy():  # (p, m)
        # cosines of the angles between what A reads and the first m components
        cosines = np.linalg.svd(np.linalg.qr(A)[0].T @ basis[:m].T, compute_uv=False)
        assert cosines.min() > 0.99
    left = np.linalg.eigvalsh(np.cov(y.double().numpy().T, bias=True))[: P - m].sum()  # what m components leave
    y_hat = y @ channel.parameters[0] @ channel.parameters[1] + channel.parameters[2]
    np.testing.assert_allclose(((y_hat - y) ** 2).sum(2).mean(1).detach(), left, rtol=5e-2)


def test_a_variational_code_gives_up_components_below_its_noise():
    y, _ = targets((4.0, 2.0, 0.1, 0.05, 0.02, 0.01))
    channel = trained(y, 4, variance=0.5, decay=0.0)
    A, readout = (part.detach().double() for part in channel.parameters[:2])
    kept = torch.linalg.svdvals(A @ readout)  # (run, p): probabilistic PCA keeps 1 - variance / component of each
    np.testing.assert_allclose(kept[:, :2], [[1 - 0.5 / 4, 1 - 0.5 / 2]] * 2, atol=0.06)
    assert kept[:, 2:].max() < 0.06
    plain = trained(y, 4, decay=0.0)
    A, readout = (part.detach().double() for part in plain.parameters[:2])
    np.testing.assert_allclose(torch.linalg.svdvals(A @ readout)[:, :4], 1, atol=0.1)


def test_ten_classes_find_room_in_two_units():
    """Where principal components keep two of ten classes, a code for sigmoids keeps nearly all."""
    y = torch.eye(10)
    channel = Autoencoder().draw(10, 2, runs=[0, 1])
    for _ in range(1500):
        channel.learn(y, torch.sigmoid)
    A, readout, bias, _ = channel.parameters
    named = (torch.sigmoid(y @ A @ readout + bias).argmax(2) == y.argmax(1)).float().mean(1)
    assert named.min() >= 0.8
    length = channel.matrix().norm(dim=2)  # (run, class)
    assert (length.amin(1) / length.amax(1)).min() > 0.2  # no class goes without a message


def test_before_learning_it_is_feedback_alignment_and_learning_keeps_the_length():
    y = targets()[0]
    channel = Autoencoder(before=0).draw(P, 3, runs=[0, 1])
    borrowed = FA().draw(P, 3, runs=[0, 1])
    error = torch.randn(2, len(y), P)
    torch.testing.assert_close(channel(error, y, output=linear), borrowed(error, y))
    length = borrowed.B.norm(dim=(1, 2))
    for _ in range(50):
        channel.learn(y, linear)
    assert not torch.allclose(channel.matrix(), borrowed.B)
    torch.testing.assert_close(channel.matrix().norm(dim=(1, 2)), length)
    torch.testing.assert_close(channel(error, y, output=linear), error @ channel.matrix())


def test_it_learns_before_the_first_step_and_then_as_told():
    y = targets()[0]
    for steps, moves in ((0, False), (2, True)):
        channel = Autoencoder(before=5, steps=steps).draw(P, 3, runs=[0])
        start = channel.matrix()
        channel(torch.zeros(1, len(y), P), y, output=linear)
        first = channel.matrix()
        channel(torch.zeros(1, len(y), P), y, output=linear)
        assert not torch.equal(start, first)
        assert torch.equal(first, channel.matrix()) != moves


def test_it_hears_targets_alone():
    """Another error, another network: the same matrix."""
    y = targets()[0]
    made = []
    for error in (torch.zeros(1, len(y), P), torch.randn(1, len(y), P)):
        channel = Autoencoder(before=20, variance=0.1).draw(P, 3, runs=[0])
        channel(error, y, output=linear)
        made.append(channel.matrix())
    assert torch.equal(*made)


def test_a_run_does_not_depend_on_the_others():
    y = targets()[0]
    alone, both = (Autoencoder(variance=0.1).draw(P, 3, runs=runs) for runs in ([1], [0, 1]))
    for _ in range(30):
        alone.learn(y, linear), both.learn(y, linear)
    torch.testing.assert_close(alone.matrix()[0], both.matrix()[1])


def test_a_network_learns_by_it_as_by_the_matrix_that_it_ends_with():
    task = tasks.ib()
    model = training.build(task, Autoencoder(before=50), runs=2)
    seen = model.step(task.x, task.y)
    torch.testing.assert_close(seen.signal, seen.error @ model.rule.matrix(seen.W))
    data = train(task, Autoencoder(before=50), runs=2, epochs=3, progress=False)
    fixed = train(task, FA(B=model.rule.matrix()), runs=2, epochs=3, progress=False)
    np.testing.assert_allclose(data.loss, fixed.loss, rtol=1e-6)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"before": -1}, "before"),
        ({"steps": 0.5}, "steps"),
        ({"lr": 0}, "lr"),
        ({"variance": -1}, "variance"),
        ({"decay": -1}, "decay"),
    ],
)
def test_what_cannot_be_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        Autoencoder(**options)


def test_an_undrawn_channel_says_so():
    with pytest.raises(ValueError, match="draw"):
        Autoencoder()(torch.zeros(1, 4, P), torch.zeros(4, P), output=linear)
