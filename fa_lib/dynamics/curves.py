"""What Figs. 2 and 6 plot, computed from a hidden layer H, its error E = H W - Y and its update.

Every curve depends on the samples through inner products alone, so n rows may be replaced by any few rows with the
same inner products. `compress` finds them: the triangular factor of the Gram matrix where its columns are far from
dependent, and of a QR decomposition where they are not. That one costs several times as much, and keeps the digits that
forming and inverting a Gram matrix would lose.
"""

from functools import partial

import numpy as np
import xarray as xr

# The Gram matrix will do where that of columns of length 1 has no smaller eigenvalue: it squares the condition number,
# and of 10 that is one digit more than QR loses. Columns nearer to dependence are left to QR.
INDEPENDENT = 1e-2
VARIABLES = {
    "direct_loss": "mean of (H W - Y)^2 over samples and outputs",
    "regression_loss": "mean of (H theta - Y)^2 over samples and outputs, theta by least squares without intercept",
    "gradient_norm": "Frobenius norm of 2 (H theta - Y) theta', the gradient in H of the summed squared residuals",
    "hidden_norm": "root mean square over samples of the length of a row of H",
    "angle": "degrees between the update of H and minus the gradient of the regression loss in H",
}


def triangle(Z: np.ndarray, block: int = 512) -> np.ndarray:
    """Upper triangular R with R'R = Z'Z, for Z (n, columns); blocks of rows stay in the cache and make it fast."""
    while len(Z) > 4 * max(block, Z.shape[1]):
        size = max(block, 2 * Z.shape[1])
        whole = len(Z) // size * size
        R = np.linalg.qr(Z[:whole].reshape(-1, size, Z.shape[1]), mode="r")  # (block, column, column)
        Z = np.concatenate([R.reshape(-1, Z.shape[1]), Z[whole:]])
    return np.linalg.qr(Z, mode="r")


def _triangle_of(parts: list[np.ndarray]) -> np.ndarray:
    """`triangle` of the parts (n, columns) side by side, from their inner products where that keeps the digits."""
    widths = np.cumsum([0, *(part.shape[1] for part in parts)])
    gram = np.zeros((widths[-1], widths[-1]))  # its lower half
    with np.errstate(over="ignore", invalid="ignore"):
        for i, part in enumerate(parts):
            for j in range(i + 1):
                gram[widths[i] : widths[i + 1], widths[j] : widths[j + 1]] = part.T @ parts[j]
    squares = np.diagonal(gram)
    if np.isfinite(gram).all() and squares.min() > 1e-280:  # neither overflow nor what underflow leaves
        length = np.sqrt(squares)
        cosines = gram / length / length[:, None]
        if np.linalg.eigvalsh(cosines)[0] > INDEPENDENT:
            return np.linalg.cholesky(cosines).T * length
    return triangle(np.concatenate(parts, axis=1))


def compress(*arrays: np.ndarray | None) -> list[np.ndarray | None]:
    """Replace the samples of all arrays, each (run, sample, …), by at most as many rows as they have columns together.

    All inner products between columns stay what they were. None stays None.
    """
    given = [array for array in arrays if array is not None]
    runs = max(len(array) for array in given)
    R = np.stack([_triangle_of([a[min(run, len(a) - 1)] for a in given]) for run in range(runs)])
    parts = iter(np.split(R, np.cumsum([array.shape[2] for array in given])[:-1], axis=2))
    return [None if array is None else next(parts) for array in arrays]


def readout(H, Y, E, W):
    """Residual Y - H theta and weights theta of the best linear readout without intercept.

    Y and -E = Y - H W have the same residual. The smaller of the two is projected: once the direct loss is nearly 0, Y
    lies so close to the span of H that the residual of Y itself would be rounding noise. Both are NaN where rounding
    has made the columns of H dependent, as it does in a run that explodes.

    Args:
        H, Y, E, W: (run, row, unit), (run, row, output), (run, row, output) and (run, unit, output).
    """
    smaller = np.linalg.norm(E, axis=-2, keepdims=True) < np.linalg.norm(Y, axis=-2, keepdims=True)  # (run, 1, output)
    target = np.where(smaller, -E, Y)
    basis, R = np.linalg.qr(H)
    pivot = np.abs(np.diagonal(R, axis1=-2, axis2=-1)) / np.linalg.norm(H, axis=-2)  # (run, unit), 0 where dependent
    lost = ~(pivot.min(-1) > 10 * H.shape[-1] * np.finfo(float).eps)[..., None, None]
    inside = np.where(lost, np.nan, basis.mT @ target)
    residual = target - basis @ inside
    residual = residual - basis @ (basis.mT @ residual)  # the second pass removes what rounding left of the first
    return residual, np.where(smaller, W, 0) + np.linalg.solve(np.where(lost, np.eye(R.shape[-1]), R), inside)


_norm = partial(np.linalg.norm, axis=(-2, -1))  # Frobenius


def angle(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Angle in degrees between two arrays of vectors (…, row, unit), each seen as one vector; NaN where one is zero."""
    with np.errstate(invalid="ignore", divide="ignore"):
        a, b = a / _norm(a)[..., None, None], b / _norm(b)[..., None, None]
    # the half-angle's tangent keeps its digits near 0 and 180, where arccos loses half of them
    return np.degrees(2 * np.arctan2(_norm(a - b), _norm(a + b)))


def measure(H, E, residual, theta, update, n: int) -> dict[str, np.ndarray]:
    """The five curves at one step, each of shape (run,); n is the number of samples behind the rows."""
    entries = n * E.shape[-1]
    descent = residual @ theta.mT  # (run, row, unit), half of minus the gradient of the summed squares
    return {
        "direct_loss": (E**2).sum((-2, -1)) / entries,
        "regression_loss": (residual**2).sum((-2, -1)) / entries,
        "gradient_norm": 2 * _norm(descent),
        "hidden_norm": _norm(H) / np.sqrt(n),
        "angle": angle(update, descent),
    }


def dataset(curves: dict[str, np.ndarray], axis: str, values, batched: bool, **attributes) -> xr.Dataset:
    """Curves of shape (run, step) as a labelled Dataset; the run axis goes where none was given."""
    data = {
        name: xr.Variable(
            ("run", axis) if batched else (axis,),
            curve if batched else curve[0],
            {"long_name": VARIABLES[name]} | ({"units": "degrees"} if name == "angle" else {}),
        )
        for name, curve in curves.items()
    }
    runs = {"run": np.arange(len(next(iter(curves.values()))))} if batched else {}
    return xr.Dataset(data, coords=runs | {axis: values}, attrs=attributes)
