"""The clock that the solution with one output runs on, what becomes of its direct loss, and the limit of many samples.

With b = B' and w = W the best-regression loss depends on time through one number alone, the clock c:

    L_R(c) = L_R(0) / [(1 + c slope)^2 + c^2 curvature],    slope = b.theta_0,    curvature = rho b'(H_0'H_0)^-1 b.

The step size, the decoder and the kind of rule (FA, or a drift along the target) only set how the clock runs.
`fa_book.exact.ends` says what follows for a run.
"""

import numpy as np
import xarray as xr

from fa_lib import check
from fa_lib.dynamics.arrays import checked
from fa_lib.dynamics.rules import inputs
from fa_lib.dynamics.solution import check_time, labelled, solve

PHASES = (
    "explosion",  # mu b.w < 0: the direct loss grows without bound, the regression loss ends above 0
    "drift",  # = 0: the direct loss stays, H drifts along the error, the regression loss falls as 1 / k^2
    "decay",  # between 0 and 1: both losses go to 0
    "one step",  # = 1: both are 0 after one step
    "oscillating decay",  # between 1 and 2: the error changes sign at every step and goes to 0
    "oscillation",  # = 2: the error changes sign and keeps its size, H goes back and forth between two states
    "oscillating explosion",  # above 2: as explosion, changing sign at every step
)


def phase(beta, step=0.2) -> np.ndarray:
    """What becomes of a run with one output: one of `PHASES`.

    Args:
        beta: b.w, the product of their lengths and the cosine of the angle between them; any shape.
        step: step size mu, above 0, one number or an array that fits beta; None for continuous time, which has the
            first three phases alone.

    Returns:
        Array of strings in the common shape.

    Raises:
        ValueError: for NaN, or a step size that is not above 0.
    """
    beta, step = np.asarray(beta, np.float64), None if step is None else np.asarray(step, np.float64)
    if not np.isfinite(beta).all() or (step is not None and not (np.isfinite(step) & (step > 0)).all()):
        raise ValueError("beta must be finite, and step above 0 and finite or None")
    rate = np.minimum(beta, 0.5) if step is None else step * beta
    tests = [rate < 0, rate == 0, rate < 1, rate == 1, rate < 2, rate == 2, rate > 2]
    return np.select(tests, PHASES, default="")


def clock(beta, *, step: float | None = 0.2, steps: int = 20, times=None) -> np.ndarray:
    """The clock c_k = s_k / q^k of FA with one output: q = 1 - mu beta, s_k = (1 - q^k) / beta.

    It runs to infinity while the direct loss decays and stops at -1 / beta while it explodes. TF as written with a
    centred target follows the same L_R(c) with c = k mu, the clock of beta = 0.

    Args:
        beta: b.w, any shape.
        step, steps, times: as in `exact`.

    Returns:
        Array with a last axis of steps + 1 steps, or of times; infinite from step 1 on where mu beta = 1.

    Raises:
        ValueError: for a bad step, steps or times.
    """
    beta, times = np.asarray(beta, np.float64)[..., None], check_time(step, steps, times)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if step is not None:
            return clock_at(np.arange(steps + 1), beta, step)
        c = np.where(beta == 0, times, np.expm1(beta * times) / np.where(beta == 0, 1, beta))
    return np.where(times == 0, 0.0, c)


def clock_at(k, beta, step: float) -> np.ndarray:
    """c_k at steps k, an array of whole numbers that fits the array beta."""
    near = np.expm1(-k * np.log1p(-step * np.minimum(beta, 0.5 / step)))  # 1 / q^k - 1, with digits where beta is small
    grown = np.where(step * beta <= 0.5, near, (1 / (1 - step * beta)) ** k - 1)
    return np.where(k == 0, 0.0, np.where(beta == 0, step * k, grown / np.where(beta == 0, 1, beta)))


def large_n(Y, W, B, *, hidden_variance=1 / 12, step: float | None = 0.2, steps: int = 20, times=None) -> xr.Dataset:
    """The curves of `exact` in the limit of many samples whose H0 is independent of Y, with mean 0 and one variance.

    Then H_0'Y / n goes to 0 and H_0'H_0 / n to the variance times the identity, so no H0 is drawn: its m directions are
    set at right angles to all that Y and the rule bring. The distribution of Y is that of the sample given.

    Args:
        Y: sample of the target, (n, p) or (run, n, p), for instance evenly spaced. `gradient_norm` is for this n.
        W, B, step, steps, times: as in `exact`.
        hidden_variance: variance of the entries of H0; 1/12 is uniform on (-1/2, 1/2).

    Returns:
        Dataset as from `exact`. The angle at step 0 is NaN: the gradient vanishes there as n grows.

    Raises:
        ValueError: as `exact`, and for a variance that is not above 0.
    """
    check.positive("hidden_variance", hidden_variance)
    n, m = checked("Y", Y, ("n", "p")).shape[1], checked("W", W, ("m", "p")).shape[1]
    _, Y, W, rule, runs, batched = inputs(np.zeros((n, m)), Y, W, B)
    times = check_time(step, steps, times)
    H0 = np.concatenate([np.zeros((n, m)), np.sqrt(n * hidden_variance) * np.eye(m)])[None]  # (1, n + m, m)
    return labelled(solve(H0, Y, W, rule, runs, step, steps, times), rule, step, steps, times, batched)
