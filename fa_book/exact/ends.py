"""What the exact solution says about a run before it is run: where it starts, where it ends, and by which way.

With L_R(c) = L_R(0) / [(1 + c slope)^2 + c^2 curvature] (see `regimes`) everything is a matter of which values the
clock c takes. The loss is highest at the turn c* = -slope / (slope^2 + curvature) and back at its start at 2 c*. Where
the direct loss explodes the clock ends at -1 / beta: if that is before 2 c*, the loss ends above its start, and if it
is before c*, it only rises.
"""

import warnings

import numpy as np
import xarray as xr

from fa_book.exact.regimes import clock_at, phase
from fa_lib import check
from fa_lib.dynamics.arrays import ROUNDING, checked, require_full_rank, require_residual
from fa_lib.dynamics.curves import compress
from fa_lib.dynamics.rules import FA, inputs

# steps that are looked at: the start, and those around the turn, enough for either parity
NEAR = np.array([-np.inf, -2, -1, 0, 1, 2, 3])
SMALLEST = 1e-290  # what lies below has lost digits to underflow


def limits(H0, Y, W, B, *, step: float | None = 0.2) -> xr.Dataset:
    """Where runs of FA with one output start and end, and by which way.

    Holds for every H0 with independent columns, every Y that is not linear in H0, and every b that is not 0; other
    inputs are refused. Digits: as in `exact`, divided by the root of `peak` where H0 could read much of Y.

    Args:
        H0, Y, W, B: as in `exact`, with p = 1 and n > m.
        step: step size mu, above 0, or None for continuous time.

    Returns:
        Dataset of numbers, over `run` if any argument has a run axis:

        * `beta` = b.w, `slope` and `curvature` (see `fa_book.exact.regimes`), `phase`
        * `clock_end`: where the clock ends: -1 / beta in an explosion, NaN in an oscillation, infinity elsewhere
        * `starts_above_90`: whether FA's first update goes uphill in L_R, which is slope < 0
        * `turn`: the clock at which L_R stops rising and the angle passes 90 degrees; 0 if it falls from the start; NaN
          if there is none: it rises for ever, or the clock does not run but jumps (mu beta of 1 or more)
        * `peak`: the least upper bound of L_R over its start, on all steps of the run (or all times)
        * `permanent_loss`: whether L_R ends above its start: H has become less readable for good
        * `monotone`: whether no step raises L_R: slope >= 0 in continuous time, but a discrete step may jump the rise
        * `direct_limit`: limit of the direct loss: 0, its start (drift and oscillation), or infinity
        * `regression_limit`: limit of the mean regression loss: 0, or in an explosion L_R(c) at c = -1 / beta, above
          0, or NaN in an oscillation
        * `angle_limit`: limit of the angle in degrees; 90 in an explosion, below in a decay, NaN where there is none

    Raises:
        ValueError: as `exact`, for more than one output, another rule than FA, b = 0 (nothing moves), and numbers
            whose squares do not fit float64.

    Warns:
        RuntimeWarning: if the condition number of H0 is above 4.5e7 (see `exact`); or if rounding decides the phase (mu
            beta beside 0, 1 or 2, but not on it) or whether the loss rises first.
    """
    parts, n, batched = _numbers(H0, Y, W, B, step)
    beta, slope, curvature, start, E0, lengths = parts
    steep, rate = slope**2 + curvature, 0 * beta if step is None else step * beta
    kinds = phase(beta, step)
    explodes, decays = np.char.find(kinds, "explosion") >= 0, np.isin(kinds, ("decay", "oscillating decay"))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        turn = -slope / steep
        end = np.select([explodes, kinds == "oscillation"], [-1 / beta, np.nan], np.inf)  # of the clock
        visited = _visited(turn, beta, end, step)  # (run, number), among them the highest
        falls = np.where(np.isfinite(visited), (1 + visited * slope[:, None]) ** 2, np.inf)
        falls = falls + np.where(np.isfinite(visited), visited * np.sqrt(curvature)[:, None], 0) ** 2  # start / L_R
        # an exploding clock stops between 0 and -1 / beta: is that too soon for the turn, or for the way back?
        uphill = explodes & (slope * beta > 0)
        late = uphill & (np.abs(slope * beta) >= steep)
        floor = start / ((1 - slope / beta) ** 2 + curvature / beta / beta) / n
        # in a decay theta goes to w, and residual and error shrink alike
        ratio = np.abs(beta) * np.sqrt(start / (steep * E0))
        angle = np.degrees(np.arccos(np.clip(ratio * beta / lengths, -1, 1)))
    values = {
        "beta": beta,
        "slope": slope,
        "curvature": curvature,
        "phase": kinds,
        "clock_end": end,
        "starts_above_90": slope < 0,
        "turn": np.where(late | (rate >= 1), np.nan, np.maximum(turn, 0)),
        "peak": (1 / falls).max(1),
        "permanent_loss": uphill & (2 * np.abs(slope * beta) > steep),
        "monotone": _monotone(beta, slope, steep, step),
        "direct_limit": np.select([explodes, np.isin(kinds, ("drift", "oscillation"))], [np.inf, E0 / n], 0.0),
        "regression_limit": np.select([explodes, kinds == "oscillation"], [floor, np.nan], 0.0),
        "angle_limit": np.select([explodes | (kinds == "drift"), decays], [90.0, angle], np.nan),
    }
    result = xr.Dataset({name: ("run", value) for name, value in values.items()}, {"run": np.arange(len(beta))})
    return result if batched else result.isel(run=0, drop=True)


