"""The cases with known information: each truth against a second way to it."""

from functools import partial

import numpy as np
import pytest
from scipy.integrate import dblquad

from fa_book.information import testbed
from fa_lib import dynamics, information
from fa_lib.random import numpy_generator


def drawn(case, n=200_000, seed=0):
    return case.draw(np.random.default_rng(seed), n)


@pytest.mark.parametrize("correlation", [0.0, -0.5, 0.9])
@pytest.mark.parametrize("m", [1, 5])
def test_normal_pair(m, correlation):
    case = testbed.normal_pair(m, correlation)
    H, Y = drawn(case)
    assert H.shape == (200_000, m)
    np.testing.assert_allclose(np.cov(H.T, Y.T)[:-1, -1], correlation / np.sqrt(m), atol=0.01)
    np.testing.assert_allclose(np.diag(np.cov(H.T, Y.T)), 1, atol=0.02)
    assert information.gaussian(H, Y, unbiased=True) == pytest.approx(case.bits, abs=0.01)


def test_normal_pair_truth_is_the_integral():
    r = 0.6

    def density(y, h):
        return np.exp(-(h * h - 2 * r * h * y + y * y) / (2 * (1 - r * r))) / (2 * np.pi * np.sqrt(1 - r * r))

    def integrand(y, h):
        return density(y, h) * (
            -np.log2(1 - r * r) / 2
            + ((h * h + y * y) / 2 - (h * h - 2 * r * h * y + y * y) / (2 * (1 - r * r))) / np.log(2)
        )

    assert testbed.normal_pair(1, r).bits == pytest.approx(dblquad(integrand, -8, 8, -8, 8, epsabs=1e-7)[0], abs=1e-5)


def test_independent():
    case = testbed.independent(3, 4)
    H, Y = drawn(case)
    assert case.bits == 0
    assert np.unique(Y).tolist() == [0, 1, 2, 3]
    assert np.abs(H).max() < 1
    assert information.gaussian(H, np.eye(4)[Y[:, 0]]) < 1e-3
    assert information.binned(H, Y, 1.0) < 1e-3


@pytest.mark.parametrize("flipped", [0.0, 0.1, 0.5])
def test_halves(flipped):
    """The side of the plane holds all there is to know, so that counting sides and classes gives the truth."""
    case = testbed.halves(3, flipped)
    H, Y = drawn(case)
    side = H.sum(axis=1, keepdims=True) > 0
    assert information.binned(side, Y, 1.0) == pytest.approx(case.bits, abs=0.01)
    assert (side != Y).mean() == pytest.approx(flipped, abs=0.005)


@pytest.mark.parametrize(("m", "distance"), [(1, 1.0), (4, 3.0), (2, 12.0), (2, 0.0)])
def test_clouds(m, distance):
    """The information is what the truth's surprise falls short of one bit: averaged over samples."""
    case = testbed.clouds(m, distance)
    H, Y = drawn(case)
    along = H.sum(axis=1) / np.sqrt(m)
    surprise = np.logaddexp(0, -np.where(Y[:, 0], 1, -1) * distance * along) / np.log(2)
    assert 1 - surprise.mean() == pytest.approx(case.bits, abs=0.01)
    across = H - along[:, None] / np.sqrt(m)
    assert across.var() == pytest.approx((m - 1) / m, abs=0.01)
    assert case.bits == pytest.approx({0.0: 0.0, 1.0: 0.16075, 3.0: 0.75998, 12.0: 1.0}[distance], abs=1e-5)


def test_table():
    joint = np.array([[0.5, 0.125], [0.125, 0.25]])
    case = testbed.table(joint)
    by_hand = sum(p * np.log2(p / (joint[i].sum() * joint[:, j].sum())) for (i, j), p in np.ndenumerate(joint))
    assert case.bits == pytest.approx(by_hand, abs=1e-12)
    assert information.binned(*drawn(case), 1.0) == pytest.approx(by_hand, abs=0.01)


