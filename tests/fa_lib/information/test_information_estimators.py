"""What the estimators for continuous H have in common: runs, nulls, and what they refuse."""

import numpy as np
import pytest

from fa_lib import information


def everything(H, Y):
    yield information.gaussian(H, Y)
    yield from information.kde_bounds(H, Y, 0.1)
    yield information.ksg(H, Y)
    yield information.ksg(H, Y, discrete=True)


def test_a_run_alone_and_a_shared_target():
    rng = np.random.default_rng(0)
    H, Y = rng.normal(size=(3, 40, 2)), rng.integers(0, 2, size=40)
    for batch, tiled, *alone in zip(
        everything(H, Y), everything(H, np.stack([Y[:, None]] * 3)), *(everything(h, Y) for h in H), strict=True
    ):
        assert batch.shape == (3,)
        assert all(isinstance(value, float) for value in alone)
        np.testing.assert_allclose(alone, batch, rtol=0, atol=1e-12)
        np.testing.assert_allclose(tiled, batch, rtol=0, atol=1e-12)


def test_every_estimator_has_a_null():
    rng = np.random.default_rng(0)
    Y = rng.integers(0, 2, size=300)
    H = rng.normal(size=(2, 300, 2)) + 3 * Y[:, None]
    for estimator in (information.gaussian, lambda H, Y: information.ksg(H, Y, discrete=True)):
        null = information.null(estimator, H, Y, shuffles=5)
        assert null.shape == (2, 5)
        assert (np.abs(null) < 0.15).all()
        assert (estimator(H, Y) > 0.5).all()
    null = information.null(lambda H, Y: information.kde_bounds(H, Y, 0.1), H, Y, shuffles=5)
    assert null.shape == (2, 2, 5)
    assert (null < information.kde_bounds(H, Y, 0.1)[0].min()).all()


bad = np.array([[0.0], [1.0], [np.nan], [2.0]])
good = np.array([[0.0], [1.0], [3.0], [2.0]])


@pytest.mark.parametrize(
    "estimator", [information.gaussian, information.kde_bounds, lambda H, Y: information.ksg(H, Y, 1)]
)
def test_refuses_bad_samples(estimator):
    for H, Y, message in (
        (bad, good, "H must hold finite"),
        (good, bad, "Y must hold finite"),
        (good, good[:3], "same samples"),
        (good[:, 0], good, "H must be"),
        (good, good.astype(str), "Y must hold real"),
    ):
        with pytest.raises(ValueError, match=message):
            estimator(H, Y)


@pytest.mark.parametrize("k", [0, 4, 1.5, True, "3"])
def test_refuses_bad_k(k):
    with pytest.raises(ValueError, match="k must be a whole number from 1 to n - 1 = 3"):
        information.ksg(good, good, k)


@pytest.mark.parametrize("variance", [0, -1.0, np.nan, np.inf, True, "1"])
def test_refuses_bad_noise(variance):
    with pytest.raises(ValueError, match="noise_variance must be a positive number"):
        information.kde_bounds(good, good, variance)
    with pytest.raises(ValueError, match="bin_size must be a positive number"):
        information.kde_bounds(good, good, bin_size=variance)
