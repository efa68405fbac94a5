"""What the binned estimator reads by chance, against simulation, hand counts and its two limits."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fa_book.coding_rate.reduction import coding_rate
from fa_book.information import testbed
from fa_book.information.saturation import by_chance
from fa_lib import information
from fa_lib.random import numpy_generator


def by_hand(cells, n, p):
    """Every way to hand out cells and classes to n samples, each weighted by its probability."""
    total = 0.0
    for places in product(range(cells), repeat=n):
        for labels in product(range(len(p)), repeat=n):
            reading = information.binned(np.array(places)[:, None], np.array(labels), 1)
            total += np.prod([p[label] for label in labels]) / cells**n * reading
    return total


@pytest.mark.parametrize(
    ("cells", "n", "p"), [(2, 4, [0.5, 0.5]), (3, 4, [0.2, 0.8]), (2, 3, [0.5, 0.3, 0.2]), (1, 4, [0.5, 0.5])]
)
def test_by_chance_is_the_mean_over_all_outcomes(cells, n, p):
    assert by_chance(cells, n, p) == pytest.approx(by_hand(cells, n, p), abs=1e-10)


def test_by_chance_is_what_uniform_samples_read():
    readings = [
        information.binned(*testbed.independent(4).draw(numpy_generator(0, run, "data"), 3277), 0.2)
        for run in range(10)
    ]
    # the labels' own counts vary; 10 000 cells of 0.33 samples each
    assert np.mean(readings) == pytest.approx(by_chance(10**4, 3277), abs=4 * np.std(readings) / np.sqrt(10))
    assert by_chance(10**4, 3277) == pytest.approx(0.8515, abs=1e-4)


def test_by_chance_of_many_samples_is_millers_bias():
    assert by_chance(20, 50_000, 3) == pytest.approx(19 * 2 / (2 * 50_000 * np.log(2)), rel=0.01)
    assert by_chance(1, 1000) == pytest.approx(0, abs=1e-12)


def test_by_chance_of_few_samples_is_the_entropy_of_the_target():
    assert by_chance(1e9, 3000, 10) == pytest.approx(np.log2(10), abs=0.01)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.integers(1, 400), st.integers(1, 300), st.integers(1, 5))
def test_by_chance_lies_between_zero_and_the_ceiling_and_grows_with_the_cells(cells, n, classes):
    found = by_chance(cells, n, classes)
    assert -1e-9 <= found <= np.log2(classes) + 1e-9
    assert by_chance(2 * cells, n, classes) >= found - 1e-9


@pytest.mark.parametrize(
    "arguments", [(0, 5), (2, 0), (np.nan, 5), (2, 5, [0.5, 0.4]), (2, 5, [1.5, -0.5]), (2, 5, [])]
)
def test_by_chance_refuses(arguments):
    with pytest.raises(ValueError, match=r"needed at least|add up to 1"):
        by_chance(*arguments)


@pytest.mark.parametrize("flipped", [0.0, 0.1])
def test_corners_hold_what_the_signs_say_and_no_line_reads_it(flipped):
    case = testbed.corners(3, flipped)
    H, Y = case.draw(np.random.default_rng(0), 100_000)
    differ = (H[:, :1] > 0) != (H[:, 1:2] > 0)
    assert information.binned(differ, Y, 1.0) == pytest.approx(case.bits, abs=0.01)
    assert (differ != Y).mean() == pytest.approx(flipped, abs=0.005)
    assert information.gaussian(H, Y) < 1e-3
    assert case.bits == testbed.halves(3, flipped).bits


def test_corners_need_two_units():
    with pytest.raises(ValueError, match="two units at least, got m = 1"):
        testbed.corners(1)


def test_opposite_classes_have_one_second_moment_and_no_rate_reduction():
    """Why rate reduction misses halves and clouds: it never sees the classes' means."""
    import torch

    H, Y = testbed.halves(4).draw(np.random.default_rng(0), 20_000)
    H, y = torch.tensor(H)[None], torch.tensor(np.concatenate([Y, ~Y], 1))
    assert abs(coding_rate(H, y).item()) < 0.002
    assert coding_rate(torch.nn.functional.pad(H, (0, 1), value=1.0), y).item() > 0.3
