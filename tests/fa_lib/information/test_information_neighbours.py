"""The nearest-neighbour estimates against the independent library, slow loops and exact limits."""

import infomeasure
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import digamma

from fa_lib import information
from fa_lib.information import _ksg

modest = settings(deadline=None, derandomize=True, max_examples=30)


@given(st.integers(0, 10**6), st.sampled_from([1, 3, 6]))
@modest
def test_ksg_equals_infomeasure(problem, seed, k):
    H, Y, _ = problem(seed)
    h, y = (part[0] - part[0].mean(axis=0) for part in (H, Y))
    h, y = h / np.sqrt((h**2).mean()), y / np.sqrt((y**2).mean())
    expected = infomeasure.mutual_information(h, y, approach="ksg", k=k, noise_level=0, base=2)
    assert information.ksg(H[0] * 100 + 3, Y[0], k) == pytest.approx(float(expected), abs=1e-9)


@given(st.integers(0, 10**6), st.sampled_from([1, 3]))
@modest
def test_ksg_of_classes_equals_slow_loop(problem, seed, k):
    H, _, Y = problem(seed)
    h, y = H[0], Y[0, :, 0]
    kept = [i for i in range(40) if (y == y[i]).sum() > 1]
    distance = np.abs(h[:, None] - h[None]).max(axis=2)
    terms = []
    for i in kept:
        own = sorted(distance[i, j] for j in kept if y[j] == y[i] and j != i)
        near = min(k, len(own))
        around = sum(distance[i, j] < own[near - 1] for j in kept if j != i) + 1
        terms.append(digamma(near) - digamma(len(own) + 1) - digamma(around))
    expected = (np.mean(terms) + digamma(len(kept))) / np.log(2)
    assert information.ksg(h, y, k, discrete=True) == pytest.approx(expected, abs=1e-9)
    one_hot = np.eye(3)[y]
    assert information.ksg(h - 5, one_hot, k, discrete=True) == pytest.approx(expected, abs=1e-9)


@pytest.mark.filterwarnings("ignore::fa_lib.information.EstimateWarning")
def test_ksg_on_samples_that_coincide():
    """With every neighbour at distance 0 what is left is the digamma of the counts; a constant H reads exactly 0."""
    rng = np.random.default_rng(0)
    H, Y = rng.integers(0, 3, size=(200, 1)), rng.integers(0, 2, size=200)
    both = H[:, 0] * 2 + Y
    counts = [np.bincount(part)[part] for part in (both, H[:, 0], Y)]
    of_both, of_H, of_Y = (digamma(part).mean() for part in counts)
    expected = (of_both - of_H - of_Y + digamma(200)) / np.log(2)
    assert information.ksg(H, Y) == pytest.approx(expected, abs=1e-12)
    assert information.ksg(H, Y, discrete=True) == pytest.approx(expected, abs=1e-12)
    assert information.ksg(np.full((50, 2), 0.1), rng.normal(size=50)) == pytest.approx(0, abs=1e-12)


def test_ksg_leaves_out_a_class_of_one():
    rng = np.random.default_rng(0)
    H, Y = rng.normal(size=(60, 2)), np.arange(60) % 2
    reading = information.ksg(H, Y, discrete=True)
    lonely = information.ksg(np.vstack([H, H.mean(axis=0)]), np.append(Y, 9), discrete=True)
    assert lonely == pytest.approx(reading, abs=1e-12)
    with pytest.raises(ValueError, match="class of two"):
        information.ksg(H, np.arange(60), discrete=True)


@pytest.mark.filterwarnings("ignore::fa_lib.information.EstimateWarning")
@pytest.mark.parametrize("discrete", [True, False])
def test_ksg_does_not_depend_on_blocks_order_or_run(monkeypatch, discrete):
    rng = np.random.default_rng(0)
    H, Y = rng.normal(size=(3, 50, 2)), rng.integers(0, 3, size=(3, 50, 1))
    batch = information.ksg(H, Y, discrete=discrete)
    monkeypatch.setattr(_ksg, "BLOCK", 170)
    order = rng.permutation(50)
    alone = [information.ksg(H[run, order], Y[run, order], discrete=discrete) for run in range(3)]
    np.testing.assert_allclose(alone, batch, rtol=0, atol=1e-12)
    assert np.ptp(batch) > 0.01
