"""The normal closed form against determinants, regression and exact limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fa_lib import information

modest = settings(deadline=None, derandomize=True, max_examples=30)


@given(st.integers(0, 10**6))
@modest
def test_gaussian_equals_determinants(problem, seed):
    H, Y, _ = problem(seed)
    for h, y in zip(H, Y, strict=True):
        parts = [np.atleast_2d(np.cov(part.T)) for part in (h, y, np.hstack([h, y]))]
        of_H, of_Y, of_both = (np.linalg.slogdet(part)[1] for part in parts)
        expected = (of_H + of_Y - of_both) / (2 * np.log(2))
        assert information.gaussian(h, y) == pytest.approx(expected, abs=1e-10)


@given(st.integers(0, 10**6))
@modest
def test_gaussian_is_the_regression_residual(problem, seed):
    H, Y, _ = problem(seed)
    H, Y = H[0], Y[0, :, 0]
    loss = np.linalg.lstsq(H, Y)[1][0]
    assert information.gaussian(H, Y, intercept=False) == pytest.approx(-np.log2(loss / (Y @ Y)) / 2, abs=1e-10)
    ones = np.hstack([H, np.ones((len(H), 1))])
    loss, spread = np.linalg.lstsq(ones, Y)[1][0], ((Y - Y.mean()) ** 2).sum()
    assert information.gaussian(H, Y) == pytest.approx(-np.log2(loss / spread) / 2, abs=1e-10)


@given(st.integers(0, 10**6))
@modest
def test_gaussian_ignores_coordinates(problem, seed):
    """Any invertible map of H or Y, any shift, any redundant or constant column."""
    H, Y, _ = problem(seed)
    rng = np.random.default_rng(seed)
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


def test_a_column_is_redundant_by_the_size_of_all_columns():
    """A hundred units that move together: what differs by 3 n roundings from one of them is nothing beside them all."""
    rng = np.random.default_rng(0)
    H = 1e6 * (rng.normal(size=(200, 1)) + 0.01 * rng.normal(size=(200, 100)))
    Y = H[:, 0] + 1e6 * rng.normal(size=200)
    beside = Y - Y.mean() - np.linalg.qr(H - H.mean(0))[0] @ np.linalg.qr(H - H.mean(0))[0].T @ (Y - Y.mean())
    rounding = 3 * 200 * np.finfo(float).eps * np.linalg.norm(H[:, 0] - H[:, 0].mean()) / np.linalg.norm(beside)
    more = np.column_stack([H, H[:, 0] + rounding * np.sqrt(2) * beside])
    assert information.gaussian(more, Y) == pytest.approx(information.gaussian(H, Y), abs=1e-6)
    assert information.gaussian(np.column_stack([H, H[:, 0] + 100 * rounding * beside]), Y) > 10  # it is no such thing


def test_class_numbers_are_told_from_quantities():
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 10, 400)
    turns = 2 * np.pi * rng.permutation(10)[classes] / 10
    H = np.column_stack([np.cos(turns), np.sin(turns)]) + 0.1 * rng.normal(size=(400, 2))  # a circle, in any order
    with pytest.warns(information.EstimateWarning, match=r"numbers of classes: give a column for each class, np\.eye"):
        assert information.gaussian(H, classes) < 0.5
    assert information.gaussian(H, classes, doubt=False) < 0.5
    assert information.gaussian(H, np.eye(10)[classes], doubt=False) > 2
    for Y in (classes % 2, classes / 10, np.arange(400), np.stack([classes, classes[::-1]], 1)):
        information.gaussian(H, Y)  # no doubt


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
