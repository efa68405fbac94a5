"""FA and target feedback behind fixed features: the formula against a plain loop."""

import numpy as np
import pytest

from fa_book.one_law.encoder import encoded
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
