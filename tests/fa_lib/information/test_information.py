"""The binned information against slow counting, tables known by hand, and what must not change it."""

from collections import Counter
from math import floor, log2

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from fa_lib import information
from fa_lib.information._binning import cells

modest = settings(deadline=None, derandomize=True, max_examples=60)


def slow_entropy(words) -> float:
    """Plug-in entropy by counting in a dictionary."""
    n = len(words)
    return -sum(c / n * log2(c / n) for c in Counter(words).values())


def slow_binned(H, Y, bin_size) -> float:
    def words(A):
        return [tuple(floor(float(v) / bin_size) for v in np.atleast_1d(row)) for row in A]

    h, y = words(H), words(Y)
    return slow_entropy(h) + slow_entropy(y) - slow_entropy(list(zip(h, y, strict=True)))


def from_table(table) -> tuple[np.ndarray, np.ndarray]:
    """Samples that visit cell (h, y) table[h, y] times."""
    table = np.asarray(table)
    h, y = np.indices(table.shape).reshape(2, -1).repeat(table.ravel(), axis=1)
    return h[:, None].astype(float), y


@st.composite
def problems(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    run, n, m, p = (draw(st.integers(1, top)) for top in (3, 40, 5, 3))
    bin_size = draw(st.sampled_from([0.05, 0.1, 0.3, 1.0, 7.0]))
    scale = draw(st.sampled_from([0.1, 1.0, 50.0, 1e12]))
    return rng.normal(size=(run, n, m)) * scale, np.round(rng.normal(size=(run, n, p)), 1), bin_size


@given(problems())
@modest
def test_equals_slow_count(problem):
    H, Y, bin_size = problem
    expected = [slow_binned(h, y, bin_size) for h, y in zip(H, Y, strict=True)]
    np.testing.assert_allclose(information.binned(H, Y, bin_size), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("scale", [3.0, 1e4, 1e15, 1e20])
def test_equals_slow_count_where_cells_outgrow_64_bits(scale):
    """Forty units, or few with huge values: the row numbers must be re-ranked on the way, without a collision."""
    rng = np.random.default_rng(1)
    H = np.round(rng.normal(size=(2, 300, 40)), 1) * scale
    H[:, 100:200] = H[:, :100]  # cells that are really shared, by samples of different targets
    Y = rng.integers(0, 3, size=(2, 300, 1))
    expected = [slow_binned(h, y, 0.1) for h, y in zip(H, Y, strict=True)]
    assert expected[0] < slow_entropy(Y[0, :, 0].tolist()) - 0.1
    np.testing.assert_allclose(information.binned(H, Y), expected, rtol=0, atol=1e-12)


def test_values_over_2_to_53_bins_apart_keep_their_cells():
    H = np.array([-1e17, 1.0, 2.0, 1e17] * 2)[:, None]  # 1 and 2 are one number once 1e17 is added
    Y = np.array([0, 0, 1, 1] * 2)
    assert information.binned(H, Y, 1.0) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize(
    ("rows", "classes"),
    [
        ([[0, 0, 0, 0], [2**13, 0, 0, 0], [2**17 - 1] * 4], 2),  # 2^68 cells
        ([[0, 0, 0], [2**17, 0, 0], [2**20 - 1] * 3], 64),  # 2^60 cells times the classes
        ([[0], [2**30]], 2),  # cells times the classes outgrow 32 bits
        ([[0, 1e17], [1, -1e17]], 2),  # a column that only its ranks tell apart
        ([[0, 0], [2**52, 0], *([0, k * 2**40] for k in range(1, 2**12))], 2),  # the ranks of one column do not suffice
    ],
)
def test_cells_that_an_overflow_would_merge(rows, classes):
    """The first two rows differ by a number that vanishes modulo 2^32 or 2^64 once the ids outgrow their type."""
    H = np.repeat(np.array(rows, float), classes, axis=0)
    Y = np.tile(np.arange(classes), len(rows))
    Y[:classes] = classes  # the first row has a class of its own
    assert information.binned(H, Y, 1.0) == pytest.approx(slow_binned(H, Y, 1.0), abs=1e-12)


def test_a_bound_on_ids_is_as_low_as_can_be():
    """Else they outgrow 64 bits, and are ranked, earlier than they must."""
    H = np.array([[[0.0, 2], [1, 0], [0, 0]]])
    found = cells(H, 1.0, "H")
    assert found.size == 2 * 3
    assert found.ids.tolist() == [[2, 3, 0]]


def test_independent_tables_read_no_less_than_zero():
    """Rounding alone would make some of these negative."""
    for a in range(1, 12):
        for b in range(1, 12):
            reading = information.binned(*from_table(np.outer([a, 1, 3], [b, 2])), 1.0)
            assert 0 <= reading < 1e-12


@pytest.mark.parametrize(
    ("table", "bits"),
    [
        ([[5, 0], [0, 5]], 1.0),  # a copy
        ([[4, 4], [4, 4]], 0.0),  # independent
        ([[6, 2], [3, 1]], 0.0),  # independent, unequal margins
        ([[3, 1], [1, 3]], 1 - (-0.75 * log2(0.75) - 0.25 * log2(0.25))),  # binary symmetric channel
        ([[2, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0], [0, 0, 0, 2]], 2.0),
        ([[1, 1, 0, 0], [0, 0, 1, 1]], 1.0),  # H tells which half
        ([[2, 1], [0, 1]], 0.5 * log2(4 / 3) + 0.25 * log2(2 / 3) + 0.25 * log2(2)),
    ],
)
def test_known_tables(table, bits):
    H, Y = from_table(table)
    assert information.binned(H, Y, 1.0) == pytest.approx(bits, abs=1e-12)


@given(problems(), st.integers(0, 1000))
@modest
def test_invariances(problem, seed):
    """The order of samples, of units and of classes does not matter, nor a shift or mirror by whole bins."""
    H, Y, bin_size = problem
    rng = np.random.default_rng(seed)
    reading = information.binned(H, Y, bin_size)
    samples, units = rng.permutation(H.shape[1]), rng.permutation(H.shape[2])
    np.testing.assert_allclose(
        information.binned(H[:, samples][..., units], Y[:, samples], bin_size), reading, atol=1e-12
    )
    whole = np.floor(H / bin_size)
    np.testing.assert_allclose(information.binned(-3 - whole, np.floor(Y / bin_size), 1.0), reading, atol=1e-12)


@given(problems())
@modest
def test_between_zero_and_both_ceilings(problem):
    H, Y, bin_size = problem
    reading = information.binned(H, Y, bin_size)
    assert (reading >= 0).all()
    assert (reading <= information.ceiling(Y, bin_size) + 1e-12).all()
    assert (reading <= information.ceiling(H, bin_size) + 1e-12).all()


@given(problems())
@modest
def test_run_alone_equals_run_in_batch(problem):
    H, Y, bin_size = problem
    batch = information.binned(H, Y, bin_size)
    assert [information.binned(h, y, bin_size) for h, y in zip(H, Y, strict=True)] == pytest.approx(batch, abs=1e-12)
    shared = information.binned(H, Y[0], bin_size)
    assert [information.binned(h, Y[0], bin_size) for h in H] == pytest.approx(shared, abs=1e-12)


def test_accepts_torch_float32_and_one_hot():
    rng = np.random.default_rng(0)
    H, Y = rng.uniform(-1, 1, size=(3, 200, 2)).astype(np.float32), rng.integers(0, 10, 200)
    reading = information.binned(H, Y)
    assert isinstance(information.binned(H[0], Y), float)
    np.testing.assert_array_equal(information.binned(H.astype(np.float64), Y), reading)
    np.testing.assert_array_equal(information.binned(torch.tensor(H, requires_grad=True), torch.tensor(Y)), reading)
    np.testing.assert_allclose(information.binned(H, np.eye(10)[Y]), reading, atol=1e-12)
    np.testing.assert_allclose(information.binned(H, np.eye(10, dtype=bool)[Y]), reading, atol=1e-12)


def test_division_is_in_float64():
    """In float32 arithmetic 0.7 / 0.1 rounds to 7; the float32 number 0.7 lies below it."""
    H = np.array([0.7, 0.65, 0.7, 0.65], np.float32)[:, None]
    assert information.binned(H, [0, 1, 0, 1]) == 0


def expected_on_noise(n, cells, classes) -> float:
    """Mean reading for uniform independent cells and classes, exact: every count is binomial."""

    def expected_entropy(size):
        c = np.arange(1, n + 1)
        return log2(n) - size * np.sum(binom.pmf(c, n, 1 / size) * c * np.log2(c)) / n

    return expected_entropy(cells) + expected_entropy(classes) - expected_entropy(cells * classes)


@pytest.mark.parametrize(("bin_size", "least"), [(0.05, 0.998), (0.1, 0.98), (0.2, 0.84), (0.5, 0.05), (1.0, 0.003)])
def test_saturates_on_noise(bin_size, least):
    """Uniform noise and random classes share nothing, and yet fine bins read one bit."""
    rng = np.random.default_rng(0)
    H, Y = rng.uniform(-1, 1, size=(20, 3277, 4)), rng.integers(0, 2, size=(20, 3277, 1))
    expected = expected_on_noise(3277, round(2 / bin_size) ** 4, 2)
    assert information.binned(H, Y, bin_size).mean() == pytest.approx(expected, abs=0.005)
    assert expected > least


def test_saturates_on_independent_gaussians():
    """The start of the paper's idealised dynamics: six units and a target that know nothing of each other."""
    rng = np.random.default_rng(0)
    H, Y = rng.normal(size=(1000, 6)), rng.integers(0, 10, 1000)
    assert information.binned(H, Y) > 0.995 * information.ceiling(Y)


two = np.zeros((4, 2))


@pytest.mark.parametrize(
    ("H", "Y", "bin_size", "message"),
    [
        (np.zeros(4), np.zeros(4), 0.1, "H must be"),
        (np.zeros((1, 2, 3, 4)), np.zeros(3), 0.1, "H must be"),
        (np.zeros((0, 2)), np.zeros(0), 0.1, "H must be"),
        (np.zeros((4, 0)), np.zeros(4), 0.1, "H must be"),
        (two, np.zeros((1, 1, 4, 1)), 0.1, "Y must be"),
        (two, np.zeros((4, 0)), 0.1, "Y must be"),
        (two, 3.0, 0.1, "Y must be"),
        (two, np.zeros(5), 0.1, "same samples"),
        (np.zeros((3, 4, 2)), np.zeros((2, 4, 1)), 0.1, "shared or given once per run"),
        (two * np.nan, np.zeros(4), 0.1, "H must hold finite"),
        (two + np.inf, np.zeros(4), 0.1, "H must hold finite"),
        (two + 1e308, np.zeros(4), 0.1, "H must hold finite"),
        (two, np.array([0, 1, np.nan, 0]), 0.1, "Y must hold finite"),
        (two, np.array(["a"] * 4), 0.1, "Y must hold real"),
        (two + 1j, np.zeros(4), 0.1, "H must hold real"),
        (two, np.zeros(4), 0.0, "bin_size"),
        (two, np.zeros(4), -0.1, "bin_size"),
        (two, np.zeros(4), np.nan, "bin_size"),
        (two, np.zeros(4), None, "bin_size"),
        (two, np.zeros(4), "0.1", "bin_size"),
        (two, np.zeros(4), True, "bin_size"),
    ],
)
def test_refuses(H, Y, bin_size, message):
    with pytest.raises(ValueError, match=message):
        information.binned(H, Y, bin_size)
    with pytest.raises(ValueError, match=message):
        information.shuffle_null(H, Y, bin_size)


def test_refuses_unknown_correction():
    with pytest.raises(ValueError, match="correction must be one of"):
        information.binned(two, np.zeros(4), correction="jackknife")
