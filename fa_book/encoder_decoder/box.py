"""One sample in the box of tanh: where FA and BP drive its H when nothing but the wall stands in the way.

H = gamma tanh(a) has a decoder w and a target y, one output without nonlinearity. The pre-activation a follows the
signal e B, e = w.H - y, with B = b for FA and B = w for BP:

    da/dt = -e B (1 - tanh(a)^2) gamma

A box's point is (…, unit). The loss is e^2 / 2.
"""

import numpy as np


def _vector(name: str, value, like=None) -> np.ndarray:
    value = np.asarray(value, dtype=float)
    if value.ndim != 1 or not value.size or not np.isfinite(value).all():
        raise ValueError(f"{name} must be a vector of finite numbers, one a unit, got {value!r}")
    if like is not None and value.shape != like.shape:
        raise ValueError(f"{name} must have one number a unit as w has, got {value.shape} and {like.shape}")
    return value


def _wall(gamma: float) -> float:
    if not 0 < gamma < float("inf"):
        raise ValueError(f"gamma must be a finite number above 0, got {gamma}")
    return float(gamma)


def best(w, y: float, *, gamma: float = 1.0) -> float:
    """The smallest size of the error w.H - y that the box allows: 0, or what its best corner leaves.

    Args:
        w: decoder, (unit,).
        y: target.
        gamma: half the width of the box.

    Raises:
        ValueError: for a w that is no vector or a gamma that is not above 0.
    """
    return max(abs(y) - _wall(gamma) * np.abs(_vector("w", w)).sum(), 0.0)


def flow(start, w, B, y: float, *, gamma: float = 1.0, time: float = 200.0, step: float = 0.05, keep: int = 1):
    """Follow the signal from the given states.

    Args:
        start: states H inside the box, (…, unit).
        w: decoder, (unit,).
        B: what carries the error back, (unit,): w itself for BP.
        y: target.
        gamma: half the width of the box.
        time, step: duration and length of an Euler step; w, B and y of about 1 set the scale.
        keep: give the state at so many moments after the start, evenly spaced, the last at the end.

    Returns:
        H of shape (keep + 1, …, unit), the start first.

    Raises:
        ValueError: for states outside the box, shapes that do not fit, or a duration that is no whole number of steps.

    Source: Cheng & Brown 2023, Section 2.3 and Eq. 8.
    """
    w, gamma = _vector("w", w), _wall(gamma)
    B, H = _vector("B", B, w), np.asarray(start, dtype=float)
    if H.shape[-1:] != w.shape or not (np.abs(H) < gamma).all():
        raise ValueError(f"start must hold states (…, {w.size}) inside the box of +-{gamma:g}, got shape {H.shape}")
    steps = round(time / step)
    if steps < 1 or keep < 1 or steps % keep:
        raise ValueError(f"time / step must be a multiple of keep, 1 or more, got {time} / {step} and {keep}")
    a, kept = np.arctanh(H / gamma), [H]
    for number in range(1, steps + 1):
        a -= step * gamma * (1 - (H / gamma) ** 2) * (H @ w - y)[..., None] * B
        H = gamma * np.tanh(a)
        if number % (steps // keep) == 0:
            kept.append(H)
    return np.stack(kept)


def lost(w, B, y: float, *, gamma: float = 1.0, start: np.ndarray | None = None, tolerance: float = 1e-2) -> np.ndarray:
    """Which states end away from the best error that the box allows.

    Args:
        w, B, y, gamma: as in `flow`.
        start: states, (…, unit); for two units a grid over the box of half-width 0.97 if None.
        tolerance: how far above the best error counts as away.

    Returns:
        Truths, (…): the mean is the share of states lost.

    Raises:
        ValueError: as for `flow`.
    """
    if start is None:
        start = grid(31, 0.97)
    return np.abs(flow(start, w, B, y, gamma=gamma)[-1] @ _vector("w", w) - y) > best(w, y, gamma=gamma) + tolerance


def grid(count: int, edge: float) -> np.ndarray:
    """States of two units, from -edge to edge, (count, count, 2)."""
    side = np.linspace(-edge, edge, count)
    return np.stack(np.meshgrid(side, side), axis=-1)


def pushed(H, w, B, y: float, *, gamma: float = 1.0, margin: float = 1e-2):
    """Which units stand at the wall and are pushed against it, and of those, which the loss would have leave it.

    Args:
        H: states, (…, unit).
        w, B, y, gamma: as in `flow`.
        margin: distance from the wall that counts as touching it, in units of gamma.

    Returns:
        Two arrays of truths, each (…, unit): blocked and trapped, as in `deadzone`.
    """
    w, gamma, H = _vector("w", w), _wall(gamma), np.asarray(H, dtype=float)
    B, error = _vector("B", B, w), (H @ w - y)[..., None]
    blocked = (np.abs(H) > (1 - margin) * gamma) & (-error * B * H > 0)
    return blocked, blocked & (-error * w * H < 0)
