"""The paper's idealised dynamics, step by step: H <- H - mu (H W - Y) B, with samples in rows and W, B fixed (Eq. 10).

The loop knows nothing of samples: FA, NFA and the constant drifts of TF and NF act on all rows alike, so a few rows
with the right inner products stand in for any number of them.
"""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import xarray as xr

from fa_lib import check
from fa_lib.dynamics.arrays import require_full_rank
from fa_lib.dynamics.curves import compress, dataset, measure, readout
from fa_lib.dynamics.rules import inputs
from fa_lib.random import numpy_generator

TOGETHER = 64  # steps measured at a time, where the rows are few


def draw(n: int = 1000, m: int = 6, p: int = 1, *, runs: int = 10, seed: int = 0, redraw: str = "B"):
    """Draw H0, Y, W and B as the paper does: H0 and Y uniform on (-1/2, 1/2), W normal with sd 1/m, B standard normal.

    Args:
        n, m, p: number of samples, hidden units and outputs.
        runs: number of repeats.
        seed: seed of the experiment; run r depends on (seed, r) alone.
        redraw: "B" keeps one H0, Y, W for all repeats, as the authors do; "all" draws every array anew for each.

    Returns:
        H0 (n, m), Y (n, p), W (m, p) and B (run, p, m); with redraw="all" each has the leading run axis.

    Raises:
        ValueError: for sizes below 1 or an unknown redraw.

    Source: Cheng & Brown 2023, Section 2.2; the spreads of W and B are those of the authors' code.
    """
    for name, value in (("n", n), ("m", m), ("p", p), ("runs", runs)):
        check.whole(name, value, 1)
    check.one_of("redraw", redraw, ("B", "all"))

    def one(run):
        data = numpy_generator(seed, run, "data")
        H0, Y = data.uniform(-0.5, 0.5, (n, m)), data.uniform(-0.5, 0.5, (n, p))
        return H0, Y, numpy_generator(seed, run, "decoder").standard_normal((m, p)) / m

    B = np.stack([numpy_generator(seed, run, "feedback").standard_normal((p, m)) for run in range(runs)])
    if redraw == "B":
        return *one(0), B
    H0, Y, W = (np.stack(parts) for parts in zip(*map(one, range(runs)), strict=True))
    return H0, Y, W, B


def simulate(H0, Y, W, B, *, step: float = 0.2, steps: int = 20, angle_of: str = "current") -> xr.Dataset:
    """Run the idealised dynamics and measure what the paper's Figs. 2 and 6 plot.

    Costs O(n m^2) once and no n afterwards, except for NF as written, whose tanh needs all samples at every step. In a
    run that explodes the rest of H drowns in one direction: the regression curves lose digits as the condition number
    of H grows, in float64, and are NaN once it passes 1 / rounding, without a warning.

    Args:
        H0: hidden layer at the start, (n, m) or (run, n, m), n >= m, with linearly independent columns.
        Y: target, (n, p) or (run, n, p).
        W: fixed decoder, (m, p) or (run, m, p).
        B: feedback matrix (p, m) or (run, p, m), for FA; or a rule `FA(B)`, `NFA(B)`, `TF(B)`, `NF(B1, B2)`.
        step: step size mu, above 0.
        steps: number of steps, 0 or more.
        angle_of: "current" measures the angle of the current update, as the paper says; "initial" goes on using the
            update of step 0, as the authors' code does.

    Returns:
        Dataset over `step` (0..steps), and over `run` if any argument has a run axis, with

        * `direct_loss` and `regression_loss`: means over samples and outputs; least squares without intercept
        * `gradient_norm`: Frobenius norm of 2 (H theta - Y) theta', the gradient in H of the SUM of squared residuals
        * `hidden_norm`: root mean square of the row lengths (the paper's figure shows their mean, which inner products
          do not determine: `trajectory` gives the rows)
        * `angle`: degrees between the update of H and minus that gradient; NaN where one of them is zero

    Raises:
        ValueError: for shapes that do not fit, NaN, H0 with dependent columns, step <= 0, steps < 0, or an unknown
            angle_of.

    Source: Cheng & Brown 2023, Eqs. 10 and 11, Figs. 2 and 6.
    """
    check.one_of("angle_of", angle_of, ("current", "initial"))
    walk, Y, W, rule, batched = _start(H0, Y, W, B, step, steps)
    n, records, first = np.shape(H0)[-2], [], None
    with np.errstate(over="ignore", invalid="ignore"):
        while part := list(islice(walk, TOGETHER if rule.linear else 1)):
            # each (step, run, row, …)
            H, E, update = (np.stack(a) if rule.linear else a[0][None] for a in zip(*part, strict=True))
            first = update[:1] if first is None else first
            records.append(measure(H, E, *readout(H, Y, E, W), update if angle_of == "current" else first, n))
    curves = {name: np.concatenate([record[name] for record in records]).T for name in records[0]}  # (run, step)
    made = {"signal": rule.name, "step_size": float(step), "angle_of": angle_of}
    return dataset(curves, "step", np.arange(steps + 1), batched, **made)


def trajectory(H0, Y, W, B, *, step: float = 0.2, steps: int = 20) -> Iterator[np.ndarray]:
    """Yield H after 0, 1, …, steps steps: (n, m), or (run, n, m) if any argument has a run axis.

    For what needs the samples, such as binned information. Arguments, errors and source as in `simulate`; one H is held
    at a time, so many runs at n = 100 000 fit in memory.
    """
    walk, *_, batched = _start(H0, Y, W, B, step, steps, whole=True)
    return (H if batched else H[0] for H, _, _ in walk)


def _start(H0, Y, W, B, step, steps, *, whole: bool = False):
    """The walk, on all rows or, where the rule allows and `whole` does not forbid, as few as keep all inner products.

    Also what it is made of, checked: Y's rows, W, the rule; and whether any array came with a run axis.
    """
    check.whole("steps", steps, 0)
    check.positive("step", step)
    H0, Y, W, rule, runs, batched = inputs(H0, Y, W, B)
    features, update = rule.start(Y, runs)
    reduced = compress(H0, Y, features)
    require_full_rank(reduced[0])
    H, Y, features = reduced if rule.linear and not whole else (H0, Y, features)
    return _walk(H, Y, lambda E: update(E, features), W, step, steps, runs), Y, W, rule, batched


def _walk(H, Y, update, W, step, steps, runs):
    """Yield H, E and the update at every step. E has its own recursion: H W - Y would cancel once H W is close to Y."""
    E = H @ W - Y
    H, E = (np.broadcast_to(a, (runs, *a.shape[1:])) for a in (H, E))  # (run, row, unit), (run, row, output)
    for k in range(steps + 1):
        D = np.broadcast_to(update(E), H.shape)  # (run, row, unit), change of H per unit of step size
        yield H, E, D
        if k < steps:
            H, E = H + step * D, E + step * (D @ W)
