"""What every estimator accepts: H and Y as numpy arrays with a run axis."""

import warnings

import numpy as np

from fa_lib.information._entropy import entropy


class EstimateWarning(UserWarning):
    """An estimate of mutual information that must not be believed."""


def plain(values, name: str) -> np.ndarray:
    """Values as a real numpy array; a torch tensor is detached and brought to the CPU."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        values = values.float() if values.is_floating_point() and values.element_size() < 4 else values
    array = np.asarray(values)
    if array.dtype.kind not in "buif":
        raise ValueError(f"{name} must hold real numbers, got dtype {array.dtype}")
    return array


def target(Y) -> np.ndarray:
    """Y with a run axis, of length 1 where the runs share it: (n,) and (n, p) become (1, n, p)."""
    Y = plain(Y, "Y")
    if Y.ndim not in (1, 2, 3) or 0 in Y.shape:
        raise ValueError(f"Y must be (sample,), (sample, output) or (run, sample, output), not empty, got {Y.shape}")
    return Y if Y.ndim == 3 else Y.reshape(1, len(Y), -1)


def pair(H, Y) -> tuple[np.ndarray, np.ndarray]:
    """H as (run, n, m) and Y as (run or 1, n, p); ValueError for shapes that are none or do not match."""
    H = plain(H, "H")
    if H.ndim not in (2, 3) or 0 in H.shape:
        raise ValueError(f"H must be (sample, unit) or (run, sample, unit), not empty, got {H.shape}")
    H, Y = H if H.ndim == 3 else H[None], target(Y)
    if H.shape[1] != Y.shape[1]:
        sizes = f"{H.shape[1]} in H and {Y.shape[1]} in Y"
        raise ValueError(f"H and Y must have the same samples, got {sizes}; a Y per run is (run, sample, output)")
    if len(Y) not in (1, len(H)):
        raise ValueError(f"Y must be shared or given once per run: got {len(H)} runs of H and {len(Y)} of Y")
    return H, Y


def finite_pair(H, Y) -> tuple[np.ndarray, np.ndarray]:
    """As `pair`, in float64; NaN and infinities are refused too."""
    H, Y = (values.astype(np.float64) for values in pair(H, Y))
    for name, values in (("H", H), ("Y", Y)):
        if not np.isfinite(values).all():
            raise ValueError(f"{name} must hold finite numbers, got NaN or an infinity")
    return H, Y


def bits_of(Y: np.ndarray) -> np.ndarray:
    """Entropy of Y's rows as they are, (run,), in bits; infinite where no two are equal."""
    counts = [np.unique(y, axis=0, return_counts=True)[1] for y in Y]
    return np.array([entropy(sizes) if sizes.max() > 1 else np.inf for sizes in counts])


def doubt(found: np.ndarray, Y: np.ndarray, estimator: str) -> None:
    """Warn of readings, (run,), above the entropy of Y, (run or 1, n, p), which no H can tell more than."""
    most = bits_of(Y)
    if (found > most + 1e-9).any():
        warnings.warn(
            f"{estimator} reads {np.max(found - most):.3g} bits more than Y holds: it is not made for such data, "
            "do not believe it",
            EstimateWarning,
            stacklevel=3,
        )


def answer(found: np.ndarray, like) -> float | np.ndarray:
    """What was found, (run,); a plain number where the array that it is about came without a run axis."""
    return found if np.ndim(like) == 3 else float(found[0])
