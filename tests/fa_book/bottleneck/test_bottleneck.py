"""The exact floor of a channel of limited rank, and the targets made to test it."""

import numpy as np
import pytest
import torch

from fa_book.bottleneck import analysis
from fa_lib import dynamics

N, M, P = 60, 7, 4


def start(seed, m=M):
    """H0 (n, m), Y (n, p) of uneven variances, W (m, p)."""
    random = np.random.default_rng(seed)
    H0, Y = random.uniform(-0.5, 0.5, (N, m)), random.uniform(-0.5, 0.5, (N, P)) * [1.0, 0.7, 0.5, 0.3]
    return H0, Y, random.standard_normal((m, P)) / m


def of_rank(rank, seed, m=M):
    random = np.random.default_rng(100 + seed)
    return random.standard_normal((P, rank)) @ random.standard_normal((rank, m))


def loss(H, Y):
    return ((Y - H @ np.linalg.lstsq(H, Y, rcond=None)[0]) ** 2).mean()


@pytest.mark.parametrize("rank", range(1, P + 1))
@pytest.mark.parametrize("seed", range(3))
def test_no_step_and_no_movement_of_W_passes_the_floor(rank, seed):
    H, Y, W = start(seed)
    B, random = of_rank(rank, seed), np.random.default_rng(seed)
    floor = analysis.floor(H, Y, B)
    for _ in range(200):
        H = H - random.uniform(0, 0.5) * (H @ W - Y) @ B  # steps of any size
        W = W - 0.2 * H.T @ (H @ W - Y) / N + 0.01 * random.standard_normal(W.shape)  # a readout that learns, shaken
        assert loss(H, Y) >= floor - 1e-12
    assert (floor < 1e-15) == (rank == P)


def test_the_floor_is_what_H0_and_the_messages_leave():
    H0, Y, _ = start(0)
    B = of_rank(2, 0)
    np.testing.assert_allclose(analysis.floor(H0, Y, B), loss(np.concatenate([H0, Y @ B], 1), Y), rtol=1e-9)
    # fewer units than outputs
    H0, Y, _ = start(1, m=2)
    B = of_rank(2, 1, m=2)
    np.testing.assert_allclose(analysis.floor(H0, Y, B), loss(np.concatenate([H0, Y @ B], 1), Y), rtol=1e-9)


@pytest.mark.parametrize("rank", range(1, P))
def test_principal_components_have_the_lowest_floor(rank):
    H0, Y, _ = start(2)
    best = analysis.best_floor(H0, Y, rank)
    first = np.linalg.eigh(analysis.left_over(H0, Y))[1][:, -rank:]  # (p, r)
    V = np.random.default_rng(0).standard_normal((rank, M))
    np.testing.assert_allclose(analysis.floor(H0, Y, first @ V), best, rtol=1e-9)
    assert min(analysis.floor(H0, Y, of_rank(rank, seed)) for seed in range(50)) > best


@pytest.mark.parametrize("rank", range(1, P + 1))
def test_the_dynamics_settles_where_it_is_said_to(rank):
    H0, Y, W = start(3)
    U = np.linalg.qr(np.random.default_rng(rank).standard_normal((P, rank)))[0]
    B = U @ (W @ U).T * 4  # every mode decays: V W U is positive
    curve = dynamics.simulate(H0, Y, W, B, steps=4000).regression_loss.values
    settled = analysis.settled(H0, Y, B)
    np.testing.assert_allclose(curve[-1], settled, rtol=1e-8, atol=1e-15)
    assert settled >= analysis.floor(H0, Y, B) - 1e-15


def test_the_teachers_target_has_the_variances_asked_for():
    variances = np.array([4.0, 2.0, 1.0, 0.5, 0.25])
    task = analysis.teacher(variances, seed=3, samples=500)
    y = torch.cat([task.y, task.test_y]).double().numpy()
    np.testing.assert_allclose(np.linalg.eigvalsh(np.cov(y.T, bias=True))[::-1], variances, rtol=1e-5)
    np.testing.assert_allclose(y.mean(0), 0, atol=1e-6)
    assert not np.allclose(y.var(0), variances, rtol=0.1)  # turned
    assert torch.equal(task.y, analysis.teacher(variances, seed=3, samples=500).y)
    assert not torch.equal(task.y, analysis.teacher(variances, seed=4, samples=500).y)
    with pytest.raises(ValueError, match="above 0"):
        analysis.teacher([1.0, 0.0])


def test_a_message_tells_all_classes_apart_though_no_line_does():
    y = torch.eye(10).repeat(3, 1)
    B = torch.randn(2, 10, 1, generator=torch.Generator().manual_seed(0)) @ torch.randn(2, 1, 6)
    told = analysis.carried(B, y)
    assert (told["distinct"] == 10).all()
    np.testing.assert_allclose(told["linear"], 1 / 9, rtol=1e-6)  # one direction of nine
    same = analysis.carried(torch.ones(1, 10, 6), y)
    assert same["distinct"] == [1]
    np.testing.assert_allclose(same["linear"], 0, atol=1e-9)
