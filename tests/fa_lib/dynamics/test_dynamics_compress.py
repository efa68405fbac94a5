"""Few rows for many: the way by inner products and the way by QR agree, and each is taken where it is the right one."""

import numpy as np
import pytest

from fa_lib.dynamics import arrays, curves, draw, exact, simulate


def nearly_dependent(gap, n=2000, seed=3):
    H, Y, W, B = draw(n=n, p=2, runs=1, seed=seed)
    H[:, 5] = H[:, 0] + gap * H[:, 5]
    return H, Y, W, B[0]


def by_qr(H, Y):
    return curves.triangle(np.concatenate([H, Y], axis=1))


@pytest.mark.parametrize("gap", [1.0, 0.3, 0.15])
def test_inner_products_keep_the_curves_digits(gap, monkeypatch):
    given = nearly_dependent(gap)
    short = [simulate(*given), exact(*given)]
    monkeypatch.setattr(curves, "INDEPENDENT", 2.0)  # now nothing is independent enough
    for ours, qr in zip(short, [simulate(*given), exact(*given)], strict=True):
        for name in curves.VARIABLES:
            np.testing.assert_allclose(ours[name], qr[name], rtol=1e-12, err_msg=name)


@pytest.mark.parametrize(("gap", "qr"), [(1.0, False), (0.3, False), (0.05, True), (1e-6, True)])
def test_qr_is_kept_for_columns_that_are_nearly_dependent(gap, qr, monkeypatch):
    taken = []
    triangle = curves.triangle
    monkeypatch.setattr(curves, "triangle", lambda Z: taken.append(1) or triangle(Z))
    H, Y, _, _ = nearly_dependent(gap)
    small_H, small_Y = curves.compress(H[None], Y[None])
    assert bool(taken) == qr
    R = np.concatenate([small_H, small_Y], axis=2)[0]
    np.testing.assert_array_equal(R, np.triu(R))
    np.testing.assert_allclose(np.abs(R), np.abs(by_qr(H, Y)), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_sizes_whose_squares_float64_cannot_hold(size):
    H, Y, _, _ = nearly_dependent(1.0)
    small_H, small_Y = curves.compress(H[None] * size, Y[None])
    expected = by_qr(H * size, Y)
    np.testing.assert_allclose(np.abs(small_H[0]), np.abs(expected[:, :6]), rtol=1e-9, atol=1e-12 * size)
    np.testing.assert_allclose(np.abs(small_Y[0]), np.abs(expected[:, 6:]), rtol=1e-9, atol=1e-12)
    arrays.checked("H", H * size, ("n", "m"))  # large, and yet finite
