"""The closed form against the simulation, against 100-digit arithmetic, and against the formulas for one output."""

from contextlib import nullcontext

import mpmath
import numpy as np
import pytest

from fa_lib.dynamics import draw, exact, simulate
from fa_lib.dynamics.rules import FA, NF, NFA, TF, inputs
from fa_lib.dynamics.solution import solve

CURVES = ("direct_loss", "regression_loss", "gradient_norm", "hidden_norm", "angle")
EPS = np.finfo(float).eps


def assert_agree(a, b, rtol, curves=CURVES):
    for curve in curves:
        np.testing.assert_allclose(np.asarray(a[curve]), np.asarray(b[curve]), rtol=rtol, err_msg=curve)


def many_digits(H0, Y, W, B, at, step=0.2):
    """FA on every sample in 100-digit arithmetic, by normal equations; the curves at the steps in `at`."""
    with mpmath.workdps(100):
        H, Y, W, B = (mpmath.matrix(np.asarray(a).tolist()) for a in (H0, Y, W, B))
        n, p, found = Y.rows, Y.cols, []

        def norm(a):
            return mpmath.sqrt(sum(x * x for x in a))

        for k in range(max(at) + 1):
            E = H * W - Y
            if k in at:
                theta = mpmath.inverse(H.T * H) * (H.T * Y)
                residual = Y - H * theta
                down, update = residual * theta.T, -E * B
                cosine = sum(x * y for x, y in zip(down, update, strict=True)) / norm(down) / norm(update)
                losses = norm(E) ** 2 / (n * p), norm(residual) ** 2 / (n * p)
                found.append((*losses, 2 * norm(down), norm(H) / mpmath.sqrt(n), mpmath.degrees(mpmath.acos(cosine))))
            H = H - mpmath.mpf(step) * E * B
        return dict(zip(CURVES, np.array(found, float).T, strict=True))


@pytest.mark.parametrize("p", [1, 2, 5])
@pytest.mark.parametrize("n", [20, 1000, 100_000])
def test_exact_equals_simulate(n, p):
    H0, Y, W, B = draw(n=n, p=p, runs=20 if n < 1e5 else 3, seed=p, redraw="all" if n < 1e5 else "B")
    if p == 1 and n < 1e5:
        assert 3 < ((B @ W) < 0).sum() < 17  # both signs of b.w
    assert_agree(exact(H0, Y, W, B), simulate(H0, Y, W, B), 1e-11)


@pytest.mark.parametrize("p", [1, 2, 5])
@pytest.mark.parametrize("gap", [1e-2, 1e-4, 1e-6, 1e-8])
def test_ill_conditioned_hidden_layers(gap, p):
    """Two nearly equal units: the two ways agree to 100 roundings times the condition number of H0."""
    for seed in range(5):
        H0, Y, W, B = draw(n=200, p=p, runs=1, seed=seed)
        H0[:, 5] = H0[:, 0] + gap * H0[:, 5]
        bound = 100 * EPS * np.linalg.cond(H0)
        with pytest.warns(RuntimeWarning, match="condition number") if bound > 1e-6 else nullcontext():
            ours = exact(H0, Y, W, B)
        assert_agree(ours, simulate(H0, Y, W, B), bound)


@pytest.mark.parametrize("gap", [1e-9, 1e-12])
def test_units_too_near_to_dependence_are_told(gap):
    """The case whose loss was off by 4e-4 without a word; and the warning names the line that asked."""
    H0, Y, W, B = draw(n=200, runs=2, seed=0, redraw="all")
    H0[1, :, 5] = H0[1, :, 0] + gap * H0[1, :, 5]
    with pytest.warns(RuntimeWarning, match="in run 1: condition number .* 4.5e.07") as told:
        curves = exact(H0, Y, W, B)
    assert told[0].filename == __file__
    assert_agree(curves, simulate(H0, Y, W, B), 100 * EPS * np.linalg.cond(H0[1]))


