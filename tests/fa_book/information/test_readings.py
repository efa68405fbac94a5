"""Readings of made-up layers: each estimator against its own call, nulls at nothing, and readouts that tell no lies."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from fa_book.coding_rate.reduction import coding_rate
from fa_book.information import testbed
from fa_book.information.decoded_information import classes, readings, shuffled, told
from fa_lib import information, probes
from fa_lib.record import Snapshot

INFORMATION = ("binned", "gaussian", "ksg", "told")


def seen(case, n=1200, n_test=600, runs=2, one_hot=True, seed=0):
    """A Snapshot of the case's samples, every run with its own H and all with one Y."""
    random = np.random.default_rng(seed)
    H, Y = case.draw(random, n + n_test)
    H = torch.tensor(np.stack([H, *(H + 0.01 * random.standard_normal(H.shape) for _ in range(runs - 1))])).float()
    y = torch.tensor(Y[:, 0].astype(int))
    y = functional.one_hot(y).float() if one_hot else y[:, None] / 10
    return Snapshot(H[:, :n], y[:n], H[:, n:], y[n:])


def test_readings_are_those_of_the_estimators():
    one = seen(testbed.clouds(4, 2))
    got = {name: measure(one) for name, measure in readings(bin_size=0.5, samples=300).items()}
    H, y = one.H.numpy(), one.y.numpy()
    np.testing.assert_allclose(got["binned"], information.binned(H, y, 0.5))
    np.testing.assert_allclose(got["gaussian"], information.gaussian(H, y, unbiased=True), atol=1e-9)
    np.testing.assert_allclose(got["ksg"], information.ksg(H[:, :300], y[:300], discrete=True))
    np.testing.assert_allclose(got["effective_rank"], probes.effective_rank(one.H))
    np.testing.assert_allclose(got["coding_rate"], coding_rate(one.H))
    np.testing.assert_allclose(got["rate_reduction"], coding_rate(one.H, one.y))
    assert all(np.shape(value) == (2,) for value in got.values())


def test_one_hot_and_numeric_targets_are_read_alike():
    measures = readings(samples=300)
    cases = [seen(testbed.clouds(3, 2), one_hot=one_hot) for one_hot in (True, False)]
    pairs = [{name: np.asarray(measure(case)) for name, measure in measures.items()} for case in cases]
    for name in pairs[0]:
        if "null" not in name:
            np.testing.assert_allclose(pairs[0][name], pairs[1][name], atol=1e-6, err_msg=name)


def test_nulls_are_at_nothing_where_cells_are_not():
    one = seen(testbed.clouds(3, 3))
    got = {name: measure(one) for name, measure in readings(samples=600).items()}
    for name in ("gaussian", "ksg", "told"):
        assert (np.abs(got[f"{name}_null"]) < 0.05).all()
        assert (got[name] > 0.4).all()
    assert (got["binned_null"] > 0.9).all()


def test_a_readout_tells_no_more_than_there_is_and_the_nonlinear_one_sees_corners():
    for case in (testbed.clouds(4, 2), testbed.halves(4, 0.1), testbed.corners(4)):
        one = seen(case, n=3000, n_test=3000)
        got = {name: readings()[name](one) for name in ("told", "told_linear")}
        assert (got["told"] < case.bits + 0.01).all()
        assert (got["told_linear"] < case.bits + 0.01).all()
        assert (got["told"] > 0.5 * case.bits).all()
    assert (np.abs(got["told_linear"]) < 0.01).all()


def test_told_is_the_information_of_the_table_of_guesses():
    guess, y = torch.tensor([[0, 0, 1, 1], [0, 1, 0, 1]]), torch.tensor([0, 0, 1, 1])
    copies = 500  # so that the correction is small
    got = told(guess.repeat(1, copies), y.repeat(copies))
    np.testing.assert_allclose(got, [1, 0], atol=0.002)
    random = np.random.default_rng(0)
    blind = [
        told(torch.tensor(random.integers(0, 3, (1, 400))), torch.tensor(random.integers(0, 3, 400)))[0]
        for _ in range(300)
    ]
    assert np.mean(blind) == pytest.approx(0, abs=4 * np.std(blind) / np.sqrt(300))


def test_classes_count_different_rows():
    assert classes(torch.tensor([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])).tolist() == [0, 1, 0]
    digits = torch.tensor([7, 0, 6, 9, 8, 7]) / 10
    assert classes(digits[:, None]).tolist() == [2, 0, 1, 4, 3, 2]
    assert classes(torch.tensor([[0.0], [1.5e-6]], dtype=torch.float64)).tolist() == [0, 1]


def test_shuffled_keeps_every_target_and_moves_it():
    y, other = torch.arange(50.0)[:, None], torch.arange(7.0)[:, None]
    got = shuffled(y, other, seed=1)
    assert [sorted(part[:, 0].tolist()) for part in got] == [y[:, 0].tolist(), other[:, 0].tolist()]
    assert (got[0] != y).any()
    assert torch.equal(got[0], shuffled(y, seed=1)[0])
    assert not torch.equal(got[0], shuffled(y, seed=2)[0])
