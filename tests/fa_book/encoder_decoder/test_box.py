"""The box of tanh against an adaptive solver, bounded least squares and the argument of the chapter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import lsq_linear

from fa_book.encoder_decoder import box

modest = settings(deadline=None, derandomize=True, max_examples=8)
w, discordant = np.array([1, 0.6]), np.array([1, -0.4])


def solved(start, w, B, y, gamma, time):
    """The same flow, written in H itself and solved by an adaptive method."""

    def velocity(t, H):
        return -(H @ w - y) * B * gamma**2 * (1 - (H / gamma) ** 2) ** 2

    return solve_ivp(velocity, (0, time), start, rtol=1e-9, atol=1e-10).y[:, -1]


@pytest.mark.parametrize("gamma", [0.7, 1.0, 2.0])
@pytest.mark.parametrize("B", [w, discordant, -w])
def test_the_flow_follows_the_differential_equation(B, gamma):
    start = gamma * np.array([0.3, -0.5])
    exact = solved(start, w, B, 0.8, gamma, 3.0)
    errors = [
        np.abs(box.flow(start, w, B, 0.8, gamma=gamma, time=3, step=step)[-1] - exact).max() for step in (0.01, 0.005)
    ]
    assert errors[0] < 0.02
    assert errors[1] == pytest.approx(errors[0] / 2, rel=0.1)  # Euler's error halves with the step


def test_flow_keeps_what_was_asked_for_and_any_leading_axes():
    start = box.grid(3, 0.5)
    path = box.flow(start, w, w, 0.8, time=4, step=0.1, keep=4)
    assert path.shape == (5, 3, 3, 2)
    assert np.array_equal(path[0], start)
    np.testing.assert_array_equal(path[2], box.flow(start, w, w, 0.8, time=2, step=0.1)[-1])
    np.testing.assert_allclose(path[-1, 1, 2], box.flow(start[1, 2], w, w, 0.8, time=4, step=0.1)[-1])


@modest
@given(seed=st.integers(0, 10_000), units=st.integers(1, 4), gamma=st.floats(0.2, 3))
def test_best_is_bounded_least_squares(seed, units, gamma):
    random = np.random.default_rng(seed)
    w, y = random.standard_normal(units), 3 * random.standard_normal()
    solution = lsq_linear(w[None], [y], bounds=(-gamma, gamma))
    assert box.best(w, y, gamma=gamma) == pytest.approx(np.sqrt(2 * solution.cost), abs=1e-6)


@modest
@given(seed=st.integers(0, 10_000))
def test_nothing_is_lost_where_all_signs_agree(seed):
    random = np.random.default_rng(seed)
    w = random.choice([-1, 1], 3) * random.uniform(0.3, 1.2, 3)
    B, y = w * random.uniform(0.5, 2, 3), 2 * random.standard_normal()  # some targets beyond the box
    start = random.uniform(-0.9, 0.9, (50, 3))
    assert not box.lost(w, w, y, start=start).any()
    assert not box.lost(w, B, y, start=start).any()


@modest
@given(seed=st.integers(0, 10_000))
def test_one_sign_that_differs_is_enough_to_lose_a_state(seed):
    random = np.random.default_rng(seed)
    w = random.uniform(0.3, 1.2, 3)
    B = random.uniform(0.5, 2, 3) * w * np.array([1, 1, -1])
    y = w[:2].sum()  # what two units can give with the third at zero; at the wrong wall it takes w[2] away
    start = np.array([[0.9, 0.9, -0.9]])
    assert box.lost(w, B, y, start=start).all()


def test_a_wider_box_frees_what_a_positive_product_of_w_and_b_allows():
    assert discordant @ w > 0
    shares = [box.lost(w, discordant, 0.8, gamma=gamma).mean() for gamma in (1, 2)]
    assert shares[0] > 0.5
    assert shares[1] == 0
    turned = np.array([-1, 0.4])
    assert box.lost(w, turned, 0.8, gamma=2).mean() > 0.9  # against the gradient no room helps


@pytest.mark.parametrize("B", [w, discordant, np.array([-1, 0.4])])
def test_a_lost_state_ends_with_a_unit_trapped_and_no_other_does(B):
    start = box.grid(9, 0.9)
    lost = box.lost(w, B, 0.8, start=start)
    end = box.flow(start, w, B, 0.8)[-1]
    _, trapped = box.pushed(end, w, B, 0.8)
    assert np.array_equal(trapped.any(-1), lost)


def test_pushed_by_hand():
    H = np.array([[0.999, -0.999], [0.999, 0.5], [-0.999, -0.999]])
    blocked, trapped = box.pushed(H, w, discordant, 0.8)  # errors -0.4, 0.5, -2.4: asked for (+, -), (-, +), (+, -)
    assert blocked.tolist() == [[True, True], [False, False], [False, True]]
    assert trapped.tolist() == [[False, True], [False, False], [False, True]]
    blocked, trapped = box.pushed(H, w, w, 5.0)  # out of reach: blocked is right, trapped nothing
    assert blocked.tolist() == [[True, False], [True, False], [False, False]]
    assert not trapped.any()


def test_the_grid_covers_a_square():
    points = box.grid(3, 0.9)
    assert sorted(map(tuple, points.reshape(-1, 2).tolist())) == [
        (a, b) for a in (-0.9, 0, 0.9) for b in (-0.9, 0, 0.9)
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"w": [[1.0, 2.0]]}, "w must be a vector of finite numbers"),
        ({"w": [1.0, np.nan]}, "w must be a vector of finite numbers"),
        ({"B": [1.0]}, "B must have one number a unit as w has"),
        ({"gamma": 0}, "gamma must be a finite number above 0, got 0"),
        ({"start": [0.5, 1.0]}, r"start must hold states \(…, 2\) inside the box of \+-1"),
        ({"start": [0.5, np.nan]}, "start must hold states"),
        ({"start": [0.5]}, "start must hold states"),
        ({"time": 1, "step": 0.3, "keep": 2}, "time / step must be a multiple of keep"),
        ({"time": 0}, "time / step must be"),
    ],
)
def test_errors_name_what_was_given(arguments, message):
    with pytest.raises(ValueError, match=message):
        box.flow(**{"start": [0.1, 0.2], "w": w, "B": w, "y": 0.8} | arguments)
