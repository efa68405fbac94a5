"""The readout law against finite differences of the regression loss, and what it says about W and the error."""

import numpy as np
import pytest

from fa_book.one_law.rates import amounts_to, feedback_rate, readout_rate
from fa_lib.dynamics import draw, exact, simulate
from fa_lib.dynamics.rules import TF

WEIGHTS = ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12))  # of the five-point rule, exact to fourth order


def loss(H, Y):
    """The mean squared residual by least squares of its own, (n, m) and (n, p)."""
    return np.mean((H @ np.linalg.lstsq(H, Y, rcond=None)[0] - Y) ** 2)


def difference(H, Y, S):
    width = 3e-4 * np.linalg.norm(H) / np.linalg.norm(S)
    return sum(weight * loss(H + at * width * S, Y) for at, weight in WEIGHTS) / width


def readable(n=40, m=5, p=2, seed=0):
    """A problem whose H can read part of Y, so that no rate is small by chance."""
    generator = np.random.default_rng(seed)
    H, W = generator.standard_normal((n, m)), generator.standard_normal((m, p))
    return H, H @ W + 0.7 * generator.standard_normal((n, p)), W, generator.standard_normal((p, m))


@pytest.mark.parametrize("p", [1, 3, 4])
def test_any_push(p):
    for seed in range(5):
        H, Y, _, _ = readable(p=p, seed=seed)
        S = np.random.default_rng([seed, 1]).standard_normal(H.shape)
        rate = readout_rate(H, Y, S)
        assert abs(rate) > 1e-3
        np.testing.assert_allclose(rate, difference(H, Y, S), rtol=1e-8)


