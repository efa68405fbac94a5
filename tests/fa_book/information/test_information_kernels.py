"""The kernel bounds against slow sums, an integral and exact limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp
from scipy.stats import norm

from fa_book.information import kde
from fa_book.information.kde import kde_bounds
from fa_lib import information

modest = settings(deadline=None, derandomize=True, max_examples=30)


def problem(seed):
    """H (2, 40, m) and three classes that depend on it, (2, 40, 1)."""
    rng = np.random.default_rng(seed)
    m = rng.integers(1, 5)
    H = rng.normal(size=(2, 40, m)) * np.exp(rng.normal(size=m)) + rng.normal(size=m)
    return H, np.digitize(H[..., :1] + rng.normal(size=(2, 40, 1)), [-0.5, 0.5])


def slow_kde(h, y, noise_variance):
    """(lower, upper) entropies of H + noise, less the noise's own, whole and within classes, in bits."""
    n = len(h)
    square = ((h[:, None] - h[None]) ** 2).sum(axis=2)
    found = []
    for divergence in (square / (8 * noise_variance), square / (2 * noise_variance)):
        whole = -np.mean(logsumexp(-divergence, axis=1) - np.log(n))
        within = 0.0
        for label in np.unique(y):
            own = np.flatnonzero(y == label)
            part = divergence[np.ix_(own, own)]
            within -= len(own) / n * np.mean(logsumexp(-part, axis=1) - np.log(len(own)))
        found.append((whole / np.log(2), within / np.log(2)))
    return found


@given(st.integers(0, 10**6), st.sampled_from([1e-4, 0.01, 0.3, 10.0]))
@modest
def test_kde_equals_slow_sum(seed, noise_variance):
    H, Y = problem(seed)
    for h, y in zip(H, Y, strict=True):
        low, high = slow_kde(h, y[:, 0], noise_variance)
        expected = (low[0] - low[1], high[0] - high[1])
        assert kde_bounds(h, y, noise_variance) == pytest.approx(expected, abs=1e-9)
        entropy = information.entropy(np.unique(y, return_counts=True)[1])
        expected = (max(low[0] - high[1], 0), min(high[0] - low[1], entropy))
        assert kde_bounds(h, y, noise_variance, strict=True) == pytest.approx(expected, abs=1e-9)


@given(st.integers(0, 10**6), st.sampled_from([0.003, 0.03, 0.3, 3.0]))
@modest
def test_strict_bounds_hold_the_truth(seed, noise_variance):
    """Few samples on a line: the information of H + noise is an integral."""
    rng = np.random.default_rng(seed)
    h, y = rng.uniform(-1, 1, 8), np.arange(8) % 2
    grid = np.linspace(-15, 15, 40001)
    density = norm.pdf(grid[:, None], h, np.sqrt(noise_variance))

    def entropy(part):
        p = part.mean(axis=1)
        return -np.sum(p * np.log2(np.where(p > 0, p, 1))) * (grid[1] - grid[0])

    truth = entropy(density) - (entropy(density[:, y == 0]) + entropy(density[:, y == 1])) / 2
    low, high = kde_bounds(h[:, None], y, noise_variance, strict=True)
    assert low - 1e-9 <= truth <= high + 1e-9


def test_kde_limits():
    rng = np.random.default_rng(0)
    H, Y = rng.normal(size=(60, 3)), np.arange(60) % 4
    assert kde_bounds(H, Y, 1e9) == pytest.approx((0, 0), abs=1e-6)  # noise drowns H
    assert kde_bounds(H, Y, 1e-9) == pytest.approx((2, 2), abs=1e-9)  # every sample stands alone
    assert kde_bounds(np.ones((60, 3)), Y) == pytest.approx((0, 0), abs=1e-12)
    assert kde_bounds(Y[:, None], Y) == pytest.approx((2, 2), abs=1e-9)


