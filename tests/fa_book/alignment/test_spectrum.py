"""The power spectrum of the IBTask's patterns, against spherical harmonics and the pair counts."""

import numpy as np
import pytest
from scipy.special import sph_harm_y

from fa_book.alignment import icosahedron


@pytest.fixture(scope="module")
def x():
    return icosahedron.patterns()


def test_power_spectrum_against_spherical_harmonics(x):
    some = x[::17]
    corners = icosahedron.vertices()
    polar, azimuth = np.arccos(corners[:, 2]), np.arctan2(corners[:, 1], corners[:, 0])
    powers = icosahedron.power_spectrum(some, range(8))
    for degree in range(8):
        harmonics = np.stack([sph_harm_y(degree, m, polar, azimuth) for m in range(-degree, degree + 1)])
        coefficients = some @ harmonics.T  # (pattern, order): the pattern is a sum of impulses
        expected = 4 * np.pi / (2 * degree + 1) * (np.abs(coefficients) ** 2).sum(1)
        np.testing.assert_allclose(powers[:, degree], expected, rtol=0, atol=1e-11)


def test_power_spectrum_is_the_pair_counts_in_another_basis(x):
    k, n1, n2, n3 = icosahedron.pair_counts(x)
    five = 11 / (25 * np.sqrt(5))  # P_5(1/sqrt 5)
    powers = icosahedron.power_spectrum(x, (0, 1, 2, 5))
    expected = [k**2, k + 2 * ((n1 - n2) / 5**0.5 - n3), k + 2 * (n3 - (n1 + n2) / 5), k + 2 * (five * (n1 - n2) - n3)]
    np.testing.assert_allclose(powers, np.stack(expected, axis=-1), rtol=0, atol=1e-12)


def test_any_batch_is_taken(x):
    given = x[:24].reshape(2, 3, 4, 12)
    powers = icosahedron.power_spectrum(given)
    assert powers.shape == (2, 3, 4, 6)
    np.testing.assert_array_equal(powers.reshape(24, 6), icosahedron.power_spectrum(x[:24].tolist()))


@pytest.mark.parametrize("function", ["power_spectrum", "spectral_margin"])
@pytest.mark.parametrize(
    ("bad", "message"), [(np.zeros((12, 3)), r"shape \(12, 3\)"), (np.full(12, 2), "only the numbers 0 and 1")]
)
def test_patterns_that_are_not_12_bits_are_refused(function, bad, message):
    with pytest.raises(ValueError, match=message):
        getattr(icosahedron, function)(bad)


@pytest.mark.parametrize("degrees", [(), 2, (-1,), (0.5,), (True,), ("0",), ((0, 1),), None])
def test_degrees_that_are_not_whole_numbers_are_refused(degrees):
    with pytest.raises(ValueError, match="degrees must be"):
        icosahedron.power_spectrum(np.zeros(12, int), degrees)