def test_a_very_small_unit_costs_digits_too():
    """With several outputs the bound is that of H0 as it is, not of its columns scaled to one length; and told."""
    for size, told in ((1e-6, False), (1e-9, True)):
        worst = 0
        for seed in (1, 3, 5):
            H0, Y, W, B = draw(n=12, m=3, p=2, runs=1, seed=seed)
            small = H0 * [1, size, 1]
            with pytest.warns(RuntimeWarning, match="very different size") if told else nullcontext():
                ours = exact(small, Y, W, B[0]).isel(step=[0, 1, 20])
            truth = many_digits(small, Y, W, B[0], [0, 1, 20])
            assert_agree(ours, truth, 100 * EPS * np.linalg.cond(small))
            worst = max(worst, *(np.abs(ours[name].values / truth[name] - 1).max() for name in CURVES))
        assert worst > 1000 * EPS * np.linalg.cond(H0)


def feedback(kind, W, seed=0):
    """A B for which B W has given eigenvalues, with a part across W added."""
    p, m = W.shape[1], W.shape[0]
    generator = np.random.default_rng(seed)
    inverse, other = np.linalg.pinv(W), generator.standard_normal((p, m))
    mix = np.eye(p) + 0.4 * generator.standard_normal((p, p))  # eigenvectors that are not at right angles
    return mix @ np.diag(kind) @ np.linalg.inv(mix) @ inverse + 0.3 * (other - other @ W @ inverse)


@pytest.mark.parametrize(
    "eigenvalues",
    [[1.0], [-1.0], [0.5, 1.0], [-1.0, -0.5], [-1.0, 1.0, 0.3], [-2.0, -1.8, -2.2]],
    ids=str,
)
def test_hundred_digits_agree_after_many_steps(eigenvalues):
    """Losses of 1e-80, explosions of 1e+60 and both at once; the simulation has given up long before."""
    p = len(eigenvalues)
    H0, Y, W, _ = draw(n=12, m=3, p=p, runs=1, seed=3)
    B, at = feedback(eigenvalues, W), [0, 1, 20, 200]
    ours = exact(H0, Y, W, B, steps=200).isel(step=at)
    assert_agree(ours, many_digits(H0, Y, W, B, at), 1e-11)


def test_hundred_digits_agree_on_nearly_dependent_units():
    for p, gap in ((1, 1e-3), (1, 1e-6), (2, 1e-3), (2, 1e-6)):
        H0, Y, W, B = draw(n=12, m=3, p=p, runs=1, seed=5)
        H0[:, 2] = H0[:, 0] + gap * H0[:, 2]
        at, bound = [0, 1, 20], 100 * EPS * np.linalg.cond(H0)
        truth = many_digits(H0, Y, W, B[0], at)
        assert_agree(exact(H0, Y, W, B[0]).isel(step=at), truth, bound)
        assert_agree(simulate(H0, Y, W, B[0]).isel(step=at), truth, bound)


@pytest.mark.parametrize("rate", [1e-12, 0.0, 0.7, 1.3, 2.0, 2.2, -0.3])
def test_step_sizes_that_oscillate_or_stand_still(rate):
    H0, Y, W, _ = draw(n=100, runs=1, seed=1)
    B = feedback([rate / 0.2], W)
    assert_agree(exact(H0, Y, W, B), simulate(H0, Y, W, B), 1e-9)


def test_one_step_ends_all():
    """mu b.w = 1, exactly: nothing is left to learn, and no direction to go."""
    H0, Y, _, _ = draw(n=40, m=2, runs=1, seed=1)
    curves = exact(H0, Y, np.array([[0.5], [0.25]]), np.array([[1.5, 1.0]]), step=1.0, steps=5)
    assert (curves["direct_loss"][1:] == 0).all()
    assert (curves["regression_loss"][1:] == 0).all()
    assert np.isnan(curves["angle"][1:]).all()
    assert curves["direct_loss"][0] > 0


def small_steps(H0, Y, W, B, times, unit, halvings=10):
    """Discrete dynamics at `times`, with steps of unit / 2^halvings and twice that, extrapolated to steps of 0."""
    at = np.round(times / unit).astype(int)
    coarse, fine = (
        exact(H0, Y, W, B, step=unit / 2**j, steps=int(at[-1]) * 2**j).isel(step=at * 2**j)
        for j in (halvings - 1, halvings)
    )
    return {curve: 2 * fine[curve].values - coarse[curve].values for curve in CURVES}