def test_kde_does_not_depend_on_blocks_order_or_run(monkeypatch):
    rng = np.random.default_rng(0)
    H, Y = rng.normal(size=(3, 50, 2)), rng.integers(0, 3, size=(3, 50, 1))
    low, high = kde_bounds(H, Y, 0.1)
    monkeypatch.setattr(kde, "BLOCK", 170)
    order = rng.permutation(50)
    for run in range(3):
        alone = kde_bounds(H[run, order] + 7, Y[run, order], 0.1)
        assert alone == pytest.approx((low[run], high[run]), abs=1e-10)
    assert np.ptp(low) > 0.01


def test_kde_bins_a_continuous_target():
    rng = np.random.default_rng(0)
    H, Y = rng.normal(size=(80, 2)), rng.normal(size=80)
    expected = kde_bounds(H, np.floor(Y / 0.5), 0.1)
    assert kde_bounds(H, Y, 0.1, bin_size=0.5) == pytest.approx(expected, abs=1e-12)
    assert kde_bounds(H, Y, 0.1) != pytest.approx(expected, abs=0.01)


def test_bounds_do_not_depend_on_where_zero_is():
    """Far from 0 the squares of H are large, and their differences would be lost."""
    random = np.random.default_rng(0)
    H, y = random.normal(size=(200, 3)), random.integers(0, 3, size=200)
    there, far = (np.array(kde_bounds(H + shift, y, 0.1)) for shift in (0, 1e7))
    np.testing.assert_allclose(far, there, atol=1e-6)


def test_a_run_alone_and_a_shared_target():
    rng = np.random.default_rng(0)
    H, Y = rng.normal(size=(3, 40, 2)), rng.integers(0, 2, size=40)
    both, tiled = np.array(kde_bounds(H, Y, 0.1)), np.array(kde_bounds(H, np.stack([Y[:, None]] * 3), 0.1))
    alone = [kde_bounds(h, Y, 0.1) for h in H]
    assert both.shape == (2, 3)
    assert all(isinstance(value, float) for pair in alone for value in pair)
    np.testing.assert_allclose(np.transpose(alone), both, rtol=0, atol=1e-12)
    np.testing.assert_allclose(tiled, both, rtol=0, atol=1e-12)


def test_the_bounds_have_a_null():
    rng = np.random.default_rng(0)
    Y = rng.integers(0, 2, size=300)
    H = rng.normal(size=(2, 300, 2)) + 3 * Y[:, None]
    null = information.null(lambda H, Y: kde_bounds(H, Y, 0.1), H, Y, shuffles=5)
    assert null.shape == (2, 2, 5)
    assert (null < kde_bounds(H, Y, 0.1)[0].min()).all()


good = np.array([[0.0], [1.0], [3.0], [2.0]])


def test_refuses_bad_samples_as_the_librarys_estimators_do():
    with pytest.raises(ValueError, match="Y must hold finite"):
        kde_bounds(good, np.array([[0.0], [1.0], [np.nan], [2.0]]))


@pytest.mark.parametrize("variance", [0, -1.0, np.nan, np.inf, True, "1"])
def test_refuses_bad_noise(variance):
    with pytest.raises(ValueError, match="noise_variance must be a finite number above 0"):
        kde_bounds(good, good, variance)
    with pytest.raises(ValueError, match="bin_size must be a finite number above 0"):
        kde_bounds(good, good, bin_size=variance)


@pytest.mark.parametrize("units", [2, 20, 200])
@pytest.mark.parametrize("variance", [1e-3, 1.0])
def test_strict_bounds_lie_between_nothing_and_the_entropy_of_the_classes(units, variance):
    random = np.random.default_rng(units)
    y = random.integers(2, size=60)
    entropy = information.entropy(np.bincount(y))
    for shift in (0.0, 0.3, 3.0):
        H = random.standard_normal((60, units)) + shift * y[:, None]
        lower, upper = kde_bounds(H, y, variance, strict=True)
        assert 0 <= lower <= upper <= entropy + 1e-12
    lower, upper = kde_bounds(random.standard_normal((9, 2)), np.arange(9), 1e-6, strict=True)
    assert lower <= upper <= np.log2(9) + 1e-12
