"""FA and target feedback behind fixed features: the formula against a plain loop."""

import numpy as np
import pytest

from fa_book.one_law import trial
from fa_book.one_law.encoder import encoded, mean_slopes
from fa_book.one_law.rates import readout_rate
from fa_lib.dynamics import exact

STEPS = (0, 1, 7, 30)


def problem(n, d, p, m=5, seed=0):
    random = np.random.default_rng(seed)
    X, V0, Y = random.normal(size=(n, d)), random.normal(size=(d, m)), random.normal(size=(n, p))
    W, B = random.normal(size=(m, p)) / m, random.normal(size=(p, m))
    return (X, V0, Y, W, B), (random.normal(size=(9, d)), random.normal(size=(9, p)))


def simulated(X, V, Y, W, B, at, step, carries):
    rows = []
    for k in range(STEPS[-1] + 1):
        if k in STEPS:
            theta = np.linalg.lstsq(X @ V, Y, rcond=None)[0]
            rows.append([((A @ V @ w - T) ** 2).mean() for A, T in ((X, Y), at) for w in (W, theta)])
        V = V - step * X.T @ (X @ V @ W - Y if carries == "error" else -Y) @ B
    return np.array(rows).T


@pytest.mark.parametrize("carries", ["error", "target"])
@pytest.mark.parametrize(("n", "d", "p"), [(60, 20, 1), (60, 20, 3), (15, 40, 2)])  # the last with modes to spare
def test_the_formula_is_the_loop(n, d, p, carries):
    given, at = problem(n, d, p)
    found = encoded(*given, step=1e-3, steps=STEPS, carries=carries, at=at)
    names = ("direct_loss", "regression_loss", "test_direct_loss", "test_regression_loss")
    wanted = simulated(*given, at, 1e-3, carries)
    for name, values in zip(names, wanted, strict=True):
        np.testing.assert_allclose(found[name], values, rtol=1e-9)


def test_features_that_are_all_of_the_samples_leave_h_free():
    (_, _, Y, W, B), _ = problem(30, 30, 2)
    H0 = np.random.default_rng(1).normal(size=(30, 5))
    found = encoded(np.eye(30), H0, Y, W, B, step=0.1, steps=range(6))
    free = exact(H0, Y, W, B, step=0.1, steps=5)
    for name in ("direct_loss", "regression_loss"):
        np.testing.assert_allclose(found[name], free[name], rtol=1e-9)


def test_a_decoder_of_zero_makes_the_error_the_target():
    (X, V0, Y, W, B), at = problem(30, 12, 1)
    for carries in ("error", "target"):
        found = encoded(X, V0, Y, 0 * W, B, step=1e-3, steps=STEPS, carries=carries, at=at)
        np.testing.assert_allclose(
            found.regression_loss, simulated(X, V0, Y, 0 * W, B, at, 1e-3, "target")[1], rtol=1e-9
        )


def test_what_is_refused():
    (X, V0, Y, W, B), _ = problem(20, 6, 2)
    with pytest.raises(ValueError, match=r"X \(n, d\), V0 \(d, m\)"):
        encoded(X, V0.T, Y, W, B, step=0.1, steps=STEPS)
    with pytest.raises(ValueError, match="one of"):
        encoded(X, V0, Y, W, B, step=0.1, steps=STEPS, carries="both")
    with pytest.raises(ValueError, match="one problem at a time"):
        encoded(np.stack([X, X]), V0, Y, W, B, step=0.1, steps=STEPS)
    with pytest.raises(ValueError, match="no independent eigenvectors"):
        encoded(X, V0, Y, np.eye(5, 2), np.array([[1.0, 1, 0, 0, 0], [0, 1, 0, 0, 0]]), step=0.1, steps=STEPS)


def network(p, q=6, m=5, seed=2):
    random = np.random.default_rng(seed)
    return random.normal(size=(p, q)), random.normal(size=(q, m)) / q**0.5


def walked(X, V, Y, W, B1, B2, at, step, carries):
    """The network's signal through the tangent kernel: H <- H + step K S, at the samples trained on and at others."""
    H, other, rows = X @ V, at[0] @ V, []
    for k in range(STEPS[-1] + 1):
        if k in STEPS:
            theta = np.linalg.lstsq(H, Y, rcond=None)[0]
            rows.append([((A @ w - T) ** 2).mean() for A, T in ((H, Y), (other, at[1])) for w in (W, theta)])
        S = -np.tanh((H @ W - Y) @ B1) @ B2 if carries == "error" else np.tanh(Y @ B1) @ B2
        H, other = H + step * X @ (X.T @ S), other + step * at[0] @ (X.T @ S)
    return np.array(rows).T


