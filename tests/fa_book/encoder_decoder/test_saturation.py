"""Shares in a dead zone against loops over samples and units, and what must hold whatever the signal."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fa_book.encoder_decoder import saturation
from fa_lib import BP, FA, train, training
from fa_lib.record import Step

modest = settings(deadline=None, derandomize=True, max_examples=40)


def seen_of(H, signal, gamma=None, W=None, error=None):
    """A Step with the fields that matter here; H and signal (run, sample, unit)."""
    runs, samples, m = H.shape
    gamma = torch.ones(runs, 2) if gamma is None else gamma
    W = torch.zeros(runs, 1, m) if W is None else W
    error = torch.zeros(runs, samples, 1) if error is None else error
    return Step(H, None, None, error, signal, W, gamma, None, {})


def random_step(seed=0, runs=3, samples=7, m=4, p=2, edge=True):
    random = torch.Generator().manual_seed(seed)
    draw = lambda *shape: torch.randn(*shape, generator=random, dtype=torch.float64)  # noqa: E731
    H = torch.tanh(draw(runs, samples, m) * (4 if edge else 0.1))
    return seen_of(H, draw(runs, samples, m), W=draw(runs, p, m), error=draw(runs, samples, p))


def slow(seen, margin, negligible):
    """saturated, blocked and trapped, pair by pair; (3, run)."""
    shares = np.zeros((3, len(seen.H)))
    for run in range(len(seen.H)):
        H, signal, gamma = seen.H[run].numpy(), seen.signal[run].numpy(), abs(float(seen.gamma[run, -1]))
        gradient = seen.error[run].numpy() @ seen.W[run].numpy()
        for n, j in np.ndindex(*H.shape):
            wall = gamma if H[n, j] > 0 else -gamma
            outwards = -signal[n, j] * np.sign(wall) / np.sqrt(np.mean(signal**2))
            descent = -gradient[n, j] * np.sign(wall) / np.sqrt(np.mean(gradient**2))
            saturated = abs(H[n, j] - wall) < margin * gamma
            blocked = saturated and outwards > negligible
            shares[:, run] += saturated, blocked, blocked and descent < -negligible
    return shares / seen.H[0].numel()


@pytest.mark.parametrize(("margin", "negligible"), [(1e-2, 0.1), (0.3, 0.0), (1e-3, 1.0)])
def test_shares_equal_a_loop_over_pairs(margin, negligible):
    seen = random_step()._replace(gamma=torch.ones(3, 2))
    expected = slow(seen, margin, negligible)
    assert (expected > 0).any()
    got = [
        saturation.saturated(seen, margin=margin),
        saturation.blocked(seen, margin=margin, negligible=negligible),
        saturation.trapped(seen, margin=margin, negligible=negligible),
    ]
    np.testing.assert_allclose(np.stack(got), expected, atol=1e-6)


def test_a_hand_made_state():
    H = torch.tensor([[[0.999, -0.999, 0.5, 0.999]]])
    signal = torch.tensor([[[-1.0, -1.0, -1.0, -0.01]]])  # out, in, not at a wall, out but negligible
    seen = seen_of(H, signal, W=torch.tensor([[[1.0, 1.0, 1.0, 1.0]]]), error=torch.tensor([[[1.0]]]))
    assert saturation.saturated(seen).item() == 0.75
    assert saturation.blocked(seen).item() == 0.25
    assert saturation.trapped(seen).item() == 0.25  # the loss falls as H falls
    assert saturation.trapped(seen._replace(error=-seen.error)).item() == 0
    assert saturation.blocked(seen, negligible=0).item() == 0.5


@modest
@given(seed=st.integers(0, 1000), factor=st.floats(1e-3, 1e3), gamma=st.floats(0.1, 5), sign=st.sampled_from([-1, 1]))
def test_units_of_signal_and_box_do_not_matter(seed, factor, gamma, sign):
    seen = random_step(seed)
    other = seen._replace(
        H=sign * gamma * seen.H, signal=sign * factor * seen.signal, W=sign * seen.W,
        gamma=torch.tensor([9.0, sign * gamma]).expand(3, 2),
    )  # fmt: skip
    for share in saturation.SHARES.values():
        assert torch.equal(share(seen), share(other))


@modest
@given(seed=st.integers(0, 1000), margin=st.floats(1e-4, 0.4), negligible=st.floats(0, 1))
def test_stricter_means_fewer(seed, margin, negligible):
    seen, options = random_step(seed), {"margin": margin, "negligible": negligible}
    saturated = saturation.saturated(seen, margin=margin)
    blocked, trapped = saturation.blocked(seen, **options), saturation.trapped(seen, **options)
    assert (trapped <= blocked).all()
    assert (blocked <= saturated).all()
    assert (saturation.blocked(seen, margin=2 * margin, negligible=negligible) >= blocked).all()
    assert (saturation.blocked(seen, margin=margin, negligible=2 * negligible) <= blocked).all()


@pytest.mark.parametrize("scale", [False, True])
def test_under_bp_nothing_is_trapped_and_under_fa_something_is(toy, scale):
    task = toy(output="sigmoid")
    for rule, seed in ((BP(), 0), (FA(), 0)):
        model = training.build(task, rule, runs=20, seed=seed, learn_gain=scale)
        with torch.no_grad():
            model.encoder.layers[-1].weight.mul_(30)  # most units at their walls
        seen = model.step(task.x, task.y)
        assert (saturation.saturated(seen) > 0.3).all()
        assert (saturation.blocked(seen) > 0).all()
        assert (saturation.trapped(seen) > 0).any() == (type(rule) is FA)


def test_gamma_in_a_step_is_the_encoders_and_sets_the_box(toy):
    task = toy()
    model = training.build(task, FA(), runs=2, learn_gain=True)
    assert torch.equal(model.encoder.factors(), torch.ones(2, 2))
    with torch.no_grad():
        model.encoder.gamma[0].copy_(torch.tensor([2.0, 3.0])[:, None, None])
        model.encoder.gamma[1].copy_(torch.tensor([5.0, 0.5])[:, None, None])
        model.encoder.layers[-1].weight.mul_(1000)
    seen = model.step(task.x, task.y)
    assert seen.gamma.tolist() == [[2, 5], [3, 0.5]]
    torch.testing.assert_close(seen.H.abs().amax((1, 2)), torch.tensor([5.0, 0.5]))
    assert (saturation.saturated(seen) > 0.9).all()
    model.optimizer.step()
    assert seen.gamma.tolist() == [[2, 5], [3, 0.5]]  # a copy: the optimizer moves gamma in place
    assert torch.equal(training.build(task, FA(), runs=2).encoder.factors(), torch.ones(2, 2))


def test_concordant_counts_equal_signs(toy):
    seen = random_step()
    gradient = torch.stack([error @ W for error, W in zip(seen.error, seen.W, strict=True)])
    expected = [np.mean(np.sign(a.numpy()) == np.sign(b.numpy())) for a, b in zip(seen.signal, gradient, strict=True)]
    np.testing.assert_allclose(saturation.concordant(seen), expected, rtol=1e-6)
    assert 0.2 < min(expected) < max(expected) < 0.8
    assert (saturation.concordant(seen._replace(signal=3 * gradient)) == 1).all()
    assert not saturation.trapped(seen._replace(signal=3 * gradient), negligible=0).any()
    assert (saturation.concordant(seen._replace(signal=-gradient)) == 0).all()


def test_a_signal_of_zero_blocks_nothing():
    seen = random_step()
    seen = seen._replace(signal=torch.zeros_like(seen.signal))
    assert not saturation.blocked(seen, negligible=0).any()
    assert not saturation.trapped(seen, negligible=0).any()


def test_train_records_the_shares(toy):
    data = train(toy(), FA(), runs=2, epochs=3, progress=False, record=saturation.SHARES)
    assert data.blocked.dims == ("run", "epoch")
    assert set(saturation.SHARES) <= set(data)


@pytest.mark.parametrize("margin", [0, 1, -0.1, float("nan")])
@pytest.mark.parametrize("share", saturation.SHARES.values(), ids=lambda share: share.__name__)
def test_a_margin_out_of_range_is_named(share, margin):
    with pytest.raises(ValueError, match=r"margin must lie between 0 and 1, got"):
        share(random_step(), margin=margin)


@pytest.mark.parametrize("negligible", [-1, float("inf"), float("nan")])
def test_a_negligible_push_out_of_range_is_named(negligible):
    for share in (saturation.blocked, saturation.trapped):
        with pytest.raises(ValueError, match=r"negligible must be a finite number of 0 or more, got"):
            share(random_step(), negligible=negligible)
