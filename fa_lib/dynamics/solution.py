"""The idealised dynamics solved: every curve of Fig. 2 after k steps in closed form.

With Q = I - mu B W the FA dynamics is E_k = E_0 Q^k, H_k = H_0 - E_0 G_k, G_k = mu (I + Q + ... + Q^(k-1)) B. Let
theta_0 and P be weights and residual Gram matrix of the first regression, R'R = H_0'H_0, N = Q^k + G_k theta_0. Then

    X = [-G_k R^-1, N P^-1/2],        L_R(k) = |X^+ Q^k|^2 = tr[(N P^-1 N' + G_k (R'R)^-1 G_k')^-1 Q^k Q^k'],

because the rows of X span what H_k cannot reach in the space of H_0 and Y, and X E_k = -Q^k there. With one output
G_k = s_k b' and L_R = rho / [(1 + c b.theta_0)^2 + c^2 rho b'(H_0'H_0)^-1 b] with c = s_k / q^k.
"""

import numpy as np
import xarray as xr

from fa_lib import check
from fa_lib.dynamics.arrays import checked, require_full_rank, require_residual
from fa_lib.dynamics.curves import angle, compress, dataset, measure, readout
from fa_lib.dynamics.propagator import Path, fa_path, product_path
from fa_lib.dynamics.rules import NFA, inputs


def exact(H0, Y, W, B, *, step: float | None = 0.2, steps: int = 20, times=None) -> xr.Dataset:
    """The curves of `dynamics.simulate`, without simulating.

    Costs O(n m^2) once and no n afterwards. For FA any number of steps is as accurate as the first: neither an
    exploding direct loss nor a regression loss of 1e-300 costs digits. Relative errors stay within 100 roundings
    (2e-16) times the condition number of H0, which is what rounding H0 itself does to the curves; so 1e-10 holds up to
    a condition number of 4000, and above 4.5e7, where the bound passes 1e-6, there is a warning. Two cases are worse:
    where mu B W has an eigenvalue within rounding of 1, what one step leaves of E is rounding too; and a B W without
    independent eigenvectors is multiplied out, so that its decaying modes are lost once others have exploded by 1e16.

    Args:
        H0: hidden layer at the start, (n, m) or (run, n, m), n >= m + p, with linearly independent columns.
        Y: target, (n, p) or (run, n, p), with independent columns of which no combination is linear in H0.
        W: fixed decoder, (m, p) or (run, m, p).
        B: feedback matrix (p, m) or (run, p, m) for FA, or a rule: `FA(B)`; `NFA(B)`, solved for the noise it draws,
            which is the noise `simulate` draws; `TF(B)`; `NF(B1, B2, as_coded=True)`. NF as written has no solution.
        step: step size mu, above 0; None for continuous time, the limit of small steps with t = k mu.
        steps: number of steps, 0 or more (discrete time only).
        times: times t, (time,), each 0 or more (continuous time only).

    Returns:
        Dataset as from `simulate`, over `step`, or over `time` in continuous time.

    Raises:
        ValueError: as `simulate`, and for a target that is linear in H0, times without step=None or the reverse, and
            rules without a closed form (NF as written; NFA in continuous time).

    Warns:
        RuntimeWarning: above a condition number of H0 of 4.5e7 (units that are nearly dependent, or very small).

    Source: solves Eq. 10 of Cheng & Brown 2023 and with it the angle that their Section 2.2 calls unclear.
    """
    H0, Y, W, rule, runs, batched = inputs(H0, Y, W, B)
    times = check_time(step, steps, times)
    return labelled(solve(H0, Y, W, rule, runs, step, steps, times), rule, step, steps, times, batched)


def labelled(curves, rule, step, steps, times, batched) -> xr.Dataset:
    """Curves of shape (step, run) as a Dataset over steps or times."""
    axis, values, made = ("step", np.arange(steps + 1), {"step_size": float(step)}) if step else ("time", times, {})
    return dataset({name: curve.T for name, curve in curves.items()}, axis, values, batched, signal=rule.name, **made)


def check_time(step, steps, times) -> np.ndarray | None:
    """Times as a checked array in continuous time, None in discrete time."""
    if step is not None:
        if times is not None:
            raise ValueError("times are for continuous time: give step=None with them, or leave them out")
        check.positive("step", step)
        check.whole("steps", steps, 0)
        return None
    times = np.asarray([] if times is None else times, dtype=np.float64)
    if times.ndim != 1 or not times.size or not np.isfinite(times).all() or (times < 0).any():
        raise ValueError(f"with step=None, times must be a non-empty list of numbers of 0 or more, got {times!r}")
    return times


