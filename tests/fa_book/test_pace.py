"""Speed of one curve against another whose answer is known."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from fa_book import pace
from fa_lib import BP, train

modest = settings(deadline=None, derandomize=True, max_examples=50)


def data(*curves, epochs=None):
    curves = np.array(curves, dtype=float)
    epochs = np.arange(curves.shape[1]) if epochs is None else epochs
    return xr.Dataset({"loss": (("run", "epoch"), curves)}, coords={"run": range(len(curves)), "epoch": epochs})


@modest
@given(factor=st.floats(0.3, 3), rate=st.floats(0.5, 3), every=st.integers(1, 3))
def test_a_curve_that_runs_s_times_as_fast_has_speed_s(factor, rate, every):
    t = np.arange(0, 400, every)
    slow, fast = (1 / (1 + (rate * s * t / 40) ** 2) for s in (1, factor))
    assert pace.speed(data(fast, epochs=t), data(slow, epochs=t))[0] == pytest.approx(factor, rel=0.03)


def test_speed_by_hand():
    slow = data([4, 3, 2, 1.0], [4, 3, 2, 1], [4, 4, 4, 4])
    fast = data([4, 2, 0, 0.0], [4, 4, 3, 2], [4, 4, 4, 4])
    assert pace.speed(fast, slow)[:2].tolist() == [2, 2 / 3]
    assert np.isnan(pace.speed(fast, slow)[2])  # nothing was learned
    assert pace.speed(slow, slow)[:2].tolist() == [1, 1]


def test_speeds_of_exchanged_curves_are_inverse():
    t = np.arange(100)
    a, b = data(np.exp(-t / 20)), data(np.exp(-t / 35))
    assert pace.speed(a, b)[0] * pace.speed(b, a)[0] == pytest.approx(1)


def test_twice_the_learning_rate_is_nearly_twice_the_speed(toy):
    curves = [train(toy(lr=lr), BP(), runs=3, epochs=200, progress=False) for lr in (2e-3, 1e-3)]
    assert pace.speed(*curves) == pytest.approx(np.full(3, 2), rel=0.1)


def test_what_cannot_be_compared_is_named():
    short, long = data([2, 1.0]), data([3, 2, 1.0])
    for pair in ((short, long), (data([1.0]), data([1.0])), (short, data([2, 1.0], [2, 1]))):
        with pytest.raises(ValueError, match="two trainings with the same runs and epochs, two epochs at least"):
            pace.speed(*pair)
