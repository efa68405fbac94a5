"""The readout law: how fast the best linear readout of H gains from any push, and from feedback of any kind.

Let theta be the best readout of H, r = H theta - Y its residual, P = r'r and L_R = tr P. While H moves by S, theta
moves too, but at its best that makes no difference at first order (the envelope theorem):

    dL_R/dt = <2 r theta', S>.

For S = -(H W - Y) B, which is FA with any decoder W, and BP where B = W', r'H = 0 and r'Y = -P leave

    dL_R/dt = -2 tr(P B theta),

and for S = Y B, the target alone, the same: neither W nor the error plays a part. Readers gain if B points where the
best readout points. Both rates are of the mean over samples and outputs, as `simulate` measures L_R.

Any other signal amounts to a matrix, the regression of -S on r, and the law holds with it: B itself for FA and for the
target, and for NF, tanh(E B1) B2, the matrix B1 D B2 with the mean slopes D where error and residual are normal.
"""

import numpy as np

from fa_lib.dynamics.arrays import fitting, require_full_rank
from fa_lib.dynamics.curves import compress, readout


def readout_rate(H, Y, S) -> np.ndarray:
    """Rate of the regression loss while the hidden layer moves by S per unit of time.

    Args:
        H: hidden layer, (n, m) or (run, n, m), n >= m, with linearly independent columns.
        Y: target, (n, p) or (run, n, p).
        S: any change of H per unit of time, (n, m) or (run, n, m): a signal, or what an encoder made of one.

    Returns:
        Rates, (run,), or a number if no argument has a run axis; below 0 where the readout gains.

    Raises:
        ValueError: for shapes that do not fit, NaN, or H with dependent columns.

    Warns:
        RuntimeWarning: above a condition number of H of 4.5e7, as `exact`.
    """
    arrays, _, batched = fitting(H=(H, ("n", "m")), Y=(Y, ("n", "p")), S=(S, ("n", "m")))
    H, Y, S = compress(*arrays.values())
    residual, theta = _best(H, Y)
    rates = -2 * ((residual.mT @ S) * theta.mT).sum((-2, -1)) / arrays["Y"][0].size
    return rates if batched else rates[0]


def feedback_rate(H, Y, B) -> np.ndarray:
    """Rate of the regression loss while H moves by -(H W - Y) B, whatever W, or by Y B.

    With noise added to B it is the rate of the noisy B. What TF sends, Y B less its mean, is for `readout_rate`.

    Args:
        H, Y: as in `readout_rate`, with its result, errors and warnings.
        B: feedback matrix, (p, m) or (run, p, m); W' for BP.
    """
    arrays, _, batched = fitting(H=(H, ("n", "m")), Y=(Y, ("n", "p")), B=(B, ("p", "m")))
    H, Y, B = arrays.values()
    residual, theta = _best(*compress(H, Y))
    rates = -2 * ((residual.mT @ residual) * (B @ theta)).sum((-2, -1)) / Y[0].size  # a trace, as P is symmetric
    return rates if batched else rates[0]


def amounts_to(H, Y, S) -> np.ndarray:
    """The matrix whose feedback gains as a signal does, for any readout: the regression of -S on the residual.

    `feedback_rate` of it is `readout_rate` of the signal.

    Args:
        H, Y, S: as in `readout_rate`, with its errors and warnings; Y with fewer outputs than samples left by H.

    Returns:
        Matrices, (run, p, m), or (p, m) if no argument has a run axis.
    """
    arrays, _, batched = fitting(H=(H, ("n", "m")), Y=(Y, ("n", "p")), S=(S, ("n", "m")))
    H, Y, S = compress(*arrays.values())
    residual, _ = _best(H, Y)
    matrices = np.linalg.pinv(residual) @ S  # `residual` is Y - H theta, that is -r
    return matrices if batched else matrices[0]


def _best(H, Y):
    """Residual Y - H theta and weights theta of the best readout of H, each with a run axis."""
    require_full_rank(H, warn=True)
    return readout(H, Y, -Y, np.zeros((1, H.shape[2], Y.shape[2])))
