"""The idealised dynamics against a plain loop over samples, autograd, and values of the authors' code."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fa_lib.dynamics import draw, simulate, trajectory
from fa_lib.dynamics.arrays import require_full_rank
from fa_lib.dynamics.curves import triangle
from fa_lib.dynamics.rules import FA, NF, NFA, TF
from fa_lib.random import numpy_generator

CURVES = ("direct_loss", "regression_loss", "gradient_norm", "hidden_norm", "angle")


def hidden_matrices(p, m, hidden=4, seed=9):
    generator = np.random.default_rng(seed)
    return generator.standard_normal((p, hidden)), generator.standard_normal((hidden, m))


def plain_loop(H0, Y, W, move, step=0.2, steps=20, angle_of="current"):
    """One run, every sample, no tricks: lstsq for theta, autograd for the gradient of the summed squared residuals."""
    H, rows, first = H0.copy(), [], None
    for k in range(steps + 1):
        change = move(H, k)
        first = change if first is None else first
        theta = np.linalg.lstsq(H, Y, rcond=None)[0]
        leaf = torch.tensor(H, requires_grad=True)
        target = torch.tensor(Y)
        best = leaf @ torch.linalg.solve(leaf.T @ leaf, leaf.T @ target)
        ((best - target) ** 2).sum().backward()
        gradient = leaf.grad.numpy()
        shown = change if angle_of == "current" else first
        cosine = -(shown * gradient).sum() / np.linalg.norm(shown) / np.linalg.norm(gradient)
        rows.append(
            (
                np.mean((H @ W - Y) ** 2),
                np.mean((H @ theta - Y) ** 2),
                np.linalg.norm(gradient),
                np.sqrt((H**2).sum(1).mean()),
                np.degrees(np.arccos(cosine)),
            )
        )
        H = H + step * change
    return dict(zip(CURVES, np.array(rows).T, strict=True)), H


def channels(H0, Y, W, B, p, m, run=0):
    """Every channel beside the rule it stands for, written out for one run."""
    B1, B2 = hidden_matrices(p, m)
    noise = numpy_generator(3, run, "noise").standard_normal((21, p, m))
    return {
        "FA": (B, lambda H, k: -(H @ W - Y) @ B),
        "FA as a channel": (FA(B), lambda H, k: -(H @ W - Y) @ B),
        "NFA": (NFA(B, sigma=0.3, seed=3), lambda H, k: -(H @ W - Y) @ (B + 0.3 * noise[k])),
        "TF": (TF(B), lambda H, k: (Y - Y.mean(0)) @ B),
        "TF as coded": (TF(B, as_coded=True), lambda H, k: 1 + Y @ B),
        "NF": (NF(B1, B2), lambda H, k: -np.tanh((H @ W - Y) @ B1) @ B2),
        "NF as coded": (NF(B1, B2, as_coded=True), lambda H, k: 1 + np.tanh(Y @ B1) @ B2),
    }


NAMES = ("FA", "FA as a channel", "NFA", "TF", "TF as coded", "NF", "NF as coded")


@pytest.mark.parametrize("p", [1, 3])
@pytest.mark.parametrize("name", NAMES)
def test_simulate_equals_a_plain_loop(name, p):
    H0, Y, W, B = draw(n=1000, m=6, p=p, runs=1, seed=5)
    B = B[0]
    channel, move = channels(H0, Y, W, B, p, 6)[name]
    ours = simulate(H0, Y, W, channel)
    plain, _ = plain_loop(H0, Y, W, move)
    for curve in CURVES:
        np.testing.assert_allclose(ours[curve].values, plain[curve], rtol=1e-9, err_msg=curve)


def test_the_initial_angle_of_the_authors_code():
    H0, Y, W, B = draw(n=200, runs=1, seed=2)
    channel, move = channels(H0, Y, W, B[0], 1, 6)["NFA"]
    ours = simulate(H0, Y, W, channel, angle_of="initial")
    plain, _ = plain_loop(H0, Y, W, move, angle_of="initial")
    np.testing.assert_allclose(ours["angle"], plain["angle"], rtol=1e-9)
    assert np.abs(ours["angle"] - simulate(H0, Y, W, channel)["angle"])[1:].min() > 1e-3  # the two do differ for NFA
    fa = [simulate(H0, Y, W, B[0], angle_of=which)["angle"] for which in ("initial", "current")]
    np.testing.assert_allclose(fa[0], fa[1], rtol=1e-9)  # and agree for FA with one output: E keeps its direction


@pytest.mark.parametrize("name", NAMES)
def test_the_trajectory_goes_where_the_curves_do(name):
    H0, Y, W, B = draw(n=300, p=2, runs=1, seed=1)
    channel, move = channels(H0, Y, W, B[0], 2, 6)[name]
    few, states = simulate(H0, Y, W, channel), np.stack(list(trajectory(H0, Y, W, channel)))
    assert states.shape == (21, 300, 6)
    np.testing.assert_allclose(few["direct_loss"], ((states @ W - Y) ** 2).mean((1, 2)), rtol=1e-10)
    np.testing.assert_allclose(few["hidden_norm"], np.sqrt((states**2).sum(2).mean(1)), rtol=1e-10)
    np.testing.assert_array_equal(states[0], H0)
    _, last = plain_loop(H0, Y, W, move)
    np.testing.assert_allclose(states[-1] + 0.2 * move(states[-1], 20), last, rtol=1e-9)


@pytest.mark.parametrize("redraw", ["B", "all"])
def test_a_run_alone_equals_the_run_in_a_batch(redraw):
    H0, Y, W, B = draw(n=60, runs=3, seed=4, redraw=redraw)
    assert B.shape == (3, 1, 6)
    assert H0.shape == ((60, 6) if redraw == "B" else (3, 60, 6))
    B1 = np.random.default_rng(0).standard_normal((3, 1, 4))
    B2 = np.random.default_rng(1).standard_normal((3, 4, 6))
    for many, alone in (
        (B, lambda r: B[r]),
        (NFA(B, seed=7), lambda r: NFA(B[r], seed=7, first_run=r)),
        (TF(B), lambda r: TF(B[r])),
        (NF(B1, B2), lambda r: NF(B1[r], B2[r])),
        (NF(B1, B2, as_coded=True), lambda r: NF(B1[r], B2[r], as_coded=True)),
    ):
        batch = simulate(H0, Y, W, many)
        assert batch.sizes == {"run": 3, "step": 21}
        for r in range(3):
            arrays = (H0, Y, W) if redraw == "B" else (H0[r], Y[r], W[r])
            one = simulate(*arrays, alone(r))
            assert one.sizes == {"step": 21}
            for curve in CURVES:
                np.testing.assert_allclose(batch[curve][r], one[curve], rtol=1e-10, err_msg=curve)
    first = draw(n=60, runs=1, seed=4, redraw=redraw)
    np.testing.assert_array_equal(first[3][0], B[0])


def test_the_gradient_formula_by_finite_differences():
    """2 (H theta - Y) theta' is the derivative of the summed squared residuals, theta re-fitted."""
    H0, Y, W, B = draw(n=30, m=4, p=2, runs=1, seed=8)

    def loss(H):
        return np.sum((Y - H @ np.linalg.lstsq(H, Y, rcond=None)[0]) ** 2)

    numeric = np.zeros_like(H0)
    for index in np.ndindex(*H0.shape):
        shift = np.zeros_like(H0)
        shift[index] = 1e-5
        numeric[index] = (loss(H0 + shift) - loss(H0 - shift)) / 2e-5
    theta = np.linalg.lstsq(H0, Y, rcond=None)[0]
    np.testing.assert_allclose(2 * (H0 @ theta - Y) @ theta.T, numeric, atol=1e-8)
    ours = simulate(H0, Y, W, B[0], steps=0)
    np.testing.assert_allclose(ours["gradient_norm"], np.linalg.norm(numeric), rtol=1e-7)


