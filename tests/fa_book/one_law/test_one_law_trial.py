"""The clock from which a free layer is taught for certain, against the law itself."""

import numpy as np
import pytest

from fa_book.one_law import trial


def test_with_one_output_it_is_the_moment_itself():
    random = np.random.default_rng(0)
    for _ in range(20):
        H, y, B = random.normal(size=(60, 4)), random.normal(size=(60, 1)), random.normal(size=(1, 4))
        theta, _, rho = trial.best(H, y)
        s, kappa = (B @ theta).item(), (rho * (B @ np.linalg.solve(H.T @ H, B.T))).item()
        clock = trial.certain_turn(H, y, B)
        assert clock == pytest.approx(-s / (s * s + kappa))
        for side in (-1, 1):  # taught above it and not below
            moved = H + (clock + side * 1e-3) * y @ B
            fit, _, gram = trial.best(moved, y)
            assert np.sign(np.trace(gram @ B @ fit)) == side


def test_past_the_clock_every_draw_is_taught_and_before_it_not_every_one():
    clocks, rates = trial.several_turn(80, 6, 3, 200, seed=1)
    assert (rates < 0).all()
    assert (clocks > 0).any()
    random, early = np.random.default_rng(1), []
    for clock in clocks:
        H, Y = random.standard_normal((80, 6)), random.standard_normal((80, 3))
        B = random.standard_normal((3, 6)) / 6**0.5
        theta, _, P = trial.best(H, Y)
        early.append(np.trace(P @ B @ theta) < 0)
        assert clock > 0 or not early[-1]  # where it is past at the start, the start is taught
    assert any(early)


def test_the_rate_is_the_derivative_it_is_made_from():
    H, Y, _, B = trial.problem(n=90, m=5, p=3, seed=2).values()
    clock = trial.certain_turn(H, Y, B)
    for c in (clock, clock + 0.5):
        theta, _, P = trial.best(H + c * Y @ B, Y)
        seen = trial.slope(lambda t, c=c: trial.loss(H + (c + t) * Y @ B, Y), 1e-3)
        assert -2 * np.trace(P @ B @ theta) == pytest.approx(seen, rel=1e-7)