@pytest.mark.parametrize("steps", [0, 1, 7])
@pytest.mark.parametrize("p", [1, 2])
def test_linear_dynamics(p, steps):
    """The same draws pushed through Eq. 10 step by step, and the truth read off many of them by regression."""
    rng = np.random.default_rng(3)
    W, B = rng.normal(size=(5, p)) / 2, rng.normal(size=(p, 5))
    case = testbed.linear_dynamics(W, B, step=0.1, steps=steps)
    H, Y = drawn(case, 20_000)
    start = np.random.default_rng(0)
    looped, target = start.standard_normal((20_000, 5)), start.standard_normal((20_000, p))
    for _ in range(steps):
        looped = looped - 0.1 * (looped @ W - target) @ B
    np.testing.assert_array_equal(Y, target)
    np.testing.assert_allclose(H, looped, rtol=1e-8, atol=1e-8)
    spread = 4 * np.sqrt(p / 20_000) / np.log(2)
    assert information.gaussian(H, Y, unbiased=True) == pytest.approx(case.bits, abs=spread)
    assert (case.bits > 0.01) == (steps > 0)


def test_the_regression_loss_of_the_dynamics_is_their_information():
    """L_R / (y'y) = 2^(-2 I) at every step, without intercept, whatever the samples."""
    H0, Y, W, B = dynamics.draw(n=60, m=4, p=1, runs=1, seed=1)
    curves = dynamics.simulate(H0, Y, W, B[0], steps=12)
    bits = [information.gaussian(H, Y, intercept=False) for H in dynamics.trajectory(H0, Y, W, B[0], steps=12)]
    np.testing.assert_allclose(2.0 ** (-2 * np.array(bits)), curves.regression_loss / (Y**2).mean(), rtol=1e-8)
    assert np.ptp(bits) > 0.5


def test_survey():
    cases = {"none": testbed.independent(2), "copy": testbed.table(np.eye(2) / 2)}
    estimators = {"fine": information.binned, "coarse": partial(information.binned, bin_size=1.0)}
    found = testbed.survey(cases, estimators, n=(20, 400), repeats=3, seed=5)
    assert found.reading.dims == ("case", "n", "estimator", "repeat")
    assert found.bits.values.tolist() == [0, 1]
    H, Y = cases["none"].draw(numpy_generator(5, 2, "data"), 400)
    here = found.sel(case="none", n=400)
    assert here.reading.sel(estimator="fine", repeat=2) == pytest.approx(information.binned(H, Y), abs=1e-12)
    for name, estimate in estimators.items():
        readings = np.array([estimate(*cases["none"].draw(numpy_generator(5, r, "data"), 400)) for r in range(3)])
        assert here.bias.sel(estimator=name) == pytest.approx(readings.mean(), abs=1e-12)
        assert here.spread.sel(estimator=name) == pytest.approx(readings.std(ddof=1), abs=1e-12)
    assert here.bias.sel(estimator="fine") > 0.5 > 0.1 > here.bias.sel(estimator="coarse")
    assert abs(found.bias.sel(case="copy", n=400)).max() < 0.05


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: testbed.normal_pair(2, 1.0), "correlation"),
        (lambda: testbed.normal_pair(2, np.nan), "correlation"),
        (lambda: testbed.halves(2, 1.5), "flipped"),
        (lambda: testbed.table([[0.5, 0.4]]), "joint"),
        (lambda: testbed.table([[1.5, -0.5]]), "joint"),
        (lambda: testbed.table([0.5, 0.5]), "joint"),
        (lambda: testbed.linear_dynamics(np.ones((3, 1)), np.ones((1, 2))), "W must be"),
        (lambda: testbed.linear_dynamics(np.ones(3), np.ones((1, 3))), "W must be"),
        (lambda: testbed.survey({}, {"binned": information.binned}), "survey needs"),
        (lambda: testbed.survey({"a": testbed.independent(1)}, {}), "survey needs"),
        (lambda: testbed.survey({"a": testbed.independent(1)}, {"b": information.binned}, n=()), "survey needs"),
        (lambda: testbed.survey({"a": testbed.independent(1)}, {"b": information.binned}, repeats=1), "2 repeats"),
    ],
)
def test_refuses(make, message):
    with pytest.raises(ValueError, match=message):
        make()
