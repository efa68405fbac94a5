"""What every argument check lets through and what it refuses, at the edges, in Python's numbers and numpy's."""

import numpy as np
import pytest

from fa_lib import check

NONE = [None, "2", [2], object()]


@pytest.mark.parametrize("least", [0, 1, 5])
def test_whole_numbers_from_the_least_on(least):
    for value in (least, least + 1, np.int64(least), np.uint8(least + 2)):
        assert check.is_whole(value, least)
        found = check.whole("n", value, least)
        assert (type(found), found) == (int, value)
    for value in (least - 1, float(least), np.float64(least), True, np.True_, *NONE):
        assert not check.is_whole(value, least)
        with pytest.raises(ValueError, match=f"n must be a whole number of {least} or more, got "):
            check.whole("n", value, least)


def test_the_usual_least_is_1_for_counts_and_0_for_numbers():
    assert check.whole("epochs", 1) == 1
    with pytest.raises(ValueError, match="epochs must be a whole number of 1 or more, got 0"):
        check.whole("epochs", 0)
    assert check.is_whole(0)


@pytest.mark.parametrize("value", [1e-300, 0.5, 2, np.float32(3), np.int8(4)])
def test_numbers_above_0(value):
    for zero in (False, True):
        found = check.positive("lr", value, zero=zero)
        assert (type(found), found) == (float, value)


def test_0_only_where_it_is_allowed():
    assert check.positive("decay", 0, zero=True) == check.positive("decay", 0.0, zero=True) == 0
    with pytest.raises(ValueError, match="lr must be a finite number above 0, got 0"):
        check.positive("lr", 0)


@pytest.mark.parametrize("value", [-1e-300, -1, np.inf, -np.inf, np.nan, True, np.True_, 1j, *NONE])
def test_what_is_no_finite_number_above_0(value):
    for zero, words in ((False, "above 0"), (True, "of 0 or more")):
        with pytest.raises(ValueError, match=f"lr must be a finite number {words}, got "):
            check.positive("lr", value, zero=zero)


def test_one_of_some_words():
    assert check.one_of("mode", "slow", ("fast", "slow")) == "slow"
    for value in ("Slow", "", "fast, slow", 1, None, ["slow"]):
        with pytest.raises(ValueError, match="mode must be one of fast, slow, got "):
            check.one_of("mode", value, ("fast", "slow"))


def test_truths():
    for value in (True, False, np.True_, np.False_):
        found = check.truth("frozen", value)
        assert (type(found), found) == (bool, value)
    for value in (0, 1, "no", None, np.int64(1), 1.0):
        with pytest.raises(ValueError, match="frozen must be True or False, got "):
            check.truth("frozen", value)


@pytest.mark.parametrize(
    ("runs", "numbers"),
    [(1, [0]), (3, [0, 1, 2]), (np.int64(2), [0, 1]), ([4], [4]), ((7, 0), [7, 0]), (range(2, 5), [2, 3, 4]),
     (np.array([3, 1]), [3, 1])],
)  # fmt: skip
def test_runs_by_count_or_by_number(runs, numbers):
    found = check.run_numbers(runs)
    assert found == numbers
    assert {type(number) for number in found} == {int}


@pytest.mark.parametrize(
    "runs", [0, -1, True, 2.0, None, "12", [], (), [0, 0], [1, -1], [0.0, 1.0], [True, False], [[0, 1]], {0, 1},
             np.array(2), np.array([]), np.array([[0, 1]])],
)  # fmt: skip
def test_what_names_no_runs(runs):
    with pytest.raises(ValueError, match="runs must be a whole number of 1 or more, or different run numbers from 0"):
        check.run_numbers(runs)