NAMES = ("direct_loss", "regression_loss", "test_direct_loss", "test_regression_loss")


def test_a_network_that_carries_the_target_is_solved_exactly():
    (X, V0, Y, W, _), at = problem(60, 20, 3)
    B1, B2 = network(3)
    found = encoded(X, V0, Y, W, B2, step=1e-3, steps=STEPS, carries="target", through=B1, at=at)
    for name, values in zip(NAMES, walked(X, V0, Y, W, B1, B2, at, 1e-3, "target"), strict=True):
        np.testing.assert_allclose(found[name], values, rtol=1e-9)


def test_a_network_that_hardly_bends_is_the_product_of_its_matrices():
    (X, V0, Y, W, _), at = problem(60, 20, 3)
    B1, B2 = network(3)
    bent = encoded(X, V0, Y, W, B2, step=1e3, steps=STEPS, through=1e-6 * B1, at=at)
    straight = encoded(X, V0, Y, W, 1e-6 * B1 @ B2, step=1e3, steps=STEPS, at=at)
    for name, values in zip(NAMES, walked(X, V0, Y, W, 1e-6 * B1, B2, at, 1e3, "error"), strict=True):
        np.testing.assert_allclose(bent[name], straight[name], rtol=1e-8)
        np.testing.assert_allclose(bent[name], values, rtol=1e-8)


@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_a_network_that_bends_is_solved_as_far_as_errors_are_normal(shift):
    random = np.random.default_rng(3)
    X, V0 = random.normal(size=(8000, 12)), random.normal(size=(12, 5)) / 12**0.5
    X[:, 0] = 1.0  # so that what all samples share is learned
    Y = X @ random.normal(size=(12, 2)) + random.normal(size=(8000, 2)) + shift
    W, (B1, B2) = random.normal(size=(5, 2)) / 5, network(2)
    at = random.normal(size=(9, 12)), random.normal(size=(9, 2))
    wanted = walked(X, V0, Y, W, B1, B2, at, 5e-5, "error")[:2]
    bent = encoded(X, V0, Y, W, B2, step=5e-5, steps=STEPS, through=B1)
    straight = encoded(X, V0, Y, W, B1 @ B2, step=5e-5, steps=STEPS)
    for name, values in zip(NAMES, wanted, strict=False):
        moved = np.ptp(values)
        assert moved > 0.1 * values[0]
        assert abs(bent[name].values - values).max() < 0.02 * moved
        assert abs(straight[name].values - values).max() > 0.1 * moved


def test_the_rate_behind_an_encoder_is_that_of_the_signal_through_the_kernel():
    (X, V0, Y, W, B), _ = problem(60, 20, 3)
    B1, B2 = network(3)
    H, error = X @ V0, X @ V0 @ W - Y
    for S in (-error @ B, Y @ B, -np.tanh(error @ B1) @ B2):
        rate = readout_rate(H, Y, X @ X.T @ S)
        size = 2e-3 * np.linalg.norm(V0) / np.linalg.norm(X.T @ S)
        seen = trial.slope(lambda t, S=S: trial.loss(X @ (V0 + t * X.T @ S), Y) / Y.size, size)
        np.testing.assert_allclose(rate, seen, rtol=1e-8)


def test_mean_slopes_against_an_integral():
    for mean, deviation in ((0.0, 0.3), (0.5, 2.0), (-2.0, 30.0), (0.3, 0.0)):
        z = np.linspace(-9, 9, 20_001)
        weight = np.exp(-(z**2) / 2) * (z[1] - z[0]) / (2 * np.pi) ** 0.5
        bent = np.tanh(mean + deviation * z)
        wanted = (bent * weight).sum(), ((1 - bent**2) * weight).sum()
        np.testing.assert_allclose(mean_slopes(mean, deviation), wanted, atol=1e-6)


def test_a_network_of_other_shapes_is_refused():
    (X, V0, Y, W, _), _ = problem(20, 6, 2)
    B1, B2 = network(2)
    for wrong in ((B1, B1), (B2, B2), (np.eye(3, 6), B2)):
        with pytest.raises(ValueError, match=r"B \(q, m\), through \(p, q\)"):
            encoded(X, V0, Y, W, wrong[1], step=0.1, steps=STEPS, through=wrong[0])