@pytest.mark.parametrize("p", [1, 3, 4])
def test_feedback_of_any_error_and_of_the_target(p):
    """FA with a random, a zero, the best and its own decoder, BP, noise on B, and the target alone: one rate."""
    for seed in range(5):
        H, Y, W, B = readable(p=p, seed=seed)
        rate = feedback_rate(H, Y, B)
        best = np.linalg.lstsq(H, Y, rcond=None)[0]
        for decoder in (W, 0 * W, best, B.T):
            signal = -(H @ decoder - Y) @ B
            np.testing.assert_allclose(rate, difference(H, Y, signal), rtol=1e-8, atol=1e-10)
            np.testing.assert_allclose(rate, readout_rate(H, Y, signal), rtol=1e-11, atol=1e-14)
        np.testing.assert_allclose(rate, difference(H, Y, Y @ B), rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(feedback_rate(H, Y, W.T), difference(H, Y, -(H @ W - Y) @ W.T), rtol=1e-8)
        # as it stands on paper
        r = H @ best - Y
        np.testing.assert_allclose(rate, -2 * np.trace(r.T @ r @ B @ best) / Y.size, rtol=1e-11)
        assert feedback_rate(H, Y, best.T) < 0  # BP through the best readout always gains
        assert feedback_rate(H, Y, -best.T) > 0


def test_the_rate_is_what_the_dynamics_does_and_its_sign_is_the_angle():
    H0, Y, W, B = draw(n=60, p=2, runs=6, seed=3, redraw="all")
    width = 1e-4
    run = exact(H0, Y, W, B, step=None, times=[0, width, 2 * width])["regression_loss"].values
    slope = (-3 * run[:, 0] + 4 * run[:, 1] - run[:, 2]) / 2 / width
    rate = feedback_rate(H0, Y, B)
    assert rate.shape == (6,)
    np.testing.assert_allclose(rate, slope, rtol=1e-5, atol=1e-9)
    assert 0 < (rate > 0).sum() < 6
    np.testing.assert_array_equal(rate > 0, simulate(H0, Y, W, B, steps=0)["angle"].values[:, 0] > 90)
    centred = (Y - Y.mean(1, keepdims=True)) @ B
    drift = exact(H0, Y, W, TF(B), step=None, times=[0, width, 2 * width])["regression_loss"].values
    slope = (-3 * drift[:, 0] + 4 * drift[:, 1] - drift[:, 2]) / 2 / width
    np.testing.assert_allclose(readout_rate(H0, Y, centred), slope, rtol=1e-5, atol=1e-9)


def test_runs_share_what_has_no_run_axis():
    H, Y, _, B = readable()
    many = np.stack([B, -2 * B])
    np.testing.assert_allclose(feedback_rate(H, Y, many), feedback_rate(H, Y, B) * np.array([1, -2]), rtol=1e-12)
    assert np.ndim(feedback_rate(H, Y, B)) == np.ndim(readout_rate(H, Y, H)) == 0
    assert readout_rate(H[None], Y, np.ones_like(H)).shape == (1,)
    turned = np.linalg.qr(np.random.default_rng(0).standard_normal((40, 40)))[0]  # samples do not matter, only products
    np.testing.assert_allclose(feedback_rate(turned @ H, turned @ Y, B), feedback_rate(H, Y, B), rtol=1e-11)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: readout_rate(np.ones((5, 2)), np.ones((5, 1)), np.ones((5, 2))), "independent"),
        (lambda: readout_rate(np.eye(5), np.ones((4, 1)), np.eye(5)), r"shapes must be H \(n, m\), Y \(n, p\), S"),
        (lambda: feedback_rate(np.eye(3), np.ones((3, 2)), np.ones((1, 3))), "shapes must be"),
        (lambda: feedback_rate(np.ones((2, 3)), np.ones((2, 1)), np.ones((1, 3))), "as many samples"),
        (lambda: feedback_rate(np.eye(3), np.full((3, 1), np.nan), np.ones((1, 3))), "Y must be finite"),
        (lambda: feedback_rate(np.ones((2, 3, 3)), np.ones((3, 1)), np.ones((3, 1, 3))), "run axes"),
    ],
)
def test_bad_input_is_told_what_is_wrong(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_nearly_dependent_units_are_told():
    H, Y, _, B = readable()
    H[:, 1] = H[:, 0] + 1e-9 * H[:, 1]
    with pytest.warns(RuntimeWarning, match="nearly dependent"):
        feedback_rate(H, Y, B)


@pytest.mark.parametrize("p", [1, 3])
def test_a_bent_network_by_differences_and_by_the_matrix_it_amounts_to(p):
    """NF, from straight, where it is B1 B2, to bent, where W enters."""
    for seed in range(5):
        H, Y, W, _ = readable(n=60, p=p, seed=seed)
        generator = np.random.default_rng([seed, 2])
        B1, B2 = generator.standard_normal((p, 6)), generator.standard_normal((6, 5))
        error = H @ W - Y
        straight, off = feedback_rate(H, Y, B1 @ B2), []
        for gain in (1e-5, 0.01, 0.02, 0.5, 3):
            signal = -np.tanh(gain * error @ B1) @ B2 / gain
            rate, seen = readout_rate(H, Y, signal), difference(H, Y, signal)
            scale = 2 * np.linalg.norm(signal) / Y.size
            np.testing.assert_allclose(rate, seen, rtol=1e-8, atol=1e-8 * scale)
            np.testing.assert_allclose(feedback_rate(H, Y, amounts_to(H, Y, signal)), rate, rtol=1e-9, atol=1e-13)
            off.append(rate - straight)
            if gain == 1e-5:
                np.testing.assert_allclose(seen, straight, rtol=1e-8, atol=1e-8 * scale)
        cubic = 2 / 3 * (_residual(H, Y) * ((error @ B1) ** 3 @ B2 @ _readout(H, Y))).sum() / Y.size
        np.testing.assert_allclose(off[1], 1e-4 * cubic, rtol=0.02)  # the next order of the tanh
        np.testing.assert_allclose(off[2], 4e-4 * cubic, rtol=0.05)
        assert abs(off[4]) > 0.05 * abs(straight)


def test_noise_on_b_by_differences():
    """The rate is linear in the noise: its mean is that of B, and its variance the sum of squares over entries."""
    sigma = 0.7
    H, Y, W, B = readable(p=3)
    theta, r = _readout(H, Y), _residual(H, Y)
    error = H @ W - Y
    noise = sigma * np.random.default_rng(4).standard_normal(B.shape)
    both = [difference(H, Y, -error @ (B + sign * noise)) for sign in (1, -1)]
    np.testing.assert_allclose(np.mean(both), feedback_rate(H, Y, B), rtol=1e-8)
    units = np.eye(B.size).reshape(-1, *B.shape)
    seen = sigma**2 * sum(difference(H, Y, -error @ unit) ** 2 for unit in units)
    law = 4 * sigma**2 * np.linalg.norm(r.T @ r @ theta.T) ** 2 / Y.size**2
    np.testing.assert_allclose(seen, law, rtol=1e-8)
    drawn = feedback_rate(H, Y, B + sigma * np.random.default_rng(5).standard_normal((20_000, *B.shape)))
    np.testing.assert_allclose([drawn.mean(), drawn.var()], [feedback_rate(H, Y, B), law], rtol=0.05)


def test_what_signals_amount_to():
    H, Y, W, B = readable()
    for signal in (-(H @ W - Y) @ B, Y @ B):
        np.testing.assert_allclose(amounts_to(H, Y, signal), B, atol=1e-12)
    np.testing.assert_allclose(amounts_to(H, Y, H @ B.T @ B), 0, atol=1e-12)  # it moves nothing out of the span
    assert amounts_to(H[None], Y, H).shape == (1, 2, 5)


def _readout(H, Y):
    return np.linalg.lstsq(H, Y, rcond=None)[0]


def _residual(H, Y):
    return H @ _readout(H, Y) - Y
