"""The counts and the margin of the IBTask's patterns, against a plain loop."""

from itertools import combinations

import numpy as np
import pytest

from fa_book.alignment import icosahedron

# The published numbering: which vertices touch which, and which lie opposite.
NEIGHBOURS = [
    [1, 3, 5, 10, 11],
    [0, 2, 3, 4, 11],
    [1, 3, 4, 8, 9],
    [0, 1, 2, 8, 10],
    [1, 2, 6, 9, 11],
    [0, 6, 7, 10, 11],
    [4, 5, 7, 9, 11],
    [5, 6, 8, 9, 10],
    [2, 3, 7, 9, 10],
    [2, 4, 6, 7, 8],
    [0, 3, 5, 7, 8],
    [0, 1, 4, 5, 6],
]
ANTIPODES = [9, 7, 5, 6, 10, 2, 3, 1, 11, 0, 4, 8]


@pytest.fixture(scope="module")
def x():
    return icosahedron.patterns()


@pytest.fixture(scope="module")
def y():
    return icosahedron.labels()


def test_pair_counts_against_a_plain_loop(x):
    counts = icosahedron.pair_counts(x)
    for i in range(0, 4096, 13):
        active = np.flatnonzero(x[i]).tolist()
        pairs = list(combinations(active, 2))
        near = sum(b in NEIGHBOURS[a] for a, b in pairs)
        opposite = sum(ANTIPODES[a] == b for a, b in pairs)
        expected = (len(active), near, len(pairs) - near - opposite, opposite)
        assert tuple(int(count[i]) for count in counts) == expected


def test_pair_counts_of_the_whole_solid():
    assert icosahedron.pair_counts(np.ones(12, int)) == (12, 30, 30, 6)  # 30 edges, 6 axes
    assert icosahedron.PairCounts._fields == ("k", "n1", "n2", "n3")


@pytest.mark.parametrize("kind", [bool, np.uint8, np.int64, np.float32, list])
def test_any_kind_of_zeros_and_ones_and_any_batch_is_taken(x, y, kind):
    batch = x[:24].reshape(2, 3, 4, 12)
    given_as = batch.tolist() if kind is list else batch.astype(kind)
    margin = icosahedron.margin(given_as)
    assert margin.dtype == np.int64
    assert margin.shape == (2, 3, 4)
    assert ((margin.ravel() >= 0) == y[:24]).all()


def test_margin_is_the_rule(x, y):
    k, n1, n2, n3 = icosahedron.pair_counts(x)
    margin = icosahedron.margin(x)
    assert (margin == 23 * k + n1 - 5 * n2 - 8 * n3 - 99).all()
    assert ((margin >= 0) == (y == 1)).all()
    assert margin[y == 0].max() == -1
    assert margin[y == 1].min() == 0
    assert (margin.min(), margin.max()) == (-99, 29)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.zeros(11), "shape"),
        (np.zeros((12, 3)), r"shape \(12, 3\)"),
        (1, "shape"),
        (np.full(12, 2), "only the numbers 0 and 1"),
        (np.full(12, -1), "only the numbers 0 and 1"),
        (np.full(12, 0.5), "only the numbers 0 and 1"),
        (np.full(12, np.nan), "only the numbers 0 and 1"),
        (np.ones(12, complex), "only the numbers 0 and 1"),
        (["0"] * 12, "only the numbers 0 and 1"),
        ([None] * 12, "only the numbers 0 and 1"),
    ],
)
@pytest.mark.parametrize("function", ["pair_counts", "margin"])
def test_patterns_that_are_not_12_bits_are_refused(function, bad, message):
    with pytest.raises(ValueError, match=message):
        getattr(icosahedron, function)(bad)
