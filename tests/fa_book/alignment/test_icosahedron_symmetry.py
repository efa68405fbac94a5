"""The IBTask's symmetry: 60 rotations, 64 orbits, and how few degrees of the power spectrum decide a label."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from fa_book.alignment import icosahedron

pattern_strategy = st.lists(st.integers(0, 1), min_size=12, max_size=12)
PLACE = 1 << np.arange(11, -1, -1)  # x @ PLACE is the row number of a pattern


@pytest.fixture(scope="module")
def x():
    return icosahedron.patterns()


@pytest.fixture(scope="module")
def y():
    return icosahedron.labels()


def test_orbits_are_64_and_tell_pair_counts_apart(x, y):
    orbit = icosahedron.orbits()
    assert orbit.shape == (4096,)
    assert sorted(set(orbit.tolist())) == list(range(64))
    k, n1, _, n3 = icosahedron.pair_counts(x)
    keys = set(zip(orbit.tolist(), k.tolist(), n1.tolist(), n3.tolist(), strict=True))
    assert len(keys) == len({key[1:] for key in keys}) == 64  # one to one
    assert (np.diff(k[np.unique(orbit, return_index=True)[1]]) >= 0).all()
    assert all(len(set(y[orbit == number])) == 1 for number in range(64))


def test_spectra_of_different_orbits_are_far_apart(x):
    powers, orbit = icosahedron.power_spectrum(x), icosahedron.orbits()
    for degree in range(6):
        steps = np.diff(np.sort(powers[:, degree]))
        assert ((steps < 1e-12) | (steps > 0.03)).all()
    assert max(np.ptp(powers[orbit == number], axis=0).max() for number in range(64)) < 1e-12


def group_orbits(x, elements):
    """Number of orbits of the patterns under a set of vertex permutations that is a group."""
    return len(np.unique((x[:, elements] @ PLACE).min(axis=1)))  # smallest row number an element leads to


def test_patterns_with_one_spectrum_need_not_be_rotated_copies(x):
    rotations = icosahedron.rotations()
    cycles = [len({frozenset(orbit_of(g, v)) for v in range(12)}) for g in rotations]
    assert group_orbits(x, rotations) == sum(2**c for c in cycles) // 60 == 96  # Burnside's lemma
    corners = icosahedron.vertices()
    opposite = (corners @ corners.T).argmin(axis=1)
    assert group_orbits(x, np.concatenate([rotations, opposite[rotations]])) == 82  # with mirror images


def orbit_of(permutation, vertex):
    found = [vertex]
    while permutation[found[-1]] != vertex:
        found.append(int(permutation[found[-1]]))
    return found


def test_rotations_are_a_group_of_60_that_keep_angles_and_handedness():
    rotations, corners = icosahedron.rotations(), icosahedron.vertices()
    assert rotations.shape == (60, 12)
    assert rotations.dtype == np.int64
    elements = {tuple(g) for g in rotations.tolist()}
    assert len(elements) == 60
    assert rotations[0].tolist() == list(range(12))
    assert {tuple(g[h].tolist()) for g in rotations for h in rotations} == elements  # closed, so inverses exist as well
    cosines = corners @ corners.T
    for g in rotations:
        np.testing.assert_allclose(cosines[np.ix_(g, g)], cosines, rtol=0, atol=1e-12)
        matrix = np.linalg.lstsq(corners, corners[g], rcond=None)[0]
        assert np.linalg.det(matrix) == pytest.approx(1)  # -1 would be a mirror image
    # 24 turns by fifths leave 2 vertices in place, 20 turns by thirds and 15 half turns leave none
    stay = (rotations == np.arange(12)).sum(1)
    assert np.bincount(stay, minlength=13).tolist() == [35, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]


def test_labels_do_not_change_under_any_rotation(x, y):
    for g in icosahedron.rotations():
        assert (y[x[:, g] @ PLACE] == y).all()


def test_labels_do_change_when_vertices_are_exchanged(x, y):
    exchanged = np.arange(12)
    exchanged[[0, 1]] = [1, 0]
    assert (y[x[:, exchanged] @ PLACE] != y).any()


@settings(deadline=None, derandomize=True, max_examples=50)
@given(pattern_strategy, st.integers(0, 59))
def test_spectrum_and_margin_do_not_change_under_rotation(pattern, number):
    turned = np.array(pattern)[icosahedron.rotations()[number]]
    assert icosahedron.margin(turned) == icosahedron.margin(pattern)
    before, after = (icosahedron.power_spectrum(p, range(10)) for p in (pattern, turned))
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-11)
    assert (before >= -1e-12).all()


def test_the_score_is_linear_in_four_powers_and_in_no_three_with_degree_five(x):
    root = np.sqrt(5)
    coefficients = icosahedron.rule_coefficients()
    np.testing.assert_allclose(coefficients, [3 / 4, (27 + 3 * root) / 4, 35 / 4, (27 - 3 * root) / 4], rtol=1e-14)
    score = icosahedron.margin(x) + 99
    np.testing.assert_allclose(icosahedron.power_spectrum(x, range(4)) @ coefficients, score, rtol=0, atol=1e-11)
    three = icosahedron.power_spectrum(x, (0, 2, 5))
    best = three @ np.linalg.lstsq(three, score, rcond=None)[0]
    assert np.abs(best - score).max() > 1


def test_three_powers_give_the_labels(x, y):
    margin = icosahedron.spectral_margin(x)
    assert ((margin > 0) == (y == 1)).all()
    assert np.abs(margin).min() > 0.1
    assert np.abs(margin[y == 1].min() - margin[y == 0].max()) == pytest.approx(0.4067, abs=1e-4)


def separable(features, y):
    """Is there a linear threshold that tells the labels apart? Decided by a linear programme."""
    sign = 2.0 * y - 1
    rows = np.column_stack([features, np.ones(len(features))]) * -sign[:, None]
    bounds = [(None, None)] * rows.shape[1]
    return linprog(np.zeros(rows.shape[1]), A_ub=rows, b_ub=-np.ones(len(rows)), bounds=bounds).status == 0


def test_degrees_0_2_5_are_the_only_three_of_the_first_six_that_separate(x, y):
    first = np.unique(icosahedron.orbits(), return_index=True)[1]
    powers = icosahedron.power_spectrum(x[first])
    np.testing.assert_allclose(powers[:, 4], powers[:, 2], rtol=0, atol=1e-12)  # so degree 4 brings nothing new
    found = [
        degrees
        for size in (1, 2, 3)
        for degrees in combinations((0, 1, 2, 3, 5), size)
        if separable(powers[:, degrees], y[first])
    ]
    assert found == [(0, 2, 5)]
