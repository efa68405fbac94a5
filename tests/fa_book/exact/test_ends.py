"""Permanent loss, turns and peaks at their borders, and what `limits` refuses or warns of."""

import numpy as np
import pytest

from fa_book.exact.ends import limits
from fa_lib.dynamics import FA, draw, exact, simulate


def untaught(n=1000, m=6, along=-0.5, w=3.0):
    """H0 reads Y well; b and W lie along the first readout, as given."""
    generator = np.random.default_rng(0)
    H0, theta = generator.uniform(-0.5, 0.5, (n, m)), generator.standard_normal((m, 1))
    Y = H0 @ theta + 0.05 * generator.standard_normal((n, 1))
    theta0 = np.linalg.lstsq(H0, Y, rcond=None)[0]
    return H0, Y, w * theta0, along * theta0.T


def test_a_hidden_layer_untaught_for_good():
    """b = -theta_0 / 2, w = 3 theta_0: the turn lies beyond the end of the clock, and the loss rises for ever."""
    arrays = untaught()
    ends, run = limits(*arrays, step=0.02), simulate(*arrays, step=0.02, steps=60)
    ratio = (run["regression_loss"] / run["regression_loss"][0]).values
    assert (np.diff(ratio) > 0).all()
    assert (run["angle"] > 90).all()
    assert ratio[-1] == pytest.approx(2.235, abs=5e-4)
    assert ends["peak"] == pytest.approx(2.245, abs=5e-4)
    assert ends["permanent_loss"]
    assert np.isnan(ends["turn"])
    assert ends["clock_end"] == pytest.approx(1 / 4.763, rel=1e-4)
    assert -ends["slope"] / (ends["slope"] ** 2 + ends["curvature"]) > 2.9 * ends["clock_end"]
    far = exact(*arrays, step=0.02, steps=2000)["regression_loss"].values
    np.testing.assert_allclose(far[-1], ends["regression_limit"], rtol=1e-9)
    np.testing.assert_allclose(far[-1] / far[0], ends["peak"], rtol=1e-9)
    # the rise is as large in continuous time, and at most what the target itself holds
    smooth = limits(*arrays, step=None)
    np.testing.assert_allclose(smooth["peak"], ends["peak"], rtol=1e-12)
    assert far[0] * (1 + ends["slope"] ** 2 / ends["curvature"]) <= (arrays[1] ** 2).mean() * (1 + 1e-12)


@pytest.mark.parametrize("step", [0.02, None])
def test_the_two_borders_of_permanent_loss(step):
    """|beta| = steep / 2|slope| brings the loss back to its start, |beta| = steep / |slope| leaves it on its top."""
    H0, Y, W, B = untaught(n=50)
    first = limits(H0, Y, W, B, step=step)
    steep = first["slope"] ** 2 + first["curvature"]
    for border, before, after in ((0.5, (False, True), (True, True)), (1.0, (True, True), (True, False))):
        size = float(border * steep / np.abs(first["slope"] * first["beta"]))
        for factor, (lost, turns) in ((1 - 1e-9, before), (1 + 1e-9, after)):
            ends = limits(H0, Y, size * factor * W, B, step=step)
            assert (bool(ends["permanent_loss"]), not np.isnan(float(ends["turn"]))) == (lost, turns)
        end = float(limits(H0, Y, size * W, B, step=step)["regression_limit"])
        start = float(simulate(H0, Y, W, B, steps=0)["regression_loss"][0])
        share = 1 if border == 0.5 else float(1 + first["slope"] ** 2 / first["curvature"])
        assert end / start == pytest.approx(share, rel=1e-7)


def test_a_loss_that_rises_and_ends_above_its_start_all_the_same_turns():
    H0, Y, W, B = untaught(n=50)
    first = limits(H0, Y, W, B, step=None)
    steep = first["slope"] ** 2 + first["curvature"]
    W = W * float(0.7 * steep / np.abs(first["slope"] * first["beta"]))
    ends, times = limits(H0, Y, W, B, step=None), np.linspace(0, 30, 20_001)
    loss = exact(H0, Y, W, B, step=None, times=times)["regression_loss"].values
    assert ends["permanent_loss"]
    assert loss[-1] > loss[0]
    top = loss.argmax()
    assert 0 < top < len(times) - 1
    np.testing.assert_allclose(loss[top] / loss[0], ends["peak"], rtol=1e-4)
    np.testing.assert_allclose(np.expm1(float(ends["beta"]) * times[top]) / ends["beta"], ends["turn"], rtol=1e-2)


def test_large_steps_untaught_by_a_b_that_points_the_right_way():
    """mu b.w > 2: the clock ends at -1 / beta < 0, so what would teach a run of small steps unteaches this one."""
    H0, Y, W, B = untaught(n=50, along=0.5)
    step = 2.4 / float((B @ W)[0, 0])
    ends, run = limits(H0, Y, W, B, step=step), exact(H0, Y, W, B, step=step, steps=300)["regression_loss"].values
    assert not ends["starts_above_90"]
    assert ends["permanent_loss"]
    assert run[-1] > run[0]
    np.testing.assert_allclose(run[-1], ends["regression_limit"], rtol=1e-9)
    np.testing.assert_allclose(run.max() / run[0], ends["peak"], rtol=1e-12)
    assert not limits(H0, Y, W, B, step=step / 2)["permanent_loss"]


