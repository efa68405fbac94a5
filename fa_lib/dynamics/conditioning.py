"""How near the units of a hidden layer are to linear dependence, and what that does to results of float64."""

import warnings

import numpy as np

ROUNDING = np.finfo(float).eps
# Results are good to 100 roundings times the condition number. Beyond this one that is worse than 1e-6: a warning.
ILL_CONDITIONED = 1e-6 / (100 * ROUNDING)  # 4.5e7


def require_full_rank(H: np.ndarray, *, warn: bool = False) -> np.ndarray:
    """The condition number (run,) of every H (run, row, unit), if all have independent columns.

    Elsewhere L_R has no gradient. Whether columns are independent does not depend on their lengths; the condition
    number, and with it what rounding does to the curves, does.

    Raises:
        ValueError: if the columns of one are dependent, to rounding.

    Warns:
        RuntimeWarning: if asked to, above `ILL_CONDITIONED`. It names the line that called the caller's caller.
    """
    length = np.linalg.norm(H, axis=1, keepdims=True)  # (run, 1, unit)
    smallest = np.linalg.svd(H / np.where(length > 0, length, 1), compute_uv=False)[:, -1]  # (run,)
    if (bad := smallest <= 10 * H.shape[2] * ROUNDING).any():
        raise ValueError(
            f"the columns of H0 must be linearly independent (to rounding); they are not in run {np.argmax(bad)}. "
            "The regression loss has no gradient there: remove dependent units or add samples"
        )
    number = np.linalg.cond(H)
    if warn and (worst := number.max()) > ILL_CONDITIONED:
        warnings.warn(
            f"the units of H0 are nearly dependent, or of very different size, in run {np.argmax(number)}: condition "
            f"number {worst:.1e}. Above {ILL_CONDITIONED:.1e} relative errors beyond 1e-6 are possible, here of "
            f"{100 * ROUNDING * worst:.0e}: remove or rescale such units",
            RuntimeWarning,
            stacklevel=4,
        )
    return number
