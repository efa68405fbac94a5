"""The IBTask: geometry, labels against tables."""

import hashlib

import numpy as np
import pytest

from fa_lib.tasks import icosahedron

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
DIGEST = "77732f16f85e91b49d3997196b56163b3bd362d8cf631468a8de3f986e88359f"


@pytest.fixture(scope="module")
def x():
    return icosahedron.patterns()


@pytest.fixture(scope="module")
def y():
    return icosahedron.labels()


def test_vertices_are_a_regular_icosahedron_in_the_published_numbering():
    corners = icosahedron.vertices()
    cosines = corners @ corners.T
    assert corners.dtype == np.float64
    assert corners.shape == (12, 3)
    for vertex in range(12):
        near = np.argsort(-cosines[vertex])[1:6]
        assert sorted(near) == NEIGHBOURS[vertex]
        assert cosines[vertex].argmin() == ANTIPODES[vertex]
        np.testing.assert_allclose(cosines[vertex, near], 1 / np.sqrt(5), rtol=0, atol=1e-15)
    np.testing.assert_allclose(cosines[range(12), range(12)], 1, rtol=0, atol=1e-15)
    np.testing.assert_allclose(cosines[range(12), ANTIPODES], -1, rtol=0, atol=1e-15)


def test_patterns_count_in_binary(x):
    assert x.dtype == np.uint8
    assert x.shape == (4096, 12)
    for i in (0, 1, 2, 2047, 2048, 3210, 4095):
        assert "".join(map(str, x[i])) == f"{i:012b}"
    assert len(np.unique(x, axis=0)) == 4096


def test_labels_are_the_published_ones(y):
    assert y.dtype == np.uint8
    assert y.shape == (4096,)
    assert hashlib.sha256(y.tobytes()).hexdigest() == DIGEST


def test_the_classes_are_nearly_even(y):
    share = y.mean()
    assert y.sum() == 2118
    assert round(share, 3) == 0.517
    entropy = -(share * np.log2(share) + (1 - share) * np.log2(1 - share))  # bits, I(X;Y) since y is a function of x
    assert round(entropy, 4) == 0.9992
