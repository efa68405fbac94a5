"""Align, then memorise: a student of two layers with erf units learns a teacher by direct feedback, in closed form.

Inputs are normal with many dimensions, each is seen once. Then all there is to know are a few averages, the order
parameters: Q, the overlaps of the student's hidden units, R, those with the teacher's, T, the teacher's own, and v, the
student's second layer. They obey differential equations without any sampling.

Source: Saad & Solla 1995 for the equations, Refinetti et al. 2021 for feedback in the place of v.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Order(NamedTuple):
    """The order parameters of several runs."""

    Q: NDArray  #: (run, k, k), overlaps of the student's k units
    R: NDArray  #: (run, k, m), of the student's with the teacher's m
    v: NDArray  #: (run, k), the student's second layer


def joint(order: Order, T: NDArray) -> NDArray:
    """Covariance of the fields of all k + m hidden units, (run, k + m, k + m)."""
    T = np.broadcast_to(T, (len(order.Q), *T.shape))
    return np.block([[order.Q, order.R], [order.R.swapaxes(1, 2), T]])


def pair(C: NDArray) -> NDArray:
    """E[g(a) g(b)] for fields of covariance C (run, n, n), g = erf(. / sqrt 2); (run, n, n)."""
    one = 1 + np.diagonal(C, axis1=1, axis2=2)
    return 2 / np.pi * np.arcsin(C / np.sqrt(one[:, :, None] * one[:, None, :]))


def triple(C: NDArray) -> NDArray:
    """E[g'(a) b g(c)], (run, a, b, c)."""
    one = 1 + np.diagonal(C, axis1=1, axis2=2)
    a, c = one[:, :, None, None], one[:, None, None, :]
    ab, ac, bc = C[:, :, :, None], C[:, :, None, :], C[:, None, :, :]
    return 2 / np.pi / np.sqrt(a * c - ac**2) * (bc * a - ab * ac) / a


def quadruple(C: NDArray, k: int) -> NDArray:
    """E[g'(a) g'(b) g(c) g(d)] with a and b among the first k, (run, a, b, c, d)."""
    one = 1 + np.diagonal(C, axis1=1, axis2=2)
    a, b = one[:, :k, None, None, None], one[:, None, :k, None, None]
    c, d = one[:, None, None, :, None], one[:, None, None, None, :]
    ab, cd = C[:, :k, :k, None, None], C[:, None, None, :, :]
    ac, ad = C[:, :k, None, :, None], C[:, :k, None, None, :]
    bc, bd = C[:, None, :k, :, None], C[:, None, :k, None, :]
    two = a * b - ab**2
    top = two * cd - bc * bd * a - ac * ad * b + ab * (ac * bd + ad * bc)
    left = two * c - bc**2 * a - ac**2 * b + 2 * ab * ac * bc
    right = two * d - bd**2 * a - ad**2 * b + 2 * ab * ad * bd
    # a and b the same unit: two is 1 + 2 C, as it must be, and nothing divides by zero
    return 4 / np.pi**2 / np.sqrt(two) * np.arcsin(np.clip(top / np.sqrt(left * right), -1, 1))


def error(order: Order, T: NDArray, teacher: NDArray) -> NDArray:
    """Half the mean squared error on fresh inputs, (run,)."""
    outer = _signed(order, teacher)
    return np.einsum("ri,rj,rij->r", outer, outer, pair(joint(order, T))) / 2


def _signed(order: Order, teacher: NDArray) -> NDArray:
    """The second layers with which y_hat - y is one sum over all units, (run, k + m)."""
    return np.concatenate([order.v, -np.broadcast_to(teacher, (len(order.v), len(teacher)))], 1)


def rates(order: Order, T: NDArray, teacher: NDArray, feedback: NDArray | None, lr: float) -> Order:
    """How fast the order parameters move, in units of inputs per dimension.

    Args:
        order: as they stand.
        T: the teacher's overlaps, (m, m).
        teacher: its second layer, (m,).
        feedback: (run, k), what the error goes through; v, which is backpropagation, if None.
        lr: learning rate of both layers.
    """
    k = order.v.shape[1]
    C, outer = joint(order, T), _signed(order, teacher)
    F = order.v if feedback is None else feedback
    first = np.einsum("rabc,rc->rab", triple(C)[:, :k], outer)  # E[g'(a) b error], (run, k, k + m)
    second = np.einsum("rabcd,rc,rd->rab", quadruple(C, k), outer, outer)  # E[g'(a) g'(b) error^2]
    R = -lr * F[:, :, None] * first[:, :, k:]
    Q = -lr * F[:, :, None] * first[:, :, :k]
    Q = Q + Q.swapaxes(1, 2) + lr**2 * F[:, :, None] * F[:, None, :] * second
    return Order(Q, R, -lr * np.einsum("rac,rc->ra", pair(C)[:, :k], outer))


def start(runs: int, k: int, m: int, seed: int = 0, size: float = 1e-2) -> Order:
    """Small random overlaps and second layers, as of small random weights."""
    random = np.random.default_rng(seed)
    v, R = size * random.standard_normal((runs, k)), size * random.standard_normal((runs, k, m)) / 10
    mixed = size * random.standard_normal((runs, k, k))
    return Order(mixed @ mixed.swapaxes(1, 2) + size**2 * np.eye(k), R * size, v)


def follow(
    order: Order,
    T: NDArray,
    teacher: NDArray,
    feedback: NDArray | None,
    *,
    lr: float = 0.1,
    until: float = 1000,
    step: float = 0.1,
    keep: int = 100,
) -> dict[str, NDArray]:
    """Let the order parameters run by steps of Euler's.

    Returns:
        `time` (point,), `error` (run, point), `aligned` (run, point), the cosine between v and the feedback, and `v`
        (run, point, k), at `keep` points.
    """
    steps = round(until / step)
    rows = {"time": [], "error": [], "aligned": [], "v": []}
    for number in range(steps + 1):
        if number % max(steps // keep, 1) == 0:
            F = order.v if feedback is None else feedback
            length = np.linalg.norm(order.v, axis=1) * np.linalg.norm(F, axis=1)
            rows["time"].append(number * step)
            rows["error"].append(error(order, T, teacher))
            rows["aligned"].append((order.v * F).sum(1) / length)
            rows["v"].append(order.v)
        moved = rates(order, T, teacher, feedback, lr)
        order = Order(*(now + step * move for now, move in zip(order, moved, strict=True)))
    return {name: np.stack(values, 1 if name != "time" else 0) for name, values in rows.items()}
