"""NFA over all noise at once: means, spreads and a bound, without drawing any.

NFA is FA with B + sigma N_k. Its error E_k = E_0 Q_k and hidden layer H_k = H_0 - E_0 G_k are random through G_k alone,
with Q_k = I - G_k W. The mean of G_k is FA's, and the covariance V_k of its p m entries obeys a linear recursion,

    V_(k+1) = Z' V_k Z + (mu sigma)^2 E[Q_k Q_k'] x I,        Z = I - mu W B,

where E[Q_k Q_k'] again follows from mean and covariance. All curves below are exact; only the last is a bound.
"""

import numpy as np
import xarray as xr

from fa_lib import check
from fa_lib.dynamics.arrays import checked, require_full_rank
from fa_lib.dynamics.curves import compress, readout
from fa_lib.dynamics.rules import NFA, inputs

ROOTS = ("error_spread", "hidden_spread", "hidden_norm")


def noise_moments(H0, Y, W, B, *, step: float = 0.2, steps: int = 20) -> xr.Dataset:
    """Mean and spread over the noise of NFA's dynamics, and an upper bound on its mean regression loss.

    The bound is the loss of the best readout fixed before the noise is drawn: the mean of a minimum is at most the
    minimum of the mean. It is FA's regression loss at sigma = 0.

    Args:
        H0, Y, W: as in `simulate`.
        B: rule `NFA(B, sigma)`. Its seed plays no part.
        step: step size mu, above 0.
        steps: number of steps, 0 or more.

    Returns:
        Dataset over `step`, and `run` if any argument has a run axis:

        * `direct_loss`: mean over the noise of the mean squared error
        * `noiseless_direct_loss`: the same at sigma = 0, which is also the loss of the mean of H
        * `error_spread`, `hidden_spread`: root mean square deviation, over noise and samples, of the entries of E and
          of the rows of H from their means over the noise
        * `hidden_norm`: root mean square length of a row of H, over noise and samples
        * `regression_bound`: upper bound on the mean over the noise of the regression loss

    Raises:
        ValueError: as `simulate`, and for another rule than NFA.
    """
    H0, Y, W, rule, runs, batched = inputs(H0, Y, W, B)
    if not isinstance(rule, NFA):
        raise ValueError(f"noise_moments is about the noise of NFA, got the rule {rule.name}")
    check.positive("step", step)
    check.whole("steps", steps, 0)
    n, p, m = H0.shape[1], Y.shape[2], W.shape[1]
    H0, Y = compress(H0, Y)
    require_full_rank(H0)
    B = checked("B", rule.B, ("p", "m"))
    E0 = H0 @ W - Y
    K, Z = np.broadcast_to(E0.mT @ E0, (runs, p, p)), np.broadcast_to(np.eye(m) - step * W @ B, (runs, m, m))
    W, Y = np.broadcast_to(W, (runs, m, p)), np.concatenate([Y, np.zeros((len(Y), m, p))], axis=1)
    G, V, rows = np.zeros((runs, p, m)), np.zeros((runs, p, m, p, m)), []
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps + 1):
            Q = np.eye(p) - G @ W  # (run, p, p), the mean
            C = np.einsum("rij,riajb->rab", K, V)  # (run, m, m), covariance of the rows of H, summed over samples
            H, E, noise = H0 - E0 @ G, E0 @ Q, _root(C)
            # rows whose inner products are the means of those of H and E: the mean, and the noise below it
            rows_H, rows_E = np.concatenate([H, noise], axis=1), np.concatenate([E, noise @ W], axis=1)
            residual, _ = readout(rows_H, Y, rows_E, W)
            squares = {
                "direct_loss": (rows_E**2).sum((1, 2)) / (n * p),
                "noiseless_direct_loss": (E**2).sum((1, 2)) / (n * p),
                "error_spread": ((noise @ W) ** 2).sum((1, 2)) / (n * p),
                "hidden_spread": (noise**2).sum((1, 2)) / n,
                "hidden_norm": (rows_H**2).sum((1, 2)) / n,
                "regression_bound": (residual**2).sum((1, 2)) / (n * p),
            }
            rows.append({name: np.sqrt(v) if name in ROOTS else v for name, v in squares.items()})
            QQ = Q @ Q.mT + np.einsum("rcl,ricjd,rdl->rij", W, V, W)  # (run, p, p), mean of Q_k Q_k'
            V = np.einsum("rca,ricjd,rdb->riajb", Z, V, Z, optimize=True)
            V = V + (step * rule.sigma) ** 2 * np.einsum("rij,ab->riajb", QQ, np.eye(m))
            G = G + step * Q @ B
    data = {name: (("run", "step"), np.stack([row[name] for row in rows], axis=1)) for name in rows[0]}
    coords = {"run": np.arange(runs), "step": np.arange(steps + 1)}
    result = xr.Dataset(data, coords, {"signal": "NFA", "sigma": rule.sigma, "step_size": float(step)})
    return result if batched else result.isel(run=0, drop=True)


def _root(C: np.ndarray) -> np.ndarray:
    """R with R'R = C, for symmetric positive semidefinite C (run, m, m)."""
    finite = np.isfinite(C).all((1, 2), keepdims=True)
    values, vectors = np.linalg.eigh(np.where(finite, C, 0))
    return np.where(finite, np.sqrt(np.maximum(values, 0))[..., None] * vectors.mT, np.inf)
