"""Where the regression loss ends with several outputs, against the solution far out, simulation, and one output."""

import numpy as np
import pytest

from fa_book.exact.ends import limits
from fa_book.exact.floors import floor
from fa_book.exact.trial import STEP, hard_draws
from fa_lib.dynamics import TF, draw, exact, simulate


def modes(rates, runs=20, m=5, known=0.0, seed=0):
    """Draws whose mu B W, at mu = 0.2, has the given eigenvalues; H0 reads a share `known` of Y along B."""
    p, generator = len(rates), np.random.default_rng(seed)
    H0, Y, W, _ = draw(n=60, m=m, p=p, runs=runs, seed=seed, redraw="all")
    mix = np.eye(p) + 0.3 * generator.standard_normal((runs, p, p))
    inverse, other = np.linalg.pinv(W), generator.standard_normal((runs, p, m))
    B = mix @ (np.array(rates)[:, None] / 0.2 * np.linalg.inv(mix)) @ inverse + other - other @ W @ inverse
    return H0, np.sqrt(1 - known) * Y - np.sqrt(known) * H0 @ B.mT * 0.3, W, B


@pytest.mark.parametrize(
    "rates", [(-0.3,), (-0.3, -0.6), (-0.5, 0.5), (0.4, 0.7), (-0.4, 0.3, -1.0), (2.4, 0.6, -0.3)], ids=str
)
@pytest.mark.parametrize("known", [0.0, 0.9])
def test_far_out_the_solution_is_there(rates, known):
    arrays = modes(rates, known=known)
    far = exact(*arrays, steps=400)["regression_loss"].values
    end = floor(*arrays)
    assert ((end > 0) == (min(rates) < 0 or max(rates) > 2)).all()
    np.testing.assert_allclose(far[:, -1], end, rtol=1e-7, atol=1e-25)
    if max(rates) < 2:
        smooth = exact(*arrays, step=None, times=[200.0])["regression_loss"].values[:, -1]
        np.testing.assert_allclose(smooth, floor(*arrays, step=None), rtol=1e-7, atol=1e-25)
        np.testing.assert_allclose(floor(*arrays, step=None), end, rtol=1e-9, atol=1e-25)


def test_simulation_comes_near():
    arrays = modes((-0.3, -0.4), known=0.9)
    near = simulate(*arrays, steps=45)["regression_loss"].values
    np.testing.assert_allclose(near[:, -1], floor(*arrays), rtol=1e-3)
    assert 1 < (floor(*arrays) > near[:, 0]).sum() < 20  # untaught for good, with two outputs


def test_complex_modes():
    H0, Y, W, B = modes((-0.3, -0.4, 0.5))
    turn = np.array([[1.0, 2, 0], [-2, 1, 0], [0, 0, 1]])
    B = B - 3 * turn @ np.linalg.pinv(W)
    assert np.iscomplexobj(np.linalg.eigvals(B @ W))
    far = exact(H0, Y, W, B, steps=2000)["regression_loss"].values[:, -1]
    np.testing.assert_allclose(far, floor(H0, Y, W, B), rtol=1e-7, atol=1e-25)


def test_one_output_is_what_limits_says():
    *arrays, _ = hard_draws(600, seed=2)
    ends, end = limits(*arrays, step=STEP), floor(*arrays, step=STEP)
    settled = ~np.isin(ends["phase"], ("drift", "oscillation"))
    assert np.isnan(end[~settled]).all()
    np.testing.assert_allclose(end[settled], ends["regression_limit"].values[settled], rtol=1e-10)
    one = [a[5] for a in arrays]
    np.testing.assert_allclose(floor(*one, step=STEP), end[5], rtol=1e-12)
    np.testing.assert_allclose(
        floor(*arrays, step=None)[settled], limits(*arrays, step=None)["regression_limit"].values[settled], rtol=1e-10
    )


def test_bad_input_is_told_what_is_wrong():
    H0, Y, W, B = draw(n=20, m=3, p=2, runs=1)
    for change, message in (
        ({"B": TF(B)}, "for FA, got TF"),
        ({"B": np.array([[0, 1.0], [0, 0]]) @ np.linalg.pinv(W)}, "independent eigenvectors"),
        ({"Y": H0 @ np.ones((3, 2))}, "linear in H0"),
        ({"step": -1}, "step must be"),
    ):
        with pytest.raises(ValueError, match=message):
            floor(**({"H0": H0, "Y": Y, "W": W, "B": B} | change))
    assert np.isnan(floor(H0, Y, W, 0 * B)).all()
