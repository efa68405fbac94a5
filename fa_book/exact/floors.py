"""Where the regression loss of FA ends with any number of outputs.

Eigenvectors of B W split the error into modes (see `propagator`). Let D be the left eigenvectors, in rows, lambda their
eigenvalues, q = 1 - mu lambda. With the notation of `solution`, X = [-G_k R^-1, N P^-1/2] and L_R = |X^+ Q^k|^2 do not
change if the rows of X and Q^k are mixed and scaled alike. In the limit D X and D Q^k, divided by max(1, |q|^k), are

    exploding mode:  [ D B R^-1 / lambda, (D - D B theta_0 / lambda) P^-1/2 ]  and  D
    decaying mode:   [-D B R^-1 / lambda,      D B theta_0 / lambda  P^-1/2 ]  and  0,

so that the loss ends above 0 if any mode explodes, and above its start if those that do were read before.
"""

import numpy as np

from fa_lib import check
from fa_lib.dynamics.arrays import checked, require_full_rank, require_residual
from fa_lib.dynamics.curves import compress
from fa_lib.dynamics.propagator import DEFECTIVE
from fa_lib.dynamics.rules import FA, inputs


def floor(H0, Y, W, B, *, step: float | None = 0.2) -> np.ndarray:
    """Limit of the mean regression loss of FA for any number of outputs; `limits` says more for one.

    Args:
        H0, Y, W, B: as in `exact`, with a matrix B or `FA(B)`.
        step: step size mu, above 0, or None for continuous time.

    Returns:
        Limits, (run,), or a number if no argument has a run axis; NaN where a mode of the error neither decays nor
        explodes, as one does if B or W is 0.

    Raises:
        ValueError: as `exact`, for another rule than FA, and for a B W without independent eigenvectors.

    Warns:
        RuntimeWarning: above a condition number of H0 of 4.5e7, as `exact`.
    """
    H0, Y, W, rule, runs, batched = inputs(H0, Y, W, B)
    if not isinstance(rule, FA):
        raise ValueError(f"the floor is known for FA, got {rule.name}")
    if step is not None:
        check.positive("step", step)
    B, entries, m = checked("B", rule.B, ("p", "m")), Y.shape[1] * Y.shape[2], H0.shape[2]
    values, vectors = np.linalg.eig(B @ W)  # (run, p), (run, p, p)
    if (bad := ~(np.linalg.cond(vectors) < DEFECTIVE)).any():
        raise ValueError(f"B W has no independent eigenvectors, to 5 digits, in run {np.argmax(bad)}: use `exact`")
    size = -values.real if step is None else np.abs(1 - step * values) - 1  # (run, p), above 0 in an explosion
    grows, settled = (size > 0)[..., None], (size != 0).all(-1)
    D = np.linalg.inv(vectors)  # (run, mode, p)
    push = D @ B / np.where(values == 0, 1, values)[..., None]  # (run, mode, unit)
    H, Y = compress(H0, Y)
    require_full_rank(H, warn=True)
    R, root = H[:, :m], Y[:, m:]
    require_residual(root, Y)
    read = np.where(grows, D, 0) - np.where(grows, 1, -1) * (push @ np.linalg.solve(R, Y[:, :m]))  # (run, mode, p)
    push = np.where(grows, push, -push)
    X = np.concatenate([np.linalg.solve(R.mT, push.mT), np.linalg.solve(root.mT, read.mT)], axis=-2)  # (run, row, mode)
    X = np.where(settled[:, None, None], X, np.eye(*X.shape[1:]))
    left = np.linalg.solve(np.linalg.qr(X.conj(), mode="r").conj().mT, np.where(grows, D, 0))
    limit = np.where(settled, (np.abs(left) ** 2).sum((-2, -1)) / entries, np.nan)
    limit = np.broadcast_to(limit, runs)
    return limit if batched else limit[0]
