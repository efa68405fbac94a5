"""The IBTask from geometry: 4096 patterns on the vertices of an icosahedron, and a rule that rotations cannot change.

A pattern switches some of the 12 vertices on. Its label depends only on what a rotation leaves alone: how many vertices
are on (k), and how many of the active pairs stand at each of the three angles an icosahedron has, 63.43 degrees (n1),
116.57 degrees (n2) and 180 degrees (n3). The label is 1 where a whole-number score of these four counts reaches 99,

    y = 1  iff  23 k + n1 - 5 n2 - 8 n3 >= 99.

The rule was found from the labels published with the task, and gives all 4096 of them.

Source: Shwartz-Ziv & Tishby 2017.
"""

import numpy as np
from numpy.typing import NDArray

WEIGHTS = (23, 1, -5, -8)  # of k, n1, n2, n3 in the score
THRESHOLD = 99  # the largest score with label 0 is 98
COSINES = (1 / np.sqrt(5), -1 / np.sqrt(5), -1.0)  # of the three angles between different vertices


def vertices() -> NDArray:
    """The 12 vertices of a regular icosahedron as unit vectors, float64 of shape (vertex, 3).

    The order is the bit order of the patterns. It was found by matching, once: of the 12! orders of the corners
    (0, +-1, +-g) and their cyclic shifts, 120 give the published labels, one for each symmetry of the solid.
    """
    g = (1 + np.sqrt(5)) / 2  # golden ratio
    a = [(0, 1, g), (1, g, 0), (0, 1, -g), (-1, g, 0), (g, 0, -1), (0, -1, g)]  # vertices 0 to 5
    b = [(1, -g, 0), (-1, -g, 0), (-g, 0, -1), (0, -1, -g), (-g, 0, 1), (g, 0, 1)]  # 6 to 11
    return np.array([*a, *b]) / np.sqrt(1 + g * g)


def patterns() -> NDArray:
    """All patterns in counting order, uint8 of shape (4096, 12): row i is i in binary, most significant bit first."""
    return ((np.arange(4096)[:, None] >> np.arange(11, -1, -1)) & 1).astype(np.uint8)


def counts(x: NDArray) -> tuple[NDArray, ...]:
    """Active vertices k and active pairs n1, n2, n3 at 63.43, 116.57 and 180 degrees, each (...), of x (..., 12)."""
    cosines = vertices() @ vertices().T  # (vertex, vertex)
    pairs = [np.isclose(cosines, c).astype(np.int64) for c in COSINES]
    return x.sum(-1), *(((x @ pair) * x).sum(-1) // 2 for pair in pairs)  # each pair is met twice


def labels() -> NDArray:
    """The published label of every pattern of `patterns()`, uint8 of shape (4096,); 2118 are 1.

    Source: Shwartz-Ziv & Tishby 2017, data file `var_u.mat`, reproduced bit for bit.
    """
    score = sum(weight * n for weight, n in zip(WEIGHTS, counts(patterns().astype(np.int64)), strict=True))
    return (score >= THRESHOLD).astype(np.uint8)
