"""What the estimators for continuous H have in common: runs, nulls, and what they refuse."""

import numpy as np
import pytest
import torch

from fa_lib import information


def everything(H, Y):
    yield information.gaussian(H, Y)
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
    both = information.null(lambda H, Y: (estimator(H, Y), information.gaussian(H, Y)), H, Y, shuffles=5)
    assert both.shape == (2, 2, 5)
    assert (both == [null, information.null(information.gaussian, H, Y, shuffles=5)]).all()


bad = np.array([[0.0], [1.0], [np.nan], [2.0]])
good = np.array([[0.0], [1.0], [3.0], [2.0]])


@pytest.mark.parametrize("estimator", [information.gaussian, lambda H, Y: information.ksg(H, Y, 1)])
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


@pytest.mark.parametrize("kind", ["bfloat16", "float16"])
def test_short_floats_are_read_as_they_are(kind):
    H = torch.tensor([[0.0, 1.0], [0.5, 0.25], [0.0, 1.0], [0.5, 0.25]])
    y = torch.tensor([0.0, 1.0, 0.0, 1.0])
    assert information.binned(H.to(getattr(torch, kind)), y, 0.1) == information.binned(H, y, 0.1) == 1


@pytest.mark.parametrize("counts", [[np.inf], [np.nan, 1.0], [-1, 2], [0.5]])
def test_counts_that_are_none_are_named(counts):
    with pytest.raises(ValueError, match="counts must be whole numbers of 0 or more"):
        information.entropy(counts)