def test_values_of_the_authors_dynamics():
    """n = 1000, all redrawn 200 times; reference: means of 200 draws of the authors' own code, so both have noise."""
    H0, Y, W, B = draw(n=1000, runs=200, seed=0, redraw="all")
    curves = simulate(H0, Y, W, B)
    at = [0, 1, 5, 10, 20]
    for curve, reference in (
        ("regression_loss", [0.083, 0.068, 0.016, 0.0056, 0.0020]),
        ("angle", [89, 33, 70, 81, 86]),
    ):
        values = curves[curve].values[:, at]
        error = values.std(0) / np.sqrt(200)
        rounding = np.array([5e-4, 5e-4, 5e-4, 5e-5, 5e-5]) if curve == "regression_loss" else 0.5
        assert (np.abs(values.mean(0) - reference) < 3 * np.sqrt(2) * error + rounding).all(), curve
    above = (curves["angle"] > 90).sum("run").values
    assert abs(above[0] - 101) < 3 * 10  # two binomial counts of 200 differ by sd 10
    assert (above[1:] == 0).all()
    growth = curves["direct_loss"][:, -1] / curves["direct_loss"][:, 0]
    np.testing.assert_array_equal(growth > 1, (B @ W)[:, 0, 0] < 0)
    assert abs(int((growth > 1).sum()) - 91) < 3 * 10
    assert abs(int((growth > 10).sum()) - 30) < 3 * np.sqrt(2 * 200 * 0.15 * 0.85)


def test_a_vanishing_loss_keeps_its_digits():
    """After 2000 steps L_R is 1e-60 of its start; it must still fall by (1 - mu b.w)^2 a step, as E does."""
    H0, Y, W, _ = draw(n=400, runs=1, seed=6)
    B = W.T / np.sum(W**2) * 0.2  # b.w = 0.2
    loss = simulate(H0, Y, W, B, steps=2000)["regression_loss"].values
    assert 0 < loss[-1] < 1e-60
    np.testing.assert_allclose(loss[1001:] / loss[1000:-1], (1 - 0.2 * 0.2) ** 2, rtol=1e-9)


