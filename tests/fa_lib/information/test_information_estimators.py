"""What the estimators for continuous H have in common: runs, nulls, and what they refuse."""

import numpy as np
import pytest
import torch

from fa_lib import information


def everything(H, Y):
    yield information.gaussian(H, Y)
    yield from information.kde_bounds(H, Y, 0.1)
    yield information.ksg(H, Y)
    yield information.ksg(H, Y, discrete=True)


@pytest.mark.filterwarnings("ignore::fa_lib.information.EstimateWarning")
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


@pytest.mark.filterwarnings("ignore::fa_lib.information.EstimateWarning")
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
    with pytest.raises(ValueError, match="noise_variance must be a finite number above 0"):
        information.kde_bounds(good, good, variance)
    with pytest.raises(ValueError, match="bin_size must be a finite number above 0"):
        information.kde_bounds(good, good, bin_size=variance)


def test_a_reading_above_the_entropy_of_y_comes_with_a_warning():
    random = np.random.default_rng(0)
    H = random.standard_normal((40, 3))
    one_hot = np.eye(2)[(H[:, 0] > 0).astype(int)]
    with pytest.warns(information.EstimateWarning, match="gaussian reads inf bits more than Y holds"):
        assert information.gaussian(np.hstack([H, one_hot]), one_hot) == np.inf
    with pytest.warns(information.EstimateWarning, match="give discrete=True if they are classes"):
        information.ksg(H, one_hot)
    assert information.ksg(H, one_hot, discrete=True) <= 1
    information.ksg(H, H @ [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"5 samples are too few for 4 independent units.*give 6 or more"):
        information.gaussian(random.standard_normal((5, 5)), random.standard_normal(5))


@pytest.mark.parametrize("units", [2, 20, 200])
@pytest.mark.parametrize("variance", [1e-3, 1.0])
def test_strict_bounds_lie_between_nothing_and_the_entropy_of_the_classes(units, variance):
    random = np.random.default_rng(units)
    y = random.integers(2, size=60)
    entropy = information.entropy(np.bincount(y))
    for shift in (0.0, 0.3, 3.0):
        H = random.standard_normal((60, units)) + shift * y[:, None]
        lower, upper = information.kde_bounds(H, y, variance, strict=True)
        assert 0 <= lower <= upper <= entropy + 1e-12
    lower, upper = information.kde_bounds(random.standard_normal((9, 2)), np.arange(9), 1e-6, strict=True)
    assert lower <= upper <= np.log2(9) + 1e-12


@pytest.mark.parametrize("kind", ["bfloat16", "float16"])
def test_short_floats_are_read_as_they_are(kind):
    H = torch.tensor([[0.0, 1.0], [0.5, 0.25], [0.0, 1.0], [0.5, 0.25]])
    y = torch.tensor([0.0, 1.0, 0.0, 1.0])
    assert information.binned(H.to(getattr(torch, kind)), y, 0.1) == information.binned(H, y, 0.1) == 1


@pytest.mark.parametrize("counts", [[np.inf], [np.nan, 1.0], [-1, 2], [0.5]])
def test_counts_that_are_none_are_named(counts):
    with pytest.raises(ValueError, match="counts must be whole numbers of 0 or more"):
        information.entropy(counts)
