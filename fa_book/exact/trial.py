"""`limits` on trial: draws that are hard for it, and whether each agrees with its own run."""

import numpy as np
import xarray as xr

from fa_book.exact.regimes import clock
from fa_lib import check
from fa_lib.random import numpy_generator

STEP = 0.25  # mu of the draws: a power of 2, so that those on a border between phases lie on it exactly
BORDERS = (0.0, 1.0, 2.0)  # of mu b.w
GROWN = 1e6  # how far a run is followed: beyond, an exploding simulation loses digits


def hard_draws(runs: int, *, n: int = 12, m: int = 3, seed: int = 0):
    """Draws for FA with one output, every third of them adversarial, with mu b.w from -3 to 4 at mu = `STEP`.

    Random: H0, Y, b and the direction of W as in the paper, few samples. Adversarial: H0 can read Y, all but 0.01 to 1
    of its spread; b and W lie along or against that first readout, up to some noise, so that both b.w and b.theta_0
    have either sign and the loss may rise for ever; and every tenth lies on a border between phases. The length of W
    sets |mu b.w|, drawn from 0.15 to 3 if b.w < 0 and to 4 without 1.85 to 2.15 if b.w > 0, so that 100 steps show how
    a run ends. The cosine of b and W is 0.1 or more: else W, and with it the error, would be too long to simulate.

    Args:
        runs: number of draws.
        n, m: number of samples, above m, and of hidden units, 2 or more.
        seed: seed of the draws.

    Returns:
        H0 (run, n, m), Y (run, n, 1), W (run, m, 1), B (run, 1, m) and whether a draw is adversarial (run,).

    Raises:
        ValueError: for sizes that are too small.
    """
    for name, value, least in (("runs", runs, 1), ("m", m, 2), ("n", n, m + 1)):
        check.whole(name, value, least)
    generator = numpy_generator(seed, 0, "data")
    H0, Y = generator.uniform(-0.5, 0.5, (runs, n, m)), generator.uniform(-0.5, 0.5, (runs, n, 1))
    w, b = generator.standard_normal((2, runs, m))
    adversarial, border = np.arange(runs) % 3 == 2, np.arange(runs) % 30 == 2
    theta = generator.standard_normal((runs, m))
    theta /= np.linalg.norm(theta, axis=1, keepdims=True)
    known = H0 @ theta[..., None]
    readable = known / known.std(1, keepdims=True) + Y * 10 ** generator.uniform(-2, 0, (runs, 1, 1)) / Y.std()
    signs = generator.choice([-1.0, 1.0], (2, runs, 1))
    aligned = signs * theta + generator.choice([0, 0.1, 1], (2, runs, 1)) * generator.standard_normal((2, runs, m))
    sizes = 10 ** generator.uniform(-1, 1, (runs, 1))
    Y = np.where(adversarial[:, None, None], readable, Y)
    b, w = np.where(adversarial[:, None], sizes * aligned[0], b), np.where(adversarial[:, None], aligned[1], w)
    b_length, w_length = (np.linalg.norm(a, axis=1, keepdims=True) for a in (b, w))
    beta = (b * w).sum(1, keepdims=True)
    w = w + np.where(np.abs(beta) < 0.1 * b_length * w_length, 0.2, 0) * np.copysign(w_length / b_length, beta) * b
    beta = (b * w).sum(1)
    rate = np.exp(generator.uniform(np.log(0.15), np.log(np.where(beta < 0, 3, 3.7))))
    rate += np.where((beta > 0) & (rate > 1.85), 0.3, 0)  # beside 2 the error keeps its size for too many steps
    w *= (rate / np.abs(STEP * beta))[:, None]
    # on a border: one entry of W alone, 1, so that b.w is one entry of b and nothing is rounded
    b[border, 0], w[border] = generator.choice(BORDERS, border.sum()) / STEP, np.eye(m)[0]
    return H0, Y, w[..., None], b[:, None], adversarial


