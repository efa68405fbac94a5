"""What the solution predicts about a run, against the run; and NFA's moments against many draws of the noise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fa_book.exact.ends import limits
from fa_book.exact.noise import noise_moments
from fa_book.exact.regimes import PHASES, clock, large_n, phase
from fa_lib.dynamics import NF, NFA, TF, draw, exact, simulate

CURVES = ("direct_loss", "regression_loss", "gradient_norm", "hidden_norm", "angle")


def with_rate(rate, n=12, m=3, runs=40, seed=0):
    """Draws whose mu b.w, at mu = 0.2, is the given number (one for each run, or one for all)."""
    H0, Y, W, B = draw(n=n, m=m, runs=runs, seed=seed)
    beta = np.reshape(rate, (-1, 1, 1)) / 0.2
    return H0, Y, W, B + (beta - B @ W) * W.T / np.sum(W**2)


RATES = (-0.3, 0.0, 0.4, 1.0, 1.6, 2.0, 2.4)


def test_phases_and_limits_of_both_losses():
    assert list(phase(np.array(RATES), 1.0)) == list(PHASES)
    assert list(phase(np.array([-1.0, 0.0, 5.0]), None)) == list(PHASES[:3])
    assert phase(np.array([[1.0], [3.0]]), np.array([0.5, 1.0])).shape == (2, 2)
    for rate in (-0.3, 0.4, 1.6, 2.4):
        H0, Y, W, B = with_rate(rate)
        end, run = limits(H0, Y, W, B), exact(H0, Y, W, B, steps=500)
        assert set(end["phase"].values) == {PHASES[RATES.index(rate)]}
        np.testing.assert_allclose(end["beta"], rate / 0.2, rtol=1e-9)
        if "explosion" in PHASES[RATES.index(rate)]:
            assert np.isinf(end["direct_limit"]).all()
            assert (run["direct_loss"][:, -1] > 1e30).all()
            assert (end["regression_limit"] > 0).all()
        else:
            assert (end["direct_limit"] == 0).all()
        np.testing.assert_allclose(run["regression_loss"][:, -1], end["regression_limit"], rtol=1e-9, atol=1e-30)
        np.testing.assert_allclose(run["angle"][:, -1], end["angle_limit"], rtol=1e-9)
        assert ((end["angle_limit"] == 90) if rate in (-0.3, 2.4) else (end["angle_limit"] < 90)).all()


def test_the_limits_at_the_borders():
    H0, Y = draw(n=40, m=2, runs=1, seed=1)[:2]
    w = np.array([[0.5], [0.25]])
    for B, rate in (([[1.0, -2.0]], 0), ([[1.5, 1.0]], 1), ([[3.0, 2.0]], 2)):  # exact in binary
        end, run = limits(H0, Y, w, np.array(B), step=1.0), exact(H0, Y, w, np.array(B), step=1.0, steps=4000)
        assert end["phase"] == PHASES[RATES.index(rate)]
        np.testing.assert_allclose(end["direct_limit"], run["direct_loss"][-1], rtol=1e-12)
        if rate < 2:
            np.testing.assert_allclose(run["regression_loss"][-1], end["regression_limit"], atol=1e-7)
        else:
            np.testing.assert_allclose(run["regression_loss"][::2], run["regression_loss"][0], rtol=1e-9)
            assert np.isnan(end["regression_limit"])
        assert np.isnan(end["angle_limit"]) == (rate > 0)
    assert np.abs(exact(H0, Y, w, np.array([[1.0, -2.0]]), step=1.0, steps=4000)["angle"][-1] - 90) < 0.1


@settings(deadline=None, derandomize=True, max_examples=12)
@given(seed=st.integers(0, 10_000), n=st.integers(5, 30))
def test_start_and_monotone_are_if_and_only_if(seed, n):
    """On small samples, where the rise is large enough for steps to see it, and over all step sizes."""
    H0, Y, W, B = with_rate(np.random.default_rng(seed).uniform(-1, 2.6, 40), n=n, seed=seed)
    ends, run = limits(H0, Y, W, B), exact(H0, Y, W, B, steps=25)
    loss = run["regression_loss"].values
    falls = (np.diff(loss, axis=1) <= 1e-13 * loss[:, :1]).all(1)
    np.testing.assert_array_equal(ends["monotone"], falls)
    np.testing.assert_array_equal(ends["starts_above_90"], run["angle"][:, 0] > 90)
    times = np.concatenate([np.linspace(0, 0.5, 200), np.linspace(0.51, 10, 50)])
    smooth, smooth_ends = exact(H0, Y, W, B, step=None, times=times), limits(H0, Y, W, B, step=None)
    loss = smooth["regression_loss"].values
    never_rises = (np.diff(loss, axis=1) <= 1e-13 * loss[:, :1]).all(1)
    clear = (smooth_ends["slope"] >= 0).values | (smooth_ends["turn"] > 0.01).values  # less hides between the times
    assert (clear & ~never_rises).any()
    np.testing.assert_array_equal(smooth_ends["monotone"].values[clear], never_rises[clear])
    np.testing.assert_array_equal(smooth_ends["monotone"], smooth_ends["slope"] >= 0)


def test_the_test_above_sees_every_case():
    H0, Y, W, B = with_rate(np.random.default_rng(0).uniform(-1, 2.6, 400), n=10, runs=400)
    ends = limits(H0, Y, W, B)
    for kind in ("explosion", "decay", "oscillating decay"):
        some = ends["monotone"].values[ends["phase"].values == kind]
        assert 0 < some.mean() < 1, kind
    assert 0.2 < ends["starts_above_90"].mean() < 0.8


@pytest.mark.parametrize("step", [0.2, None])
def test_one_curve_for_every_clock(step):
    """L_R depends on c alone, the angle is above 90 until c passes the turn, and TF runs on the clock of beta = 0."""
    H0, Y, W, B = draw(n=15, m=3, runs=60, seed=3)
    Y = Y - Y.mean(0)
    times = None if step else np.linspace(0, 4, 21)
    ends, run = limits(H0, Y, W, B, step=step), exact(H0, Y, W, B, step=step, times=times)

    def curve(c):
        slope, curvature = (ends[name].values[:, None] for name in ("slope", "curvature"))
        return run["regression_loss"].values[:, :1] / ((1 + c * slope) ** 2 + c**2 * curvature)

    c = clock(ends["beta"].values, step=step, times=times)  # (run, step)
    np.testing.assert_allclose(run["regression_loss"], curve(c), rtol=1e-11)
    above = run["angle"].values > 90
    turn = ends["turn"].values[:, None]
    np.testing.assert_array_equal(above, c < turn)
    assert above[:, 1].any()
    assert not np.isnan(turn).any()  # no draw is untaught for good
    start, top = run["regression_loss"].values[:, 0], curve(turn)[:, 0]  # top of the curve, not always a step's
    if step is None:
        np.testing.assert_allclose(top, ends["peak"] * start, rtol=1e-12)
    else:
        np.testing.assert_allclose(run["regression_loss"].max("step"), ends["peak"] * start, rtol=1e-12)
        assert (top > ends["peak"] * start).any()
    drift = exact(H0, Y, W, TF(B), step=step, times=times)
    np.testing.assert_allclose(drift["regression_loss"], curve(clock(0.0, step=step, times=times)), rtol=1e-11)


def test_the_clock_by_its_sum():
    beta = np.array([-3.0, -1e-9, 0.0, 1e-9, 2.4, 2.6, 7.0, 12.0])
    q = 1 - 0.2 * beta
    for k in (0, 1, 7):
        slow = sum(0.2 * q**j for j in range(k)) / q**k
        np.testing.assert_allclose(clock(beta)[:, k], slow, rtol=1e-12)
    assert np.isinf(clock(5.0)[1:]).all()
    small, smooth = clock(beta, step=1e-4, steps=10**4)[:, -1], clock(beta, step=None, times=[1.0])[:, 0]
    np.testing.assert_allclose(small[:5], smooth[:5], rtol=1e-3)


def test_large_n_is_where_samples_go():
    """The difference falls as 1 / sqrt n for every channel, and every curve is far from constant."""
    grid = ((np.arange(2000) + 0.5) / 2000 - 0.5)[:, None]
    B1, B2 = np.random.default_rng(0).standard_normal((1, 4)), np.random.default_rng(1).standard_normal((4, 6))
    distance = {}
    for n in (1000, 100_000):
        H0, Y, W, B = draw(n=n, runs=3, seed=0)
        for i, channel in enumerate((B, TF(B), TF(B, as_coded=True), NF(B1, B2, as_coded=True))):
            limit, drawn = large_n(grid, W, channel), exact(H0, Y, W, channel)
            scale = {"gradient_norm": np.sqrt(n / 2000)}
            for curve in CURVES:
                ratio = drawn[curve].values[..., 1:] / (limit[curve].values[..., 1:] * scale.get(curve, 1))
                distance.setdefault((i, curve), []).append(np.abs(ratio - 1).max())
    far, near = np.array(list(distance.values())).T
    assert (near < 0.02).all()
    assert near.mean() < 0.3 * far.mean()
    np.testing.assert_allclose(large_n(grid, W, B)["direct_loss"][:, 0], (np.sum(W**2) + 1) / 12, rtol=1e-5)
    assert np.isnan(large_n(grid, W, B)["angle"][:, 0]).all()
    smooth = large_n(grid, W, B, step=None, times=[0, 1.0])
    assert smooth.sizes == {"run": 3, "time": 2}


def test_the_floor_for_equal_variances():
    """Many samples: the floor over the start is about x / (1 + x) with x = |w|^2 cos^2(b, w)."""
    H0, Y, W, B = draw(n=20_000, runs=40, seed=1)
    ends = limits(H0, Y, W, B)
    x = (ends["beta"] ** 2 / np.sum(B**2, axis=(1, 2))).values
    start = simulate(H0, Y, W, B, steps=0)["regression_loss"].values[:, 0]
    down = ends["beta"].values < 0
    assert 10 < down.sum() < 30
    np.testing.assert_allclose((ends["regression_limit"] / start)[down], (x / (1 + x))[down], rtol=0.15)
    assert (ends["regression_limit"][~down] == 0).all()


@pytest.mark.parametrize(("p", "sigma"), [(1, 0.5), (3, 0.3)])
def test_moments_of_the_noise_against_many_draws(p, sigma):
    H0, Y, W, B = draw(n=60, m=4, p=p, runs=2, seed=2)
    moments, draws = noise_moments(H0, Y, W, NFA(B, sigma=sigma), steps=8), 4000
    assert moments.sizes == {"run": 2, "step": 9}
    for run in range(2):
        many = exact(H0, Y, W, NFA(np.repeat(B[run : run + 1], draws, axis=0), sigma=sigma, seed=5), steps=8)
        for name, values in (("direct_loss", many["direct_loss"]), ("hidden_norm", many["hidden_norm"] ** 2)):
            expected = moments[name][run] ** (2 if name == "hidden_norm" else 1)
            error = values.std("run") / np.sqrt(draws)
            assert (np.abs(values.mean("run") - expected) < 4 * error + 1e-12).all(), name
        mean = many["regression_loss"].mean("run").values
        bound = moments["regression_bound"][run].values
        assert (mean <= bound * (1 + 1e-12)).all()
        assert mean[1] > 0.8 * bound[1]  # and it is not an empty bound
    total = moments["noiseless_direct_loss"] + moments["error_spread"] ** 2
    np.testing.assert_allclose(total, moments["direct_loss"], rtol=1e-12)
    mean_norm = exact(H0, Y, W, B, steps=8)["hidden_norm"]  # the mean of H is FA's H
    np.testing.assert_allclose(mean_norm**2 + moments["hidden_spread"] ** 2, moments["hidden_norm"] ** 2, rtol=1e-12)


def test_moments_without_noise_are_fa():
    H0, Y, W, B = draw(n=60, p=2, runs=3, seed=2, redraw="all")
    moments, fa = noise_moments(H0, Y, W, NFA(B, sigma=0)), exact(H0, Y, W, B)
    np.testing.assert_allclose(moments["direct_loss"], fa["direct_loss"], rtol=1e-12)
    np.testing.assert_allclose(moments["regression_bound"], fa["regression_loss"], rtol=1e-11)
    assert (moments["hidden_spread"] == 0).all()


def test_mean_square_growth_with_one_output():
    """E_k^2 grows by (1 - mu b.w)^2 + (mu sigma |w|)^2 a step: noise alone can make a decay explode in the mean."""
    H0, Y, W, B = with_rate(0.3, n=50, m=6, runs=1)
    factor = 0.7**2 + (0.2 * 9 * np.linalg.norm(W)) ** 2
    loss = noise_moments(H0, Y, W, NFA(B[0], sigma=9))["direct_loss"].values
    np.testing.assert_allclose(loss[1:] / loss[:-1], factor, rtol=1e-10)


ONE = dict(zip(("H0", "Y", "W", "B"), draw(n=20, m=3, runs=1), strict=True))
TWO = dict(zip(("H0", "Y", "W", "B"), draw(n=20, m=3, p=2, runs=1), strict=True))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: limits(**TWO), "one output"),
        (lambda: limits(**(ONE | {"B": TF(ONE["B"])})), "for FA"),
        (lambda: limits(**ONE, step=0), "step must be"),
        (lambda: limits(**(ONE | {"H0": np.ones((20, 3))})), "independent"),
        (lambda: phase(np.nan), "beta must be"),
        (lambda: phase(1.0, 0.0), "step above 0"),
        (lambda: clock(1.0, step=-1), "step must be"),
        (lambda: clock(1.0, step=None), "times must be"),
        (lambda: large_n(ONE["Y"], ONE["W"], ONE["B"], hidden_variance=0), "hidden_variance"),
        (lambda: large_n(ONE["Y"], TWO["W"], ONE["B"]), "shapes must be"),
        (lambda: large_n(np.ones(5), ONE["W"], ONE["B"]), "Y must have shape"),
        (lambda: noise_moments(**ONE), "noise of NFA"),
        (lambda: noise_moments(**(ONE | {"B": NFA(ONE["B"])}), steps=-1), "steps must be"),
        (lambda: noise_moments(**(ONE | {"B": NFA(ONE["B"])}), step=0), "step must be"),
    ],
)
def test_bad_input_is_told_what_is_wrong(call, message):
    with pytest.raises(ValueError, match=message):
        call()
