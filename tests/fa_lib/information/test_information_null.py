"""The null and the ceiling that every information curve is read between."""

import numpy as np
import pytest

from fa_lib import information
from fa_lib.information import _permutation
from fa_lib.random import numpy_generator


def test_ceiling():
    assert information.ceiling(np.arange(8) % 4) == pytest.approx(2, abs=1e-12)
    assert information.ceiling(np.eye(5)) == pytest.approx(np.log2(5), abs=1e-12)
    np.testing.assert_allclose(information.ceiling(np.arange(16).reshape(2, 8, 1) // 8), [0, 0], atol=1e-12)
    assert information.ceiling([0.01, 0.09, 0.11, 0.19]) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("correction", information.CORRECTIONS)
def test_null_is_the_reading_of_permuted_targets(correction):
    rng = np.random.default_rng(0)
    H, Y = rng.uniform(-1, 1, size=(3, 50, 2)), rng.integers(0, 3, size=(3, 50, 2))
    null = information.shuffle_null(H, Y, 0.5, shuffles=2, seed=4, runs=[7, 0, 2], correction=correction)
    for position, run in enumerate([7, 0, 2]):
        generator = numpy_generator(4, run, "null")
        for shuffle in range(2):
            expected = information.binned(
                H[position], Y[position][generator.permutation(50)], 0.5, correction=correction
            )
            assert null[position, shuffle] == pytest.approx(expected, abs=1e-12)
    assert len(np.unique(null)) == 6

    def estimator(H, Y):
        return information.binned(H, Y, 0.5, correction=correction)

    same = information.null(estimator, H, Y, shuffles=2, seed=4, runs=[7, 0, 2])
    np.testing.assert_allclose(same, null, atol=1e-12)
    reading, twin = information.with_null(H, Y, 0.5, shuffles=2, seed=4, runs=[7, 0, 2], correction=correction)
    np.testing.assert_array_equal(twin, null)
    np.testing.assert_allclose(reading, estimator(H, Y), atol=1e-12)


def test_null_of_a_run_depends_on_seed_and_run_alone():
    rng = np.random.default_rng(0)
    H, Y = rng.uniform(-1, 1, size=(4, 60, 2)), rng.integers(0, 2, 60)
    batch = information.shuffle_null(H, Y, 0.5, shuffles=3, seed=1)
    assert batch.shape == (4, 3)
    np.testing.assert_array_equal(information.shuffle_null(H, Y, 0.5, seed=1), batch[:, :1])
    np.testing.assert_allclose(information.shuffle_null(H[2], Y, 0.5, shuffles=1, seed=1, runs=[2]), batch[2:3, :1])
    assert not np.allclose(information.shuffle_null(H, Y, 0.5, shuffles=3, seed=2), batch)


def test_a_shuffle_destroys_information():
    Y = np.arange(4000) % 4
    assert information.binned(Y[:, None], Y, 1.0) == pytest.approx(2)
    assert (information.shuffle_null(Y[:, None], Y, 1.0, shuffles=5) < 0.01).all()


@pytest.mark.parametrize(
    "options", [{"shuffles": 0}, {"shuffles": 1.5}, {"shuffles": True}, {"runs": [0, 1]}, {"runs": 1}]
)
def test_null_refuses(options):
    with pytest.raises(ValueError, match=f"{next(iter(options))} must"):
        information.shuffle_null(np.zeros((4, 2)), np.zeros(4), **options)


@pytest.mark.parametrize("seed", [True, -1, 1.0, 2**32])
def test_null_refuses_a_bad_seed_even_where_an_equal_one_was_good(seed):
    H, Y = np.zeros((4, 2)), np.zeros(4)
    information.shuffle_null(H, Y, seed=1)
    with pytest.raises(ValueError, match="seed must be"):
        information.shuffle_null(H, Y, seed=seed)


@pytest.mark.parametrize(("count", "kept"), [(1, True), (2, False)])
def test_permutations_of_many_runs_are_not_kept(monkeypatch, count, kept):
    """They would fill the memory: each call draws them again, the same ones."""
    monkeypatch.setattr(_permutation, "KEPT", 60)
    one, two = (_permutation.permutations(count, 20, shuffles=3, seed=0, runs=None) for _ in range(2))
    assert (one is two) is kept
    np.testing.assert_array_equal(list(one), list(two))
