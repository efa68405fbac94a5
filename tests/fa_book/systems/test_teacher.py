"""The closed forms against samples, and the equations against a student of many dimensions that sees real inputs."""

import numpy as np
import pytest
from scipy.special import erf

from fa_book.systems import teacher

ROOT2 = np.sqrt(2)


def g(x):
    return erf(x / ROOT2)


def slope(x):
    return np.sqrt(2 / np.pi) * np.exp(-(x**2) / 2)


def test_averages_are_those_of_samples():
    random = np.random.default_rng(0)
    mixed = random.standard_normal((4, 4))
    C = mixed @ mixed.T / 4
    x = random.multivariate_normal(np.zeros(4), C, size=400_000)
    assert teacher.pair(C[None])[0] == pytest.approx(np.einsum("si,sj->ij", g(x), g(x)) / len(x), abs=0.005)
    found = np.einsum("sa,sb,sc->abc", slope(x), x, g(x)) / len(x)
    assert teacher.triple(C[None])[0] == pytest.approx(found, abs=0.005)
    found = np.einsum("sa,sb,sc,sd->abcd", slope(x)[:, :2], slope(x)[:, :2], g(x), g(x)) / len(x)
    assert teacher.quadruple(C[None], 2)[0] == pytest.approx(found, abs=0.005)


@pytest.mark.parametrize("direct", [True, False], ids=["feedback", "backpropagation"])
def test_a_student_that_sees_inputs_goes_where_the_equations_say(direct):
    D, lr, k = 1000, 0.5, 2
    random = np.random.default_rng(1)
    true, v_true = random.standard_normal((2, D)), np.array([1.0, 1.0])
    w, v, F = 0.3 * random.standard_normal((k, D)), np.array([0.2, -0.1]), np.array([1.0, 0.5])
    order, T = teacher.Order((w @ w.T / D)[None], (w @ true.T / D)[None], v[None].copy()), true @ true.T / D
    for _ in range(4 * D):
        x = random.standard_normal(D) / np.sqrt(D)
        fields = w @ x
        off = v @ g(fields) - v_true @ g(true @ x)
        sent = F if direct else v
        w, v = w - lr * np.outer(sent * slope(fields) * off, x), v - lr / D * g(fields) * off
    for _ in range(400):
        moved = teacher.rates(order, T, v_true, F[None] if direct else None, lr)
        order = teacher.Order(*(now + 0.01 * move for now, move in zip(order, moved, strict=True)))
    assert order.v[0] == pytest.approx(v, abs=0.04)
    assert order.R[0] == pytest.approx(w @ true.T / D, abs=0.06)
    assert order.Q[0] == pytest.approx(w @ w.T / D, abs=0.08)
