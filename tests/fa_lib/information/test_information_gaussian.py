"""The normal closed form against determinants, regression and exact limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fa_lib import information

modest = settings(deadline=None, derandomize=True, max_examples=30)


@st.composite
def problems(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    m, p = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    H = rng.normal(size=(2, 40, m)) * np.exp(rng.normal(size=m)) + rng.normal(size=m)
    return H, H[..., :1] + rng.normal(size=(2, 40, p)), rng


@given(problems())
@modest
def test_gaussian_equals_determinants(problem):
    H, Y, _ = problem
    for h, y in zip(H, Y, strict=True):
        parts = [np.atleast_2d(np.cov(part.T)) for part in (h, y, np.hstack([h, y]))]
        of_H, of_Y, of_both = (np.linalg.slogdet(part)[1] for part in parts)
        expected = (of_H + of_Y - of_both) / (2 * np.log(2))
        assert information.gaussian(h, y) == pytest.approx(expected, abs=1e-10)


@given(problems())
@modest
def test_gaussian_is_the_regression_residual(problem):
    H, Y, _ = problem
    H, Y = H[0], Y[0, :, 0]
    loss = np.linalg.lstsq(H, Y)[1][0]
    assert information.gaussian(H, Y, intercept=False) == pytest.approx(-np.log2(loss / (Y @ Y)) / 2, abs=1e-10)
    ones = np.hstack([H, np.ones((len(H), 1))])
    loss, spread = np.linalg.lstsq(ones, Y)[1][0], ((Y - Y.mean()) ** 2).sum()
    assert information.gaussian(H, Y) == pytest.approx(-np.log2(loss / spread) / 2, abs=1e-10)


@given(problems())
@modest
def test_gaussian_ignores_coordinates(problem):
    """Any invertible map of H or Y, any shift, any redundant or constant column."""
    H, Y, rng = problem
    reading = information.gaussian(H, Y)
    mixed = H @ (rng.normal(size=(H.shape[2], H.shape[2])) + 3 * np.eye(H.shape[2])) * 1e8 + 1e9
    np.testing.assert_allclose(information.gaussian(mixed, Y), reading, atol=1e-6)
    more = np.concatenate([H, H[..., :1] - 2 * H[..., -1:], np.full_like(H[..., :1], 0.1)], axis=2)
    np.testing.assert_allclose(information.gaussian(more, Y * 1e-200), reading, atol=1e-10)
    np.testing.assert_allclose(information.gaussian(Y, H), reading, atol=1e-10)
    one_hot = np.eye(3)[np.digitize(Y[..., 0], [-0.5, 0.5])]
    np.testing.assert_allclose(information.gaussian(H, one_hot), information.gaussian(H, one_hot[..., :2]), atol=1e-10)


def test_gaussian_limits():
    rng = np.random.default_rng(0)
    H = rng.normal(size=(50, 3))
    assert information.gaussian(H, H @ [1.0, 2.0, 3.0] + 5) == np.inf
    with pytest.raises(ValueError, match="4 samples are too few for 3 independent units"):
        information.gaussian(rng.normal(size=(4, 3)), rng.normal(size=4))
    for constant in (np.ones((50, 3)), np.zeros((50, 3)), np.full((50, 3), 0.1)):
        assert information.gaussian(constant, H) == pytest.approx(0, abs=1e-14)
        assert information.gaussian(H, constant) == pytest.approx(0, abs=1e-14)
        assert not np.signbit(information.gaussian(constant[:, :1], constant[:, :1]))
    almost = H @ [1.0, 2.0, 3.0] + 1e-6 * rng.normal(size=50)  # 21 bits: 1 - R^2 would lose half the digits
    ones = np.hstack([H, np.ones((50, 1))])
    residual = almost - ones @ np.linalg.lstsq(ones, almost)[0]
    expected = np.log2(almost.std() / residual.std())
    assert information.gaussian(H, almost) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("correlated", [0.0, 2.0])
def test_gaussian_unbiased(correlated, intercept):
    """Twelve samples of four units and two outputs: the plain reading is far off, the corrected one right."""
    rng = np.random.default_rng(0)
    H = rng.normal(size=(4000, 12, 4))
    Y = correlated * H[..., :2] + rng.normal(size=(4000, 12, 2))
    truth = np.log2(1 + correlated**2)
    plain = information.gaussian(H, Y, intercept=intercept)
    found = information.gaussian(H, Y, intercept=intercept, unbiased=True)
    error = plain.std() / np.sqrt(4000)
    assert abs(found.mean() - truth) < 4 * error
    assert plain.mean() - truth > 20 * error
    with pytest.raises(ValueError, match="needs 6 samples"):
        information.gaussian(H[0, :5], Y[0, :5], intercept=False, unbiased=True)