def agreement(ends: xr.Dataset, run: xr.Dataset, *, rtol: float = 1e-5) -> xr.Dataset:
    """Whether what `limits` says of each run is what the run does.

    A run is followed until its error has grown or shrunk by a factor of `GROWN`: as far as the simulation of an
    explosion keeps its digits. There its losses must lie within rtol of their limits, or within rtol of 0; where the
    loss has risen, times the root of its largest ratio to its start, by which the clock's last bit of way counts more.

    Args:
        ends: result of `limits` over `run`, in discrete time.
        run: result of `simulate` or `exact` over `run` and `step`, of the same arrays and step size.
        rtol: relative difference that still counts as agreement. Signs of differences below it are not judged.

    Returns:
        Dataset of booleans over `run`, one variable for each of: `start` (the angle), `direct` (which way the direct
        loss goes), `peak`, `end` (limit of the regression loss), `permanent` (whether it ends above its start), `turn`
        (the angle is above 90 until the clock has passed it, and it does), `monotone`, `angle` (its limit); and `all`.
    """
    step, (beta, kinds) = run.attrs["step_size"], (ends[name].values for name in ("beta", "phase"))
    k, (loss, degrees) = run["step"].values, (run[name].values for name in ("regression_loss", "angle"))
    with np.errstate(divide="ignore"):
        last = np.log(GROWN) / np.abs(np.log(np.abs(1 - step * beta)))
    last = np.minimum(np.ceil(np.where(np.isfinite(last), last, len(k))), k[-1]).astype(int)
    last = np.where(step * beta == 1, 1, last)[:, None]  # (run, 1)
    inside, at = k <= last, lambda curve: np.take_along_axis(curve, last, 1)[:, 0]
    ratio = loss / loss[:, :1]
    explodes, decays = np.char.find(kinds, "explosion") >= 0, np.char.find(kinds, "decay") >= 0
    gone = decays | (kinds == "one step")
    growth = at(run["direct_loss"].values) / run["direct_loss"].values[:, 0]
    limit = np.where(np.isnan(ends["regression_limit"]), loss[:, 0], ends["regression_limit"]) / loss[:, 0]
    peak = np.where(inside, ratio, 0).max(1)
    higher, climbing = peak / ends["peak"].values - 1, (kinds == "drift") & (peak == ratio[:, -1])
    known, wide = explodes | gone, rtol * np.sqrt(peak)  # a drift is still on its way, an oscillation never ends

    def close(a, b):
        return np.abs(a - b) <= wide * np.maximum(np.abs(b), np.where(explodes, 0, 1))

    def same(says, excess):  # a truth about the sign of an excess
        return (says.values == (excess > 0)) | (np.abs(excess) < rtol)

    larger = np.fmax(ratio[:, 1:], ratio[:, :-1])
    rises = np.where(inside[:, 1:], np.diff(ratio, axis=1) / np.where(larger > 0, larger, 1), -np.inf)
    runs_on = inside & (step * beta < 1)[:, None]  # a clock that jumps has no turn
    cosine = np.where(runs_on, np.cos(np.radians(degrees)), 0)
    turn = np.where(np.isnan(ends["turn"]), np.inf, ends["turn"])[:, None]
    c = clock(beta, step=step, steps=k[-1])
    turned, never = (cosine < 0) == (c < turn), np.isinf(turn[:, 0])
    passed = never | (turn[:, 0] <= at(c) * (1 + rtol)) | (kinds != "explosion")  # only there does the clock end
    found = {
        "start": same(ends["starts_above_90"], -np.cos(np.radians(degrees[:, 0]))),
        "direct": np.select([explodes, gone], [growth > 1 / rtol, growth < rtol], close(growth, 1.0)),
        "peak": (np.abs(higher) <= wide) | ((higher < 0) & climbing),
        "end": close(at(ratio), limit) | ~known,
        "permanent": same(ends["permanent_loss"], np.where(known, at(ratio) - 1, -1)),
        "turn": (turned | (np.abs(cosine) < rtol)).all(1) & passed,
        "monotone": same(~ends["monotone"], rises.max(1)),
        "angle": (np.abs(at(degrees) - ends["angle_limit"].values) < 0.1) | ~(explodes | decays),
    }
    data = {name: ("run", value) for name, value in (found | {"all": np.all(list(found.values()), axis=0)}).items()}
    return xr.Dataset(data, {"run": run["run"]})
