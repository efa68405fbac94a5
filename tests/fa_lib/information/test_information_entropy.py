"""Corrected entropies against the independent library, recursions and exact expectations."""

import infomeasure
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from scipy.stats import entropy as scipy_entropy

from fa_lib import information

modest = settings(deadline=None, derandomize=True, max_examples=40)
visits = st.lists(st.integers(0, 30), min_size=1, max_size=12).filter(any)


@given(visits)
@modest
def test_plug_in_equals_scipy(counts):
    assert information.entropy(counts) == pytest.approx(scipy_entropy(counts, base=2), abs=1e-12)


@given(visits, st.sampled_from(["miller-madow", "chao-shen"]))
@modest
@example([1, 1, 1], "chao-shen")  # no cell seen twice
@example([5], "chao-shen")  # one cell
@example([1], "chao-shen")
def test_corrections_equal_infomeasure(counts, correction):
    data = np.repeat(np.arange(len(counts)), counts)
    expected = infomeasure.entropy(data, approach=correction.replace("-", "_"), base=2)
    assert information.entropy(counts, correction) == pytest.approx(float(expected), abs=1e-9)


@given(visits)
@modest
def test_grassberger_equals_its_recursion(counts):
    """G_1 = -gamma - ln 2, G_2 = 2 + G_1, G_(2j+1) = G_2j, G_(2j+2) = G_2j + 2 / (2j + 1)."""
    G = [0, -np.euler_gamma - np.log(2), 2 - np.euler_gamma - np.log(2)]
    for c in range(3, 31):
        G.append(G[c - 1] if c % 2 else G[c - 2] + 2 / (c - 1))
    n = sum(counts)
    expected = (np.log(n) - sum(c * G[c] for c in counts) / n) / np.log(2)
    assert information.entropy(counts, "grassberger") == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("correction", "part"), [("miller-madow", 0.25), ("grassberger", 0.05)])
def test_corrections_remove_most_of_the_bias(correction, part):
    """Uniform cells visited 3 times on average: the mean over all data sets, from a count's binomial law."""
    n, size = 150, 50
    truth = np.log2(size)
    c = np.arange(n + 1)
    chance = binom.pmf(c, n, 1 / size)

    def mean(correction):
        if correction == "miller-madow":  # the correction adds the mean number of visited cells
            return mean(None) + (size * (1 - chance[0]) - 1) / (2 * n * np.log(2))
        of_one = [0.0] + [information.entropy([k], correction) - np.log2(k) for k in c[1:]]  # -G(k), in bits
        return np.log2(n) + size * np.sum(chance * c * of_one) / n

    assert abs(mean(correction) - truth) < part * abs(mean(None) - truth)
    rng = np.random.default_rng(0)
    drawn = information.entropy(rng.multinomial(n, np.full(size, 1 / size), size=4000), correction)
    assert drawn.mean() == pytest.approx(mean(correction), abs=5 * drawn.std() / np.sqrt(4000))


@pytest.mark.parametrize("correction", information.CORRECTIONS)
def test_binned_applies_the_correction_to_each_entropy(correction):
    rng = np.random.default_rng(0)
    H, Y = rng.integers(0, 6, size=(2, 80, 1)), rng.integers(0, 4, size=(2, 80, 1))
    tables = np.zeros((2, 6, 4), int)
    for run in range(2):
        np.add.at(tables[run], (H[run, :, 0], Y[run, :, 0]), 1)
    parts = [tables.sum(axis=2), tables.sum(axis=1), tables.reshape(2, -1)]
    of_H, of_Y, of_both = (information.entropy(part, correction) for part in parts)
    np.testing.assert_allclose(
        information.binned(H, Y, 1.0, correction=correction), of_H + of_Y - of_both, rtol=0, atol=1e-12
    )


@pytest.mark.parametrize("correction", information.CORRECTIONS)
def test_runs_are_apart_and_empty_cells_do_not_count(correction):
    table = np.array([[3, 0, 1, 1], [1, 2, 0, 0], [5, 0, 0, 0]])
    together = information.entropy(table, correction)
    alone = [information.entropy(row[row > 0], correction) for row in table]
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-12)
    assert isinstance(alone[0], float)


@pytest.mark.parametrize("counts", [[], [0, 0], [[1, 2], [0, 0]], [1, -1], [0.5, 1], ["a"], [[[1]]], 3, [np.nan]])
def test_refuses_what_are_not_counts(counts):
    with pytest.raises(ValueError, match="counts must"):
        information.entropy(counts)


def test_refuses_unknown_correction():
    with pytest.raises(ValueError, match="correction must be one of"):
        information.entropy([1, 2], "nsb")
