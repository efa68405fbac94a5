"""The IBTask's symmetry: its rule in the power spectrum of a pattern, and what rotations leave alone.

The counts of `fa_lib.tasks.icosahedron` are the pattern's spherical-harmonic power spectrum in another basis. With P_l
the Legendre polynomial,

    E_l = sum_ij x_i x_j P_l(cos angle_ij) = k + 2 [n1 P_l(1/sqrt 5) + n2 P_l(-1/sqrt 5) + n3 P_l(-1)],

so the score is a linear function of E_0 .. E_3 (`rule_coefficients` solves for it), and four times the rule reads

    3 E_0 + (27 + 3 sqrt 5) E_1 + 35 E_2 + (27 - 3 sqrt 5) E_3 >= 396.

Three degrees are enough for the same labels, though not for the same score: 29 E_0 + 149 E_2 + 295 E_5 >= 2465
(`spectral_margin`).

Source: Shwartz-Ziv & Tishby 2017 (task); Kazhdan, Funkhouser & Rusinkiewicz 2003 (power spectrum).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.polynomial.legendre import Legendre
from numpy.typing import ArrayLike, NDArray

from fa_lib.tasks.icosahedron import COSINES, THRESHOLD, WEIGHTS, counts, labels, patterns, vertices

__all__ = [
    "COSINES",
    "THRESHOLD",
    "PairCounts",
    "labels",
    "margin",
    "orbits",
    "pair_counts",
    "patterns",
    "power_spectrum",
]
__all__ += ["rotations", "rule_coefficients", "spectral_margin", "vertices"]

SPECTRAL_WEIGHTS = (29, 149, 295)  # of E_0, E_2, E_5: the smallest whole numbers that separate the labels ...
SPECTRAL_THRESHOLD = 2465  # ... at a whole-number threshold, which lies in a gap 0.4 wide


class PairCounts(NamedTuple):
    """Active vertices and active pairs of each angle; every entry has the shape of the batch, int64."""

    k: NDArray  #: active vertices
    n1: NDArray  #: pairs at 63.43 degrees, neighbours
    n2: NDArray  #: pairs at 116.57 degrees
    n3: NDArray  #: pairs at 180 degrees, antipodes


def pair_counts(patterns: ArrayLike) -> PairCounts:
    """Active vertices k and active pairs n1, n2, n3 at 63.43, 116.57 and 180 degrees; n1 + n2 + n3 = k (k - 1) / 2.

    Args:
        patterns: zeros and ones of shape (..., 12).

    Raises:
        ValueError: for another shape or other values.
    """
    return PairCounts(*counts(checked(patterns)))


def margin(patterns: ArrayLike) -> NDArray:
    """How far a pattern's score stands above the threshold: 23 k + n1 - 5 n2 - 8 n3 - 99, label 1 from zero on.

    Returns:
        int64 of shape (...), between -99 and 29 in whole steps; argument and errors as of `pair_counts`.
    """
    return sum(weight * count for weight, count in zip(WEIGHTS, pair_counts(patterns), strict=True)) - THRESHOLD


def checked(patterns: ArrayLike) -> NDArray:
    """The patterns as int64 (..., 12); ValueError for another shape or values other than 0 and 1."""
    x = np.asarray(patterns)
    if x.ndim == 0 or x.shape[-1] != 12:
        raise ValueError(f"patterns must have shape (..., 12), one number for each vertex, got shape {x.shape}")
    if x.dtype.kind not in "biuf" or not np.isin(x, (0, 1)).all():
        raise ValueError(f"patterns must hold only the numbers 0 and 1, got {patterns!r:.80}")
    return x.astype(np.int64)


def power_spectrum(patterns: ArrayLike, degrees: Sequence[int] = (0, 1, 2, 3, 4, 5)) -> NDArray:
    """Rotation-invariant power E_l of the pattern, a sum of unit impulses on the sphere, in each degree l.

    E_l is 4 pi / (2 l + 1) times the squared norm of the degree-l spherical-harmonic coefficients. By the addition
    theorem it is a sum of P_l over all ordered pairs of active vertices: no harmonic needs to be evaluated.

    Args:
        patterns: zeros and ones of shape (..., 12).
        degrees: degrees l, whole numbers of 0 or more.

    Returns:
        float64 of shape (..., degree), dimensionless; E_0 = k squared.

    Raises:
        ValueError: for patterns of another shape or with other values, and for degrees that are not whole numbers >= 0.

    Source: Kazhdan, Funkhouser & Rusinkiewicz 2003.
    """
    x = checked(patterns)
    wanted = np.asarray(degrees)
    if wanted.ndim != 1 or wanted.size == 0 or wanted.dtype.kind not in "iu" or wanted.min() < 0:
        raise ValueError(f"degrees must be whole numbers of 0 or more in a sequence, as (0, 2, 5), got {degrees!r}")
    corners = vertices()
    cosines = np.clip(corners @ corners.T, -1, 1)  # (vertex, vertex)
    return np.stack([((x @ Legendre.basis(degree)(cosines)) * x).sum(-1) for degree in wanted], axis=-1)


def orbits() -> NDArray:
    """The class of every pattern of `patterns()`: two patterns share a class when they share a power spectrum.

    There are 64 classes, the 64 orbits of Shwartz-Ziv & Tishby. The word is theirs and is loose: the 60 rotations alone
    have 96 orbits, and 82 with mirror images, because some patterns share a spectrum and yet are not rotated copies.

    Returns:
        int64 of shape (4096,), from 0 to 63, by growing k and then by the higher powers.
    """
    # six digits are far from both sides: equal powers differ by 1e-13 at most, different ones by 0.03 at least
    spectra = np.round(power_spectrum(patterns()), 6) + 0.0  # adding 0.0 turns -0.0 into 0.0
    return np.unique(spectra, axis=0, return_inverse=True)[1].reshape(-1)


def rule_coefficients() -> NDArray:
    """The score 23 k + n1 - 5 n2 - 8 n3 as a linear function of E_0, E_1, E_2 and E_3, solved from the geometry.

    Returns:
        float64 of shape (4,): 3/4, (27 + 3 sqrt 5)/4, 35/4 and (27 - 3 sqrt 5)/4. They are unique, because the four
        powers are linearly independent, as the four counts are. E_0, E_2 and E_5 alone cannot give this score.
    """
    # row l: E_l = k + 2 [n1 P_l(1/sqrt 5) + n2 P_l(-1/sqrt 5) + n3 P_l(-1)]
    rows = [[1, *(2 * Legendre.basis(degree)(c) for c in COSINES)] for degree in range(4)]
    return np.linalg.solve(np.array(rows).T, np.array(WEIGHTS, float))


def spectral_margin(patterns: ArrayLike) -> NDArray:
    """The same labels from three degrees: 29 E_0 + 149 E_2 + 295 E_5 - 2465, positive where the label is 1.

    No one or two of the degrees 0 to 5 separate the labels, and of the sets of three only this one does (E_4 could
    stand for E_2: on an icosahedron they are equal).

    Args:
        patterns: zeros and ones of shape (..., 12).

    Returns:
        float64 of shape (...), never within 0.1 of zero.

    Raises:
        ValueError: for another shape or other values.
    """
    return power_spectrum(patterns, (0, 2, 5)) @ np.array(SPECTRAL_WEIGHTS, float) - SPECTRAL_THRESHOLD


def rotations() -> NDArray:
    """The 60 rotations of the icosahedron as permutations, int64 of shape (60, 12); the first is the identity.

    Row g sends vertex i to vertex `rotations()[g, i]`. A rotation is fixed by where it takes one edge, so there is one
    for each of the 30 edges in each of its 2 directions. Indexing turns a pattern: `pattern[..., rotations()[g]]`.
    """
    corners = vertices()
    neighbours = np.argwhere(np.isclose(corners @ corners.T, COSINES[0]))  # (60, 2), directed edges
    edges = np.stack([_frame(corners[a], corners[b]) for a, b in neighbours])  # (60, 3, 3), columns are a frame
    turned = edges @ np.linalg.inv(edges[0]) @ corners.T  # (60, 3, vertex)
    return (corners @ turned).argmax(axis=1)  # the vertex nearest to each turned vertex


def _frame(a: NDArray, b: NDArray) -> NDArray:
    return np.stack([a, b, np.cross(a, b)], axis=1)  # right-handed, so a turn between frames is never a mirror image