def _numbers(H0, Y, W, B, step):
    """beta, slope, curvature, rho, |E_0|^2 and |b| |w|, each (run,), checked; n; and whether there is a run axis."""
    H0, Y, W, rule, runs, batched = inputs(H0, Y, W, B)
    if not isinstance(rule, FA) or Y.shape[2] != 1:
        raise ValueError(f"limits are known for FA with one output, got {rule.name} with {Y.shape[2]} outputs")
    if step is not None:
        check.positive("step", step)
    (n, m), b = H0.shape[1:], checked("B", rule.B, ("p", "m")).mT  # b (run, unit, 1)
    if not b.any(1).all():
        raise ValueError(f"B is 0 in run {np.argmin(b.any(1))}: nothing moves, and there is nothing to tell")
    H, Y = compress(H0, Y)
    number = require_full_rank(H, warn=True)
    R, root = H[:, :m], Y[:, m:]  # (run, unit, unit), (run, 1 or 0, 1)
    require_residual(root, Y)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        theta, start = np.linalg.solve(R, Y[:, :m]), (root**2).sum((1, 2))
        products = b * W  # (run, unit, 1)
        beta, slope = products.sum((1, 2)), (b * theta).sum((1, 2))
        curvature = start * (np.linalg.solve(R.mT, b) ** 2).sum((1, 2))
        E0 = ((H @ W - Y) ** 2).sum((1, 2))
        lengths = np.sqrt((b**2).sum((1, 2)) * (W**2).sum((1, 2)))
        rate = np.abs(products).sum((1, 2)) * (step or 1)
        lost = ~np.isfinite(rate + lengths + slope**2 + curvature + E0) | (np.minimum(start, curvature) < SMALLEST)
    if lost.any():
        raise ValueError(
            f"in run {np.argmax(lost)} the squares of H0, Y, W or B do not fit float64: scale them towards 1"
        )
    noise = 10 * m * ROUNDING * number * np.sqrt((b**2).sum((1, 2)) * (theta**2).sum((1, 2)))
    _warn_of_coins(beta * (step or 1), (0, 1, 2) if step else (0,), 2 * m * ROUNDING * rate, slope, noise)
    return [np.broadcast_to(a, runs) for a in (beta, slope, curvature, start, E0, lengths)], n, batched


def _warn_of_coins(rate, borders, noise, slope, slope_noise):
    """Warn where rounding decides: rates beside a border by less than their noise, or a slope as near to 0."""
    beside = [(rate != border) & (np.abs(rate - border) < noise) for border in borders]
    for what, coin in (
        ("the phase: mu b.w is 0, 1 or 2 to rounding", np.any(beside, axis=0)),
        ("whether the loss rises first: b.theta_0 is 0 to rounding", (slope != 0) & (np.abs(slope) < slope_noise)),
    ):
        if coin.any():
            warnings.warn(f"rounding decides in run {np.argmax(coin)} {what}", RuntimeWarning, stacklevel=4)


def _visited(turn, beta, end, step):
    """Clocks (run, number) that the run passes or tends to, among them the one with the highest loss.

    The loss is highest where the clock is nearest to the turn. Steps of one parity move the clock in one direction, so
    it is nearest at the first of them, at their limit, or at a neighbour of the turn.
    """
    if step is None:
        return np.minimum(np.maximum(turn, 0), end)[:, None]
    rate = step * beta
    # 1 + c beta is q^-k: at the turn k = -log|1 + turn beta| / log|q|
    k = np.where(beta == 0, turn / step, -np.log1p(np.maximum(turn * beta, -1)) / np.log1p(-np.minimum(rate, 0.5)))
    jumps = -np.log(np.abs(1 + turn * beta)) / np.log(np.abs(1 - rate))
    k = np.floor(np.where(rate > 0.5, jumps, k))
    k = np.where(np.isfinite(k), np.maximum(k, 0), 0)  # no such step where the clock never passes the turn
    k = np.maximum(k[:, None] + NEAR, 0)
    return np.concatenate([clock_at(k, beta[:, None], step), np.where(np.isnan(end), 0, end)[:, None]], axis=1)


def _monotone(beta, slope, steep, step):
    """Whether no step raises L_R. Of all steps the first of either sign is the hardest one to be downhill."""
    if step is None:
        return slope >= 0
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        first, second = clock_at(np.array([[1], [2]]), beta, step)
        # L_R(0) / L_R(c) is 1 + c (2 slope + c steep); differences of it without cancellation
        down = first * (2 * slope + first * steep) >= 0
        further = (second - first) * (2 * slope + (first + second) * steep) >= 0
    return (step * beta == 1) | (down & further)