def solve(H0, Y, W, rule, runs, step, steps, times) -> dict[str, np.ndarray]:
    """The curves, each (step, run), from arrays with a leading run axis and any rows with the right inner products.

    A rule's features are made from Y; rows of H0 beyond those of Y belong to directions that Y and features lack.
    """
    (n, p), extra = Y.shape[1:], H0.shape[1] - Y.shape[1]
    if not (rule.linear and (step or not isinstance(rule, NFA))):
        raise ValueError(f"{rule.name}, as asked for, has no closed form: simulate it")
    features, update = rule.start(Y, runs)
    if extra:
        Y, features = (a if a is None else np.pad(a, ((0, 0), (0, extra), (0, 0))) for a in (Y, features))
    H, Y, features = compress(H0, Y, features)
    require_full_rank(H, warn=True)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if features is not None:  # TF and NF as coded: H_k = H_0 + k mu D, a straight line
            t, D = step * np.arange(steps + 1) if step else times, update(None, features)
            t = t[:, None, None, None]  # times D: (step, run, row, unit)
            E, H = H @ W - Y + t * (D @ W), H + t * D
            curves = measure(H, E, *readout(H, Y, E, W), D, n)
        elif isinstance(rule, NFA):
            noisy = [update(-np.eye(p)[None], None) for _ in range(steps + 1)]  # the matrices B + sigma N_k
            curves = _error(H, Y, W, product_path(noisy, W, step), n)
        else:
            curves = _error(H, Y, W, fa_path(checked("B", rule.B, ("p", "m")), W, step, steps, times), n)
    length = steps + 1 if step else len(times)
    return {name: np.broadcast_to(curve, (length, runs)) for name, curve in curves.items()}


def _error(H, Y, W, path: Path, n):
    """FA and NFA, from H = [R; 0] and Y = [R theta_0; P^1/2] in triangular form."""
    m = H.shape[2]
    R, root, E0 = H[:, :m], Y[:, m:], H @ W - Y
    require_residual(root, Y)
    theta0 = np.linalg.solve(R, Y[:, :m])  # (run, unit, output)
    N = path.left + path.gain @ theta0  # (step, run, p, p)
    X = np.concatenate([-np.linalg.solve(R.mT, path.gain.mT), np.linalg.solve(root.mT, N.mT)], axis=-2).mT
    basis, U = np.linalg.qr(X.conj().mT)  # X = U^H basis^H; complex where the modes of B W are
    small = np.exp2(np.minimum(path.size, 0))[..., None, None]  # kept apart: residuals below float64 have a direction
    residual = (basis @ np.linalg.solve(U.conj().mT, path.lifted)).real  # (step, run, row, p)
    inner, outer = np.linalg.solve(R, residual[..., :m, :]), np.linalg.solve(root, residual[..., m:, :])
    theta = W + ((theta0 - W) @ outer - inner) * small  # (step, run, unit, output)
    theta = _exploded(theta, path, outer * small)
    E = E0 @ path.power  # the error without its size
    H, update = H - E0 @ path.total, -E @ path.change
    curves = measure(H, E, residual * small, theta, update, n)
    curves["direct_loss"] = curves["direct_loss"] * np.exp2(2 * path.size)
    curves["hidden_norm"] = np.nan_to_num(curves["hidden_norm"], nan=np.inf, posinf=np.inf)  # inf - inf
    curves["angle"] = angle(update, residual @ theta.mT)
    return curves


def _exploded(theta, path, outer):
    """Restore the digits of theta along exploding modes, where it is tiny, from G_k theta = I - P^-1/2 residual."""
    length = np.linalg.norm(path.frame, axis=-1, keepdims=True)  # (step, run, mode, 1)
    grown = length < 0.1 * length[:1]
    rows = np.where(grown, path.gain, 0)  # (step, run, mode, unit)
    gram = rows @ rows.conj().mT + np.where(grown, 0, np.eye(rows.shape[-2]))
    goal = np.where(grown, path.frame @ (np.eye(rows.shape[-2]) - outer), 0)
    for _ in range(2):  # each pass gains the digits that float64 holds
        theta = theta + (rows.conj().mT @ np.linalg.solve(gram, goal - rows @ theta)).real
    return theta
