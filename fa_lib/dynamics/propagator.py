"""How far the error rules have come after k steps, without walking there: E_k = E_0 Q_k and H_k = H_0 - E_0 G_k.

For FA, Q_k = Q^k with Q = I - mu B W, and G_k = mu (I + Q + ... + Q^(k-1)) B; in continuous time Q_t = exp(-t B W) and
G_t is its integral times B. Eigenvectors of B W split this into modes that each decay or explode at their own rate. The
best linear readout of H_k depends on Q_k and G_k only up to a common matrix T on their left, so every mode is kept at a
size of at most about 1: nothing overflows, and an exploding mode cannot drown a decaying one.
"""

from typing import NamedTuple

import numpy as np
from scipy.linalg import expm

# above this condition number of the eigenvectors (a nearly defective B W) matrix products are the more accurate way
DEFECTIVE = 1e5


class Path(NamedTuple):
    """Q_k and G_k at every step, in sizes that float64 can hold."""

    frame: np.ndarray  # T, (step, run, p, p)
    left: np.ndarray  # T Q_k, (step, run, p, p)
    lifted: np.ndarray  # the same without its underflow, T Q_k / 2^min(size, 0)
    gain: np.ndarray  # T G_k, (step, run, p, m)
    power: np.ndarray  # Q_k / 2^size, (step, run, p, p)
    total: np.ndarray  # G_k itself, (step, run, p, m); infinite where it has exploded
    size: np.ndarray  # binary logarithm of the size of Q_k, (step, run)
    change: np.ndarray  # the feedback matrix of the step, which may be noisy, (step, run, p, m)


def fa_path(B: np.ndarray, W: np.ndarray, step: float | None, steps: int, times: np.ndarray | None) -> Path:
    """The path of FA for B (run, p, m), W (run, m, p), at steps 0..steps of size step, or at times if step is None."""
    B, W = (np.broadcast_to(a, (max(len(B), len(W)), *a.shape[1:])) for a in (B, W))
    values, vectors = np.linalg.eig(B @ W)  # (run, p), (run, p, p)
    smooth = np.linalg.cond(vectors) < DEFECTIVE  # (run,)
    vectors = np.where(smooth[:, None, None], vectors, np.eye(vectors.shape[-1]))
    modes = _modes(B, values, vectors, *(_discrete(values, step, steps) if step else _continuous(values, times)))
    if smooth.all():
        return modes
    products = product_path([B] * (steps + 1), W, step) if step else _exponential(B, W, values, times)
    shaped = [smooth.reshape(-1, *[1] * (mode.ndim - 2)) for mode in modes]  # (run, 1, 1) or (run,)
    return Path(*map(np.where, shaped, modes, products))


def _modes(B, values, vectors, phase, size, gain) -> Path:
    """A path from its modes: q^k = phase 2^size and the summed s_k / max(1, |q^k|), each (step, run, p)."""
    inverse = np.linalg.inv(vectors)  # (run, p, p), left eigenvectors in its rows
    top = size.max(-1)  # (step, run)
    top = np.where(np.isfinite(top), top, 0)
    power = (vectors * (phase * np.exp2(size - top[..., None]))[..., None, :]) @ inverse
    total = (vectors * (gain * np.exp2(np.maximum(size, 0)))[..., None, :]) @ inverse @ B
    frame = np.exp2(-np.maximum(size, 0))[..., None] * inverse
    left = (phase * np.exp2(np.minimum(size, 0)))[..., None] * inverse
    lifted = (phase * np.exp2(np.minimum(size, 0) - np.minimum(top, 0)[..., None]))[..., None] * inverse
    change = np.broadcast_to(B, total.shape)
    return Path(frame, left, lifted, gain[..., None] * (inverse @ B), power.real, total.real, top, change)


def _discrete(values, step, steps):
    q = 1 - step * values
    length = np.abs(q)
    k = np.arange(steps + 1)[:, None, None]
    unit = np.divide(q, length, out=np.zeros_like(q), where=length > 0)
    logarithm = np.log2(length, out=np.full_like(length, -np.inf), where=length > 0)
    size = np.multiply(k, logarithm, out=np.zeros((steps + 1, *length.shape)), where=k > 0)
    phase, scale, gain = unit**k, np.maximum(size, 0), np.zeros((steps + 1, *q.shape), q.dtype)
    kept, added = np.exp2(scale[:-1] - scale[1:]), step * phase[:-1] * np.exp2(size[:-1] - scale[1:])
    for i in range(steps):
        gain[i + 1] = gain[i] * kept[i] + added[i]
    return phase, size, gain


def _continuous(values, times):
    t = times[:, None, None]
    phase = np.exp(-1j * values.imag * t) if np.iscomplexobj(values) else np.ones((len(times), *values.shape))
    grows, nonzero = values.real < 0, np.where(values == 0, 1, values)
    shrinking = -np.expm1(-np.where(grows, 0, values) * t) / nonzero
    growing = phase * np.expm1(np.where(grows, values, 0) * t) / nonzero
    gain = np.where(values == 0, t, np.where(grows, growing, shrinking))
    return phase, -values.real * t / np.log(2), gain


def product_path(changes: list[np.ndarray], W: np.ndarray, step: float) -> Path:
    """The path of any sequence of feedback matrices, one (run, p, m) a step, multiplied out; T is a number per run."""
    runs, (p, m) = max(len(W), len(changes[0])), changes[0].shape[1:]
    Q, G, size, parts = np.broadcast_to(np.eye(p), (runs, p, p)), np.zeros((runs, p, m)), np.zeros(runs), []
    for change in changes:
        scale = np.maximum(size, 0)
        left, factor = Q * np.exp2(size - scale)[:, None, None], np.exp2(scale)[:, None, None]
        parts.append((np.eye(p) / factor, left, Q, G, Q, G * factor, size, np.broadcast_to(change, G.shape)))
        push = step * Q @ change  # (run, p, m)
        Q = Q - push @ W
        exponent = np.frexp(np.linalg.norm(Q, axis=(-2, -1)))[1]
        Q, larger = Q * np.exp2(-exponent)[:, None, None], np.maximum(size + exponent, 0)
        G = G * np.exp2(scale - larger)[:, None, None] + push * np.exp2(size - larger)[:, None, None]
        size = size + exponent
    return Path(*(np.stack(part) for part in zip(*parts, strict=True)))


def _exponential(B, W, values, times) -> Path:
    """Continuous time by matrix exponentials, shifted by the slowest rate so that they do not overflow."""
    A, identity = B @ W, np.eye(W.shape[-1])
    slowest = values.real.min(-1)  # (run,)
    shift, t = np.minimum(slowest, 0)[:, None, None] * identity, times[:, None, None, None]
    block = np.block([[shift - A, np.broadcast_to(identity, A.shape)], [np.zeros_like(A), shift]])
    G = expm(block * t)[..., : len(identity), len(identity) :] @ B  # T G_t, (time, run, p, m)
    power = expm((slowest[:, None, None] * identity - A) * t)
    size = -slowest * times[:, None] / np.log(2)
    scale = np.maximum(size, 0)[..., None, None]
    left = power * np.exp2(np.minimum(size, 0))[..., None, None]
    total, change = G * np.exp2(scale), np.broadcast_to(B, G.shape)
    return Path(identity * np.exp2(-scale), left, power, G, power, total, size, change)