def test_an_ignorant_layer_is_never_untaught_and_a_knowing_one_is_sometimes():
    lost = []
    for known in (0.0, 0.5, 0.9, 0.99):
        H0, Y, W, B = draw(runs=500, seed=0, redraw="all")
        target = np.sqrt(1 - known) * Y + np.sqrt(known) * H0.sum(-1, keepdims=True) / np.sqrt(6)
        ends = limits(H0, target, W, B)
        lost.append(int(ends["permanent_loss"].sum()))
        root = np.sqrt(ends["curvature"])  # the condition that an ignorant layer cannot meet: |beta| > sqrt(curvature)
        assert (np.abs(ends["beta"]) > root)[ends["permanent_loss"]].all()
    assert lost[0] == 0
    assert lost[-1] > 10
    assert lost == sorted(lost)


def test_a_peak_far_away():
    """A rise of 1e5 steps: the highest step is found, not walked to."""
    H0, Y, _, _ = untaught(n=50)
    theta0 = np.linalg.lstsq(H0, Y, rcond=None)[0]
    B = -theta0.T * 1e-3
    across = np.array([[1.0, -1, 0, 0, 0, 0]]).T
    W = across - theta0 * (B @ across) / (B @ theta0) + 1e-4 * theta0
    for sign in (1, -1):
        ends, run = limits(H0, Y, sign * W, B), exact(H0, Y, sign * W, B, steps=20_000)["regression_loss"].values
        assert run.argmax() > 1000
        np.testing.assert_allclose(run.max() / run[0], ends["peak"], rtol=1e-10)


ONE = dict(zip(("H0", "Y", "W", "B"), draw(n=20, m=3, runs=1), strict=True))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"B": np.zeros((1, 3))}, "B is 0 in run 0: nothing moves"),
        ({"B": FA(np.stack([np.ones((1, 3)), np.zeros((1, 3))]))}, "B is 0 in run 1"),
        ({"Y": ONE["H0"] @ np.ones((3, 1))}, "linear in H0"),
        ({"H0": ONE["H0"][:3], "Y": ONE["Y"][:3]}, r"n >= m \+ p"),
        ({"B": 1e200 * ONE["B"]}, "do not fit float64"),
        ({"B": 1e-200 * ONE["B"]}, "do not fit float64"),
        ({"W": 1e200 * ONE["W"]}, "do not fit float64"),
        ({"Y": 1e-150 * ONE["Y"]}, "do not fit float64"),
    ],
)
def test_what_limits_refuses(change, message):
    with pytest.raises(ValueError, match=message):
        limits(**(ONE | change))


def test_where_rounding_decides():
    H0, Y, W, B = (np.asarray(ONE[name]) for name in ("H0", "Y", "W", "B"))
    B, W = np.array([[0.1, 0.2, 0.3]]), np.array([[1.0, 1.0, -1.0]]).T  # b.w is 0, its sum in float64 5.6e-17
    assert (B @ W).item() != 0
    with pytest.warns(RuntimeWarning, match=r"phase: mu b.w is 0, 1 or 2"):
        limits(H0, Y, W, B)
    exactly = np.array([[0.25, 0.5, 0.75]])
    assert limits(H0, Y, W, exactly)["phase"] == "drift"  # without a warning
    # b.theta_0 is 0 to rounding
    theta0 = np.linalg.lstsq(H0, Y, rcond=None)[0][:, 0]
    across = np.array([[theta0[1], -theta0[0], 0.0]]) + np.array([[0, 0, 1e-18]])
    with pytest.warns(RuntimeWarning, match="b.theta_0 is 0 to rounding"):
        limits(H0, Y, np.array([[1.0, 0.5, 0.25]]).T, across)


def test_one_run_or_many():
    H0, Y, W, B = draw(n=30, m=3, runs=4, seed=1)
    many, one = limits(H0, Y, W, B), limits(H0, Y, W, B[2])
    assert many.sizes == {"run": 4}
    assert one.sizes == {}
    assert many.isel(run=2, drop=True).identical(one)


def test_a_cosine_of_one():
    """One unit with w = y'y / h'y: the signal ends up along the gradient, and rounding must not make it NaN."""
    H0, Y, _, _ = draw(n=20, m=1, runs=300, seed=2, redraw="all")
    W = (Y.mT @ Y) / (H0.mT @ Y)
    ends = limits(H0, Y, W, 0.5 / W)
    assert (ends["phase"] == "decay").all()
    assert (ends["angle_limit"] < 1e-4).all()


def test_a_clock_that_jumps_has_no_turn():
    H0, Y = draw(n=20, m=2, runs=1, seed=1)[:2]
    w = np.array([[0.5], [0.25]])
    for B in ([[1.5, 1.0]], [[2.0, 2.0]], [[3.0, 2.0]], [[4.0, 2.0]]):  # mu b.w of 1, 1.5, 2 and 2.5
        assert np.isnan(limits(H0, Y, w, np.array(B), step=1.0)["turn"])
    for B in ([[0.5, 1.0]], [[0.5, -1.0]], [[-0.5, -1.0]]):  # of 0.5, 0 and -0.5: an ignorant layer turns
        assert np.isfinite(limits(H0, Y, w, np.array(B), step=1.0)["turn"])


def test_units_too_near_to_dependence_are_told():
    """And the warning names the line that asked."""
    H0, Y, W, B = draw(n=200, runs=2, seed=0, redraw="all")
    H0[1, :, 5] = H0[1, :, 0] + 1e-9 * H0[1, :, 5]
    with pytest.warns(RuntimeWarning, match="in run 1: condition number") as told:
        limits(H0, Y, W, B)
    assert told[0].filename == __file__