@pytest.mark.parametrize(
    "matrix", [[[0, 1], [0, 0]], [[1, 1], [0, 1]], [[-1, 1], [1e-14, -1]], [[0, 1], [-1, 0]], [[0, 0], [0, 0]]], ids=str
)
def test_defective_and_complex_modes(matrix):
    H0, Y, W, _ = draw(n=60, m=4, p=2, runs=1, seed=0)
    inverse = np.linalg.pinv(W)
    B = np.array(matrix) @ inverse + 0.2 * (np.ones((2, 4)) - np.ones((2, 4)) @ W @ inverse)
    assert_agree(exact(H0, Y, W, B), simulate(H0, Y, W, B), 1e-11)
    both = np.stack([B, draw(n=60, m=4, p=2, runs=1, seed=0)[3][0]])  # a defective run beside an ordinary one
    assert_agree(exact(H0, Y, W, both), simulate(H0, Y, W, both), 1e-11)
    times = np.array([0.0, 0.5, 3.0])
    smooth = exact(H0, Y, W, B, step=None, times=times)
    assert_agree(small_steps(H0, Y, W, B, times, unit=0.5), smooth, 2e-5)


@pytest.mark.parametrize("p", [1, 2, 5])
def test_continuous_time_is_the_limit_of_small_steps(p):
    H0, Y, W, B = draw(n=300, p=p, runs=4, seed=2)
    times = np.arange(5) * 0.8
    smooth = exact(H0, Y, W, B, step=None, times=times)
    assert smooth.sizes == {"run": 4, "time": 5}
    np.testing.assert_array_equal(smooth["time"], times)
    assert_agree(small_steps(H0, Y, W, B, times, unit=0.8), smooth, 5e-5)
    few = exact(H0, Y, W, B, step=0.8, steps=4)["direct_loss"]
    assert np.abs(few.values / smooth["direct_loss"].values - 1)[:, 1:].max() > 1e-2  # large steps are far off


@pytest.mark.parametrize("matrix", [[[-5.0, 0.0], [0.0, -4.0]], [[-5.0, 1.0], [0.0, -5.0]]], ids=("modes", "defective"))
def test_continuous_time_does_not_overflow(matrix):
    H0, Y, W, _ = draw(n=60, m=4, p=2, runs=1, seed=0)
    late = exact(H0, Y, W, np.array(matrix) @ np.linalg.pinv(W), step=None, times=[0, 50, 5000])
    assert np.isinf(late["direct_loss"][-1])
    assert np.isinf(late["hidden_norm"][-1])
    rounding = 1e-9 if matrix[0][1] else 1e-12  # matrix exponentials, which defective matrices need, lose a few digits
    np.testing.assert_allclose(late["regression_loss"][-1], late["regression_loss"][1], rtol=rounding)
    assert 0 < late["regression_loss"][-1] < late["regression_loss"][0]
    np.testing.assert_allclose(late["angle"][-1], 90)


@pytest.mark.parametrize("matrix", [[[4.5]], [[4.5, 1.0], [0.0, 4.5]]], ids=("mode", "defective"))
def test_a_loss_below_float64_still_has_an_angle(matrix):
    p = len(matrix)
    H0, Y, W, _ = draw(n=60, m=4, p=p, runs=1, seed=0)
    B = np.array(matrix) @ np.linalg.pinv(W)
    for late in (exact(H0, Y, W, B, steps=1000), exact(H0, Y, W, B, step=None, times=np.arange(1000) * 0.2)):
        assert late["regression_loss"][-1] == 0
        assert late["direct_loss"][-1] == 0
        angle = late["angle"].values
        assert 0 < angle[-1] < 90
        assert abs(angle[-1] - angle[100]) < (1e-9 if p == 1 else 3)  # a defective pair settles as 1 / k only


@pytest.mark.parametrize("sigma", [0.0, 0.1, 1.0])
def test_noise_and_drifts_equal_simulate(sigma):
    H0, Y, W, B = draw(n=80, p=2, runs=3, seed=6, redraw="all")
    B1, B2 = np.random.default_rng(0).standard_normal((2, 4)), np.random.default_rng(1).standard_normal((4, 6))
    for channel in (NFA(B, sigma=sigma, seed=4), TF(B), TF(B, as_coded=True), NF(B1, B2, as_coded=True)):
        assert_agree(exact(H0, Y, W, channel), simulate(H0, Y, W, channel), 1e-11)
    if sigma == 0:
        assert_agree(exact(H0, Y, W, NFA(B, sigma=0)), exact(H0, Y, W, B), 1e-11)