@pytest.mark.parametrize("n", [3, 511, 5000, 20_011])
def test_triangle_keeps_all_inner_products(n):
    Z = np.random.default_rng(n).standard_normal((n, 9))
    R = triangle(Z)
    assert R.shape == (min(n, 9), 9)
    np.testing.assert_array_equal(R, np.triu(R))
    np.testing.assert_allclose(R.T @ R, Z.T @ Z, atol=1e-12 * n)


def test_zero_signal_has_no_angle():
    H0, Y, W, B = draw(n=20, runs=1)
    assert np.isnan(simulate(H0, Y, W, 0 * B[0])["angle"]).all()


def test_an_explosion_ends_in_nan_without_warning():
    H0, Y, W, _ = draw(n=50, runs=1)
    curves = simulate(H0, Y, W, -50 * W.T / np.sum(W**2), steps=2000)
    assert np.isnan(curves["regression_loss"][-1])
    assert np.isfinite(curves["regression_loss"][:5]).all()


@settings(deadline=None, derandomize=True, max_examples=25)
@given(n=st.integers(1, 40), m=st.integers(1, 5), p=st.integers(1, 6), runs=st.integers(1, 3), seed=st.integers(0, 99))
def test_any_shape(n, m, p, runs, seed):
    H0, Y, W, B = draw(n=n + m, m=m, p=p, runs=runs, seed=seed)
    curves = simulate(H0, Y, W, B, steps=3)
    assert curves.sizes == {"run": runs, "step": 4}
    assert (curves["regression_loss"] <= curves["direct_loss"] * (1 + 1e-9)).all()
    turn = np.linalg.qr(np.random.default_rng(seed).standard_normal((n + m, n + m)))[0]
    turned = simulate(turn @ H0, turn @ Y, W, B, steps=3)  # only inner products matter
    for curve in ("direct_loss", "hidden_norm"):
        np.testing.assert_allclose(turned[curve], curves[curve], rtol=1e-9)
    np.testing.assert_allclose(turned["regression_loss"], curves["regression_loss"], rtol=1e-6, atol=1e-14)


GOOD = dict(zip(("H0", "Y", "W", "B"), draw(n=20, m=3, p=2, runs=1), strict=True))


def test_columns_are_independent_whatever_their_lengths():
    H = GOOD["H0"] * [1, 1e-20, 1]
    assert require_full_rank(H[None]) > 1e19
    with pytest.raises(ValueError, match="linearly independent"):
        require_full_rank((H @ [[1, 0, 1], [0, 1, 0], [1, 0, 1]])[None])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"H0": np.ones((20, 3))}, "independent"),
        ({"H0": np.zeros((20, 3))}, "independent"),
        ({"H0": np.full((20, 3), np.nan)}, "finite"),
        ({"H0": np.ones(20)}, "H0 must have shape"),
        ({"H0": "hidden"}, "array of numbers"),
        ({"Y": np.ones(20)}, "Y must have shape"),
        ({"Y": np.ones((19, 2))}, "shapes must be"),
        ({"W": np.ones((2, 3))}, "shapes must be"),
        ({"B": np.ones((3, 2))}, "shapes must be"),
        ({"B": np.ones((2, 2, 3)), "W": np.ones((4, 3, 2))}, "one length"),
        ({"B": NF(np.ones((2, 4)), np.ones((5, 3)))}, "hidden axis"),
        ({"H0": GOOD["H0"][:2], "Y": GOOD["Y"][:2]}, "at least as many samples"),
        ({"Y": np.empty((20, 0))}, "Y must have shape"),
        ({"step": 0}, "step must be"),
        ({"step": -0.1}, "step must be"),
        ({"step": np.nan}, "step must be"),
        ({"step": "fast"}, "step must be"),
        ({"steps": -1}, "steps must be"),
        ({"steps": 2.5}, "steps must be"),
        ({"steps": True}, "steps must be"),
        ({"angle_of": "last"}, "angle_of must be"),
    ],
)
def test_bad_input_is_told_what_is_wrong(change, message):
    with pytest.raises(ValueError, match=message):
        simulate(**(GOOD | change))


@pytest.mark.parametrize("bad", [{"n": 0}, {"m": -1}, {"p": 1.5}, {"runs": 0}, {"redraw": "W"}, {"seed": -1}])
def test_bad_draws(bad):
    with pytest.raises(ValueError, match="must be"):
        draw(**bad)


def test_bad_noise():
    with pytest.raises(ValueError, match="sigma"):
        NFA(np.ones((1, 3)), sigma=-1)


def test_trajectory_checks_at_once():
    with pytest.raises(ValueError, match="steps must be"):
        trajectory(**GOOD, steps=-1)
