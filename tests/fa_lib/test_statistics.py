"""Intervals over runs: scipy's Student's t, and as many digits as they deserve."""

import numpy as np
import pytest
from scipy import stats

from fa_lib.statistics import Interval, interval, rounded


@pytest.mark.parametrize("runs", [2, 3, 10, 100])
def test_an_interval_is_scipys(runs):
    values = np.random.default_rng(runs).normal(3, 2, runs)
    found = interval(values)
    assert found.mean == pytest.approx(np.mean(values), rel=1e-12)
    expected = stats.t.interval(0.95, runs - 1, loc=np.mean(values), scale=stats.sem(values))
    np.testing.assert_allclose(found[1:], expected, rtol=1e-10)


def test_one_run_has_no_width_and_equal_runs_none_but_a_place():
    assert interval([0.5]) == (0.5, -np.inf, np.inf)
    assert interval([2, 2, 2]) == (2, 2, 2)


@pytest.mark.parametrize("values", [[], 1.0, [[1.0, 2.0]], [1.0, np.nan], [np.inf, 0.0]])
def test_what_is_not_one_finite_value_a_run_is_refused(values):
    with pytest.raises(ValueError, match="one finite value a run is needed"):
        interval(values)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Interval(0.12345, 0.1, 0.14691), "0.123 [0.100, 0.147]"),
        (Interval(0.5, 0.4996, 0.5004), "0.500 [0.500, 0.500]"),  # none finer than a thousandth
        (Interval(5.4321, 3.4321, 7.4321), "5.43 [3.43, 7.43]"),  # a half width of 2: two digits
        (Interval(54.321, 34.321, 74.321), "54.3 [34.3, 74.3]"),
        (Interval(543.21, 343.21, 743.21), "543 [343, 743]"),
        (Interval(54321.0, 34321.0, 74321.0), "54321 [34321, 74321]"),
        (Interval(-0.0001, -0.0002, 0.0), "0.000 [0.000, 0.000]"),  # no minus before nothing
        (Interval(-0.5, -0.6, -0.4), "-0.500 [-0.600, -0.400]"),
        (Interval(0.5, 0.5, 0.5), "0.5 [0.5, 0.5]"),
        (Interval(0.25, -np.inf, np.inf), "0.25 [-inf, inf]"),
    ],
)
def test_the_half_width_says_how_many_digits_are_told(found, said):
    assert str(found) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0.000"), (-0.0004, "0.000"), (0.0996, "0.100"), (-0.05, "-0.050"), (0.1, "0.1"), (0.12345, "0.123"),
        (1.2345, "1.23"), (-123.45, "-123"), (1234.5, "1.23e+03"),
    ],
)  # fmt: skip
def test_three_digits_none_finer_than_a_thousandth(value, said):
    assert rounded(value) == said
