"""What the exact solution says about a run before it is run: where it starts, where it ends, and by which way.

With one output, b = B' and w = W, the best-regression loss depends on time through one number alone, the clock c:

    L_R(c) = L_R(0) / [(1 + c slope)^2 + c^2 curvature],    slope = b.theta_0,    curvature = rho b'(H_0'H_0)^-1 b.

The step size, the decoder and the kind of channel (FA, or a drift along the target) only set how the clock runs.
"""

import numpy as np
import xarray as xr

from fa_lib.dynamics.curves import compress, inputs, positive, require_full_rank
from fa_lib.dynamics.rules import FA, checked
from fa_lib.dynamics.solution import check_time, labelled, solve

PHASES = (
    "explosion",  # mu b.w < 0: the direct loss grows without bound, the regression loss ends on a floor above 0
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
        if step is None:
            passed, grown = times, np.expm1(beta * times)  # grown is 1 / q^k - 1
        else:
            k = np.arange(steps + 1)
            near = np.expm1(-k * np.log1p(-step * np.minimum(beta, 0.5 / step)))  # keeps its digits where beta is small
            passed, grown = step * k, np.where(step * beta <= 0.5, near, (1 / (1 - step * beta)) ** k - 1)
        c = np.where(beta == 0, passed, grown / np.where(beta == 0, 1, beta))
    return np.where(passed == 0, 0.0, c)


def limits(H0, Y, W, B, *, step: float | None = 0.2) -> xr.Dataset:
    """Where runs of FA with one output start and end, and whether the way is monotone.

    Args:
        H0, Y, W, B: as in `exact`, with p = 1.
        step: step size mu, above 0, or None for continuous time.

    Returns:
        Dataset of numbers, over `run` if any argument has a run axis:

        * `beta` = b.w, `slope` and `curvature` (see above), `phase`
        * `starts_above_90`: whether FA's first update goes uphill in L_R, which is slope < 0
        * `turn`: the clock at which L_R(c) is highest, 0 for slope >= 0; if mu beta < 1, angles are above 90 until then
        * `peak`: how many times its start L_R is there
        * `monotone`: whether no step raises L_R: slope >= 0 in continuous time, but a discrete step may jump the rise
        * `direct_limit`: limit of the direct loss: 0, its start (drift and oscillation), or infinity
        * `regression_limit`: limit of the mean regression loss: 0, or in an explosion the floor L_R(c) at
          c = -1 / beta, or NaN in an oscillation
        * `angle_limit`: limit of the angle in degrees; 90 in an explosion, below in a decay, NaN where there is none

    Raises:
        ValueError: as `exact`, and for more than one output or another channel than FA.
    """
    H0, Y, W, channel, _, batched = inputs(H0, Y, W, B)
    if not isinstance(channel, FA) or Y.shape[2] != 1:
        raise ValueError(f"limits are known for FA with one output, got {channel.name} with {Y.shape[2]} outputs")
    if step is not None:
        positive("step", step)
    n, m = H0.shape[1:]
    H, Y = compress(H0, Y)
    require_full_rank(H)
    R, start = H[:, :m], (Y[:, m:] ** 2).sum((1, 2))  # (run, unit, unit), rho (run,)
    b = checked("B", channel.B, ("p", "m")).mT  # (run, unit, 1)
    beta = (b.mT @ W)[:, 0, 0]
    slope = (b.mT @ np.linalg.solve(R, Y[:, :m]))[:, 0, 0]
    curvature = start * (np.linalg.solve(R.mT, b) ** 2).sum((1, 2))
    beta, slope, curvature, start = np.broadcast_arrays(beta, slope, curvature, start)
    E0 = ((H @ W - Y) ** 2).sum((1, 2))
    kinds, q = phase(beta, step), 1 - (step or 0) * beta
    explodes = np.char.find(kinds, "explosion") >= 0
    decays = np.isin(kinds, ("decay", "oscillating decay"))

    def rise(c):
        return (1 + c * slope) ** 2 + c**2 * curvature  # L_R(0) / L_R(c)

    with np.errstate(divide="ignore", invalid="ignore"):
        turn = np.maximum(0, -slope) / (slope**2 + curvature)
        if step is None:
            monotone = slope >= 0
        else:
            # of all steps the first of either sign is the hardest one to be downhill
            first, second = (np.where(q == 0, np.inf, c) for c in (step / q, step * (1 + q) / q**2))
            monotone = (q == 0) | ((rise(first) >= 1) & (rise(second) >= rise(first)))
        final = np.where(explodes, start / rise(-1 / beta), np.where(kinds == "oscillation", np.nan, 0)) / n
        # in a decay theta goes to w, and residual and error shrink alike
        ratio = np.abs(beta) * np.sqrt(start / ((slope**2 + curvature) * E0))
        lengths = np.sqrt((b**2).sum((1, 2)) * (W**2).sum((1, 2)))
        angle = np.degrees(np.arccos(ratio * beta / lengths))
    values = {
        "beta": beta,
        "slope": slope,
        "curvature": curvature,
        "phase": kinds,
        "starts_above_90": slope < 0,
        "turn": turn,
        "peak": 1 / rise(turn),
        "monotone": monotone,
        "direct_limit": np.select([explodes, np.isin(kinds, ("drift", "oscillation"))], [np.inf, E0 / n], 0.0),
        "regression_limit": final,
        "angle_limit": np.select([explodes | (kinds == "drift"), decays], [90.0, angle], np.nan),
    }
    result = xr.Dataset({name: ("run", value) for name, value in values.items()}, {"run": np.arange(len(beta))})
    return result if batched else result.isel(run=0, drop=True)


def large_n(Y, W, B, *, hidden_variance=1 / 12, step: float | None = 0.2, steps: int = 20, times=None) -> xr.Dataset:
    """The curves of `exact` in the limit of many samples whose H0 is independent of Y, with mean 0 and one variance.

    Then H_0'Y / n goes to 0 and H_0'H_0 / n to the variance times the identity, so no H0 is drawn: its m directions are
    set at right angles to all that Y and the channel bring. The distribution of Y is that of the sample given.

    Args:
        Y: sample of the target, (n, p) or (run, n, p), for instance evenly spaced. `gradient_norm` is for this n.
        W, B, step, steps, times: as in `exact`.
        hidden_variance: variance of the entries of H0; 1/12 is uniform on (-1/2, 1/2).

    Returns:
        Dataset as from `exact`. The angle at step 0 is NaN: the gradient vanishes there as n grows.

    Raises:
        ValueError: as `exact`, and for a variance that is not above 0.
    """
    positive("hidden_variance", hidden_variance)
    n, m = checked("Y", Y, ("n", "p")).shape[1], checked("W", W, ("m", "p")).shape[1]
    _, Y, W, channel, runs, batched = inputs(np.zeros((n, m)), Y, W, B)
    times = check_time(step, steps, times)
    H0 = np.concatenate([np.zeros((n, m)), np.sqrt(n * hidden_variance) * np.eye(m)])[None]  # (1, n + m, m)
    return labelled(solve(H0, Y, W, channel, runs, step, steps, times), channel, step, steps, times, batched)