def test_drifts_in_continuous_time_are_the_same_line():
    H0, Y, W, B = draw(n=80, runs=2, seed=6)
    for channel in (TF(B), TF(B, as_coded=True)):
        smooth, steps = exact(H0, Y, W, channel, step=None, times=[0, 1.0, 4.0]), exact(H0, Y, W, channel)
        assert_agree(smooth, steps.isel(step=[0, 5, 20]), 1e-12)


def test_the_formulas_for_one_output():
    """L_R and the angle, written as they stand on paper, with plain inverses."""
    H0, Y, W, B = draw(n=50, m=4, runs=1, seed=9)
    curves = exact(H0, Y, W, B[0])
    b, w, mu = B[0, 0], W[:, 0], 0.2
    G = np.linalg.inv(H0.T @ H0)
    theta0 = G @ H0.T @ Y[:, 0]
    rho = np.sum((Y[:, 0] - H0 @ theta0) ** 2)
    beta = b @ w
    for k in range(21):
        q = (1 - mu * beta) ** k
        c = (1 - q) / beta / q
        loss = rho / ((1 + c * b @ theta0) ** 2 + c**2 * rho * b @ G @ b)
        np.testing.assert_allclose(curves["regression_loss"][k] * 50, loss, rtol=1e-12)
        x, kappa = rho / (1 + c * b @ theta0) ** 2, c**2 * b @ G @ b
        a = x / (1 + kappa * x)
        straight = (1 - a * kappa) / (1 + c * b @ theta0) * theta0 + a * c * G @ b
        theta = straight + c * w * (b @ straight)
        error = np.linalg.norm(H0 @ w - Y[:, 0]) * abs(q)
        cosine = np.sqrt(loss) * (b @ theta) / (error * np.linalg.norm(b) * np.linalg.norm(theta))
        np.testing.assert_allclose(curves["angle"][k], np.degrees(np.arccos(cosine)), rtol=1e-12)
        np.testing.assert_allclose(curves["gradient_norm"][k], 2 * np.sqrt(loss) * np.linalg.norm(theta), rtol=1e-12)


GOOD = dict(zip(("H0", "Y", "W", "B"), draw(n=20, m=3, p=2, runs=1), strict=True))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Y": GOOD["H0"] @ np.ones((3, 2))}, "linear in H0"),
        ({"Y": GOOD["Y"][:, :1] @ np.ones((1, 2))}, "linear in H0"),
        ({"H0": GOOD["H0"][:4], "Y": GOOD["Y"][:4]}, r"n >= m \+ p"),
        ({"H0": np.ones((20, 3))}, "independent"),
        ({"H0": np.ones((20, 4))}, "shapes must be"),
        ({"times": [1.0]}, "step=None"),
        ({"step": None}, "times must be"),
        ({"step": None, "times": [-1.0]}, "times must be"),
        ({"step": None, "times": [[1.0]]}, "times must be"),
        ({"step": None, "times": [np.nan]}, "times must be"),
        ({"step": 0}, "step must be"),
        ({"steps": -1}, "steps must be"),
        ({"B": NF(np.ones((2, 4)), np.ones((4, 3)))}, "no closed form"),
        ({"B": NFA(np.ones((2, 3))), "step": None, "times": [1.0]}, "no closed form"),
    ],
)
def test_bad_input_is_told_what_is_wrong(change, message):
    with pytest.raises(ValueError, match=message):
        exact(**(GOOD | change))


@pytest.mark.parametrize("kind", [FA, TF])
def test_rows_of_h_alone_are_directions_that_the_target_lacks(kind):
    H0, Y, W, B = draw(n=20, m=3, p=2, runs=2)
    Y = Y - Y.mean(0)  # zeros below it change no mean
    more = np.random.default_rng(0).standard_normal((4, 3))
    H = np.concatenate([H0, more])
    known = exact(H, np.concatenate([Y, np.zeros((4, 2))]), W, kind(B), steps=5)
    _, Y0, W0, rule, runs, _ = inputs(H0, Y, W, kind(B))
    found = solve(H[None], Y0, W0, rule, runs, 0.2, 5, None)
    np.testing.assert_allclose(found["angle"].T, known["angle"], atol=1e-8)
    np.testing.assert_allclose(found["direct_loss"].T * 20, known["direct_loss"] * 24, rtol=1e-10)
