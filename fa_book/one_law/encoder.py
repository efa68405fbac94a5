"""FA and target feedback behind an encoder whose features are fixed: solved in the modes of its tangent kernel.

The hidden layer is H = X V, with features X that do not learn and weights V that do. A signal S at H moves V by X'S,
and H by K S with the kernel K = X X'. Let X = U s Z' be the singular value decomposition. In mode i, with lambda = s^2,
the error e = u'(H W - Y) obeys the equation of the free hidden layer (see `solution`) with a clock of its own, which
runs lambda times as fast:

    e_k = e_0 Q^k,    h_k = h_0 - e_0 F_k B,    Q = I - mu lambda B W,    F_k = mu lambda (I + Q + ... + Q^(k-1)).

Modes that the features do not have stay as they are. Feedback of the target alone adds k mu lambda y B to h_0. What V
becomes gives H at samples that were never trained on.

NF sends tanh(E B1) B in place of E B. For the target alone tanh(Y B1) does not move, and the solution is as exact. The
error's bend mixes the modes; where errors are normal, all that passes is c + (E B1 - mean) D with the means c of the
tanh and D of its slope (Stein's lemma), and the modes part again, step by step. See `mean_slopes`.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from fa_lib import check
from fa_lib.dynamics.propagator import DEFECTIVE
from fa_lib.dynamics.rules import checked

RANK = 1e-10  # singular values below this share of the largest are 0 to rounding


def encoded(
    X, V0, Y, W, B, *, step: float, steps: Sequence[int], carries: str = "error", through=None, at=None
) -> xr.Dataset:
    """Losses of FA or target feedback with a linear encoder of fixed features, after the numbers of steps asked for.

    One step is V <- V - step X'(X V W - Y) B, or V <- V + step X'Y B for the target; W does not move. NFA's mean over
    its noise moves as FA does. With `through` it is NF, V <- V - step X'tanh((X V W - Y) B1) B or V <- V + step X'tanh(
    Y B1) B: exact for the target, and for the error as far as E B1 is normal.

    Args:
        X: features of the training samples, (n, d).
        V0: weights of the encoder at the start, (d, m).
        Y: target, (n, p).
        W: decoder, (m, p).
        B: feedback matrix, (p, m), or (q, m) with `through`.
        step: step size mu, above 0, of the sum over samples.
        steps: how many steps each, 0 or more.
        carries: "error" or "target".
        through: NF's first matrix B1, (p, q); None without one.
        at: features and target of samples that are not trained on, (other, d) and (other, p).

    Returns:
        Dataset over `step`: `direct_loss` and `regression_loss`, mean squares over samples and outputs of H W - Y and
        of the best readout's residual, without intercept; and with `at`, `test_direct_loss` and `test_regression_loss`
        of the same readout there.

    Raises:
        ValueError: for shapes that do not fit, NaN, a B W without independent eigenvectors (FA), steps below 0, or
            another word in `carries`.

    Source: this book, chapter One law; kernels of linear encoders as in Jacot et al. 2018.
    """
    check.positive("step", step)
    check.one_of("carries", carries, ("error", "target"))
    axes = {"X": ("n", "d"), "V0": ("d", "m"), "Y": ("n", "p"), "W": ("m", "p"), "B": ("p", "m")}
    given = {name: (value, axes[name]) for name, value in zip(axes, (X, V0, Y, W, B), strict=True)}
    X, V0, Y, W, B = (_one(name, *value) for name, value in given.items())
    B1 = None if through is None else _one("through", through, ("p", "q"))
    (n, d), (m, p), q = X.shape, W.shape, W.shape[1] if B1 is None else B1.shape[1]
    if (V0.shape, Y.shape, B.shape) != ((d, m), (n, p), (q, m)) or (B1 is not None and len(B1) != p):
        found = ", ".join(f"{name} {np.shape(value)}" for name, (value, _) in given.items())
        found += "" if B1 is None else f", through {B1.shape}"
        wanted = "B (p, m)" if B1 is None else "B (q, m), through (p, q)"
        raise ValueError(f"shapes must be X (n, d), V0 (d, m), Y (n, p), W (m, p), {wanted}, got {found}")
    sets = {"": (X, Y)}
    if at is not None:
        sets["test_"] = (_one("at[0]", at[0], ("other", "d")), _one("at[1]", at[1], ("other", "p")))
    numbers = np.array([check.whole("steps", k, 0) for k in steps])
    U, s, Zt = np.linalg.svd(X, full_matrices=False)
    kept = s > RANK * s[0]
    U, s, Zt = U[:, kept], s[kept], Zt[kept]
    y = U.T @ Y  # (mode, p)
    e0 = s[:, None] * (Zt @ V0) @ W - y
    if carries == "target":
        told = y if B1 is None else U.T @ np.tanh(Y @ B1)
        reached = {k: -k * step * s[:, None] ** 2 * told for k in numbers}
    elif B1 is None:
        reached = {k: _sent(e0, s**2, B @ W, step, k) for k in numbers}
    else:
        reached = dict(zip(sorted(set(numbers)), _bent(U, s**2, e0, Y, B1, B @ W, step, numbers), strict=True))
    rows: dict[str, list[float]] = {}
    for k in numbers:
        # what has reached mode i, (mode, p or q), with its sign: times -B it is the change of u'H
        sent = reached[k]
        V = V0 - Zt.T @ (sent / s[:, None]) @ B
        theta = np.linalg.lstsq(X @ V, Y, rcond=None)[0]
        for prefix, (features, target) in sets.items():
            H = features @ V
            for name, weights in (("direct_loss", W), ("regression_loss", theta)):
                rows.setdefault(prefix + name, []).append(((H @ weights - target) ** 2).mean())
    return xr.Dataset({name: ("step", values) for name, values in rows.items()}, {"step": numbers})


def _sent(e0, rates, BW, step, k):
    """e_0 F_k of every mode, (mode, p), for its rate lambda: in the eigenvectors of B W."""
    values, vectors = np.linalg.eig(BW)
    if not np.linalg.cond(vectors) < DEFECTIVE:
        raise ValueError("B W has no independent eigenvectors, to 5 digits: change W or B a little")
    rate = step * rates[:, None] * values  # (mode, p)
    with np.errstate(divide="ignore", invalid="ignore"):
        grown = np.where(rate == 0, k * step * rates[:, None], -_power(rate, k) / values)
    return ((e0 @ vectors) * grown @ np.linalg.inv(vectors)).real


def mean_slopes(mean, deviation) -> tuple[np.ndarray, np.ndarray]:
    """Means of tanh and of its slope over a normal distribution, by a sum over a fine grid.

    Args:
        mean, deviation: of the normal distribution, numbers or arrays of one shape.

    Returns:
        Both means, in that shape, right to 1e-6 for deviations up to 30.
    """
    points = np.linspace(-8, 8, 1601)
    weights = np.exp(-(points**2) / 2)
    bent = np.tanh(np.asarray(mean)[..., None] + np.asarray(deviation)[..., None] * points)
    weights = weights / weights.sum()
    return bent @ weights, (1 - bent**2) @ weights


def _bent(U, rates, e0, Y, B1, BW, step, numbers):
    """What NF's units have sent to every mode, (mode, q), after each of the numbers, rising, with mean slopes.

    The part of the target outside the modes does not move, but has its share in how wide errors are.
    """
    n, ones = len(U), U.sum(0)[:, None]  # u'1 of every mode
    outside = (U @ (U.T @ Y) - Y) @ B1
    fixed, squares = outside.sum(0), (outside**2).sum(0)
    e, sent, found, asked = e0, np.zeros((len(e0), B1.shape[1])), [], set(numbers)
    for k in range(max(asked, default=-1) + 1):
        if k in asked:
            found.append(sent)
        drive = e @ B1
        mean = ((ones * drive).sum(0) + fixed) / n
        deviation = np.sqrt(np.maximum(((drive**2).sum(0) + squares) / n - mean**2, 0))
        level, slope = mean_slopes(mean, deviation)
        now = step * rates[:, None] * (ones * level + (drive - ones * mean) * slope)
        sent, e = sent + now, e - now @ BW
    return found


def _power(rate, k):
    """(1 - rate)^k - 1, without cancellation where the rate is small."""
    log = np.where(rate == 1, -np.inf, np.log1p(-np.where(rate == 1, 0, rate).astype(complex)))
    return np.expm1(k * log) if k else np.zeros_like(log)


def _one(name: str, value, axes) -> np.ndarray:
    array = checked(name, value, axes)
    if len(array) != 1:
        raise ValueError(f"{name} must be {axes}, one problem at a time, got {np.shape(value)}")
    return array[0]
