"""What a rule whose matrix has limited rank can bring to H: an exact floor, and targets made to test it.

In the idealised dynamics every update of H is E B with E = H W - Y. Write B = U V with U (p, r) and r its rank. Then
whatever the steps and however W moves, the columns of H never leave the space of the columns of H_0 and Y U: the
update's columns are those of E U = H W U - Y U. So no linear readout of H comes below the part of Y that is orthogonal
to both, and with P = Y'Y - Y'H_0 (H_0'H_0)^-1 H_0'Y that part is

    tr P - tr[(U'P U)^-1 U'P^2 U]   >=   the sum of the p - r smallest eigenvalues of P,

with equality on the right where U spans the first principal components of what H_0 leaves of Y.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from torch import Tensor

from fa_book.bottleneck.plan import RANKS, experiment
from fa_lib import probes, sweep
from fa_lib.random import numpy_generator
from fa_lib.tasks import Protocol, Task, split
from fa_lib.tasks.metrics import r_squared


def left_over(H0: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """P, the Gram matrix of what the best linear readout of H0 leaves of Y.

    Args:
        H0: (n, m), with independent columns.
        Y: (n, p).

    Returns:
        Array (p, p).
    """
    rest = Y - H0 @ np.linalg.lstsq(H0, Y, rcond=None)[0]
    return rest.T @ rest


def floor(H0: np.ndarray, Y: np.ndarray, B: np.ndarray) -> float:
    """The regression loss that no step of feedback alignment through B can pass, however W moves.

    Args:
        H0: hidden layer at the start, (n, m).
        Y: target, (n, p).
        B: feedback matrix, (p, m), of any rank.

    Returns:
        Mean squared error over samples and outputs, without intercept, as `dynamics.simulate` gives it.
    """
    P = left_over(H0, Y)
    U, sizes, _ = np.linalg.svd(B)
    U = U[:, : np.count_nonzero(sizes > sizes[0] * 1e-12)]  # (p, r)
    PU = P @ U
    return float(np.trace(P) - np.trace(np.linalg.solve(U.T @ PU, PU.T @ PU))) / Y.size


def best_floor(H0: np.ndarray, Y: np.ndarray, rank: int) -> float:
    """The lowest `floor` of all matrices of a rank: what its first principal components leave of Y."""
    return float(np.linalg.eigvalsh(left_over(H0, Y))[: Y.shape[1] - rank].sum()) / Y.size


def settled(H0: np.ndarray, Y: np.ndarray, B: np.ndarray) -> float:
    """The regression loss that the dynamics ends at where every mode that B reaches decays.

    Then H holds Y U and, of the directions of H_0, those that B does not write on: the readout is that of [H_0 N, Y U]
    with V N = 0. Arguments and result as for `floor`.
    """
    U, sizes, V = np.linalg.svd(B)
    rank = np.count_nonzero(sizes > sizes[0] * 1e-12)
    seen = np.concatenate([H0 @ V[rank:].T, Y @ U[:, :rank]], 1)
    return float(np.trace(left_over(seen, Y))) / Y.size


def teacher(variances: Sequence[float], seed: int = 0, *, inputs: int = 8, samples: int = 1250) -> Task:
    """A regression whose target has given principal components: smooth functions of x, uncorrelated, then rotated.

    Functions tanh(2 x.w + b) of normal inputs are whitened over all samples, scaled to the variances and turned by a
    random rotation, so that no output is a component.

    Args:
        variances: of the components, one for each output, (p,).
        seed: of inputs, functions and rotation.
        inputs, samples: how many.

    Raises:
        ValueError: for variances that are not finite numbers above 0.
    """
    variances = np.asarray(variances, dtype=float)
    if variances.ndim != 1 or not len(variances) or not (np.isfinite(variances) & (variances > 0)).all():
        raise ValueError(f"variances must be finite numbers above 0, one for each output, got {variances}")
    random = numpy_generator(seed, 0, "data")
    p = len(variances)
    x, w, b = (random.standard_normal(shape) for shape in ((samples, inputs), (inputs, p), (p,)))
    hidden = np.tanh(2 * (x @ w) / np.sqrt(inputs) + b)
    left, _, right = np.linalg.svd(hidden - hidden.mean(0), full_matrices=False)
    rotation = np.linalg.qr(random.standard_normal((p, p)))[0]
    y = np.sqrt(samples) * (left @ right) * np.sqrt(variances) @ rotation
    parts = split(x, y, np.arange(samples))
    return Task("teacher", **parts, output="linear", metrics={"accuracy": r_squared}, metric_name="$R^2$",
                widths=(32, 4), protocol=Protocol(lr=5e-3, epochs=600))  # fmt: skip


def carried(B: Tensor, y: Tensor) -> dict[str, np.ndarray]:
    """What y B tells of classes y, run by run.

    Args:
        B: feedback matrices, (run, p, m).
        y: one-hot, (sample, p).

    Returns:
        `distinct`, how many different messages there are; `linear`, the share of y's variance that a linear map of the
        message explains; each (run,). Where all classes have messages of their own, all information is there.
    """
    sent = y.double() @ B.double()  # (run, sample, m)
    different = [len(np.unique(one.numpy().round(9), axis=0)) for one in sent]
    return {"distinct": np.array(different), "linear": r_squared(probes.readout(sent, y), y.double()).numpy()}


def published(path: str | Path) -> dict[int, dict[str, xr.Dataset]]:
    """The merged results of the sweep "bottleneck": number of units to name of the condition to its Dataset.

    Args:
        path: of the file.

    Raises:
        ValueError: as in `sweep.load`. KeyError: for a condition that the file lacks.
    """
    planned = {m: experiment(m) for m in RANKS}
    cells = {(m, name): cell for m, cells in planned.items() for name, cell in cells.items()}
    found = sweep.named(path, cells, whatever=["seed"])
    return {m: {name: found[m, name] for name in cells} for m, cells in planned.items()}
