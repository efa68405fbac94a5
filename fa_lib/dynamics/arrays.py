"""Arrays as the dynamics take them: float64 with a run axis, of sizes that fit, with columns that are independent."""

import warnings

import numpy as np

ROUNDING = np.finfo(float).eps
# Results are good to 100 roundings times the condition number. Beyond this one that is worse than 1e-6: a warning.
ILL_CONDITIONED = 1e-6 / (100 * ROUNDING)  # 4.5e7


def checked(name: str, value, axes: tuple[str, ...]) -> np.ndarray:
    """The value as float64 with a leading run axis, of length 1 where it has none; ValueError if that cannot be."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be an array of numbers of shape ({', '.join(axes)}), got {value!r}") from error
    if array.ndim not in (len(axes), len(axes) + 1) or 0 in array.shape:
        shape = ", ".join(axes)
        raise ValueError(f"{name} must have shape ({shape}) or (run, {shape}) and no empty axis, got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {np.count_nonzero(~np.isfinite(array))} NaN or infinite values")
    return array if array.ndim == len(axes) + 1 else array[None]


def fitting(**given) -> tuple[dict[str, np.ndarray], int, bool]:
    """Arrays whose axes of one name have one size, each given as name=(value, axes); ValueError for what does not fit.

    Returns:
        The arrays, each with a leading run axis; the number of runs; and whether any array came with a run axis.
    """
    arrays = {name: checked(name, value, axes) for name, (value, axes) in given.items()}
    shapes = ", ".join(f"{name} {np.shape(value)}" for name, (value, _) in given.items())
    sizes: dict[str, int] = {}
    for name, (_, axes) in given.items():
        for axis, size in zip(axes, arrays[name].shape[1:], strict=True):
            if sizes.setdefault(axis, size) != size:
                wanted = ", ".join(f"{name} ({', '.join(axes)})" for name, (_, axes) in given.items())
                raise ValueError(f"shapes must be {wanted} after any run axis, got {shapes}")
    if sizes["n"] < sizes["m"]:
        raise ValueError(f"there must be at least as many samples n as hidden units m, got {shapes}")
    lengths = {len(array) for array in arrays.values()} - {1}
    if len(lengths) > 1:
        raise ValueError(f"the run axes must have one length, got {shapes}")
    return arrays, max(lengths, default=1), any(np.ndim(value) == 3 for value, _ in given.values())


def require_full_rank(H: np.ndarray, *, warn: bool = False) -> np.ndarray:
    """The condition number (run,) of every H (run, row, unit), if all have independent columns.

    Elsewhere L_R has no gradient: a ValueError. Whether columns are independent does not depend on their lengths; the
    condition number, and with it what rounding does to the curves, does: above `ILL_CONDITIONED` a RuntimeWarning, if
    asked for, names the line that called the caller's caller.
    """
    if (bad := _smallest(H, H) <= 10 * H.shape[2] * ROUNDING).any():
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


def require_residual(root: np.ndarray, Y: np.ndarray) -> None:
    """Raise ValueError unless what H0 leaves of Y, root (run, row, output), has independent columns."""
    if root.shape[1] < Y.shape[2] or not (_smallest(root, Y) > 10 * Y.shape[1] * ROUNDING).all():
        raise ValueError(
            "the closed form needs a target no combination of whose outputs is linear in H0, and n >= m + p samples; "
            "here a part of the regression loss is 0 from the start. Drop that output, or simulate"
        )


def _smallest(a: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """The smallest singular value (run,) of a, (run, row, column), in units of the lengths of whole's columns."""
    length = np.linalg.norm(whole, axis=1, keepdims=True)  # (run, 1, column)
    return np.linalg.svd(a / np.where(length > 0, length, 1), compute_uv=False)[:, -1]
