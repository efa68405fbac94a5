"""What is read off a hidden layer: three estimates of its information, each with its null, and evidence without them.

Made for `observe`. Targets are taken as classes, one for each different row of y, so that one-hot and numeric targets
are read alike.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from fa_lib import information
from fa_lib.information._binning import cells, ranked
from fa_lib.probes import readouts as probes
from fa_lib.random import numpy_generator
from fa_lib.record import Snapshot

Measure = Callable[[Snapshot], Tensor | np.ndarray]


def readings(*, bin_size: float = 0.1, samples: int = 1000, seed: int = 0) -> dict[str, Measure]:
    """Measures for `observe`, each giving one value a run; information in bits.

    Args:
        bin_size: of `binned`.
        samples: `ksg` takes the first so many, for it looks at all pairs.
        seed: of the shuffles and of the nonlinear readout's features.

    Returns:
        `binned`, `gaussian`, `ksg` and `told`, each with its null, `binned_null` and so on: three estimators, and what
        a nonlinear readout fitted to the training samples tells of the test samples; `told_linear`, the same for a
        linear one; `effective_rank`, `coding_rate` and `rate_reduction`.
    """
    estimators = {
        "binned": lambda H, y: information.binned(H, y, bin_size),
        "gaussian": lambda H, y: information.gaussian(H, np.eye(y.max() + 1)[y[..., 0]], unbiased=True, doubt=False),
        "ksg": lambda H, y: information.ksg(H[:, :samples], y[:, :samples], discrete=True, doubt=False),
    }
    measures: dict[str, Measure] = {}
    for name, estimator in estimators.items():
        measures[name] = partial(_reading, estimator)
        measures[f"{name}_null"] = partial(_null, estimator, seed)
    nonlinear = partial(probes.nonlinear_readout, seed=seed)
    return measures | {
        "told_linear": partial(_told, probes.readout),
        "told": partial(_told, nonlinear),
        "told_null": partial(_told_null, nonlinear, seed),
        "effective_rank": lambda seen: probes.effective_rank(seen.H),
        "coding_rate": lambda seen: probes.coding_rate(seen.H),
        "rate_reduction": lambda seen: probes.coding_rate(seen.H, functional.one_hot(classes(seen.y))),
    }


def sweep(bin_sizes: Sequence[float], *, seed: int = 0) -> Measure:
    """Measure for `observe`: the binned reading and its null for several bin sizes, (run, bin size, 2), bits."""

    def measure(seen: Snapshot) -> np.ndarray:
        y = classes(seen.y)
        pairs = [information.with_null(seen.H, y, size, seed=seed) for size in bin_sizes]
        return np.stack([np.stack([reading, null[:, 0]], 1) for reading, null in pairs], 1)

    return measure


def classes(y: Tensor) -> Tensor:
    """The number of each sample's class, (sample,); rows of y (sample, p) that differ by 1e-6 are different classes."""
    return torch.from_numpy(ranked(cells(y.numpy()[None], 1e-6, "y").ids).ids[0])


def shuffled(*targets: Tensor, seed: int = 0) -> list[Tensor]:
    """Targets handed out to the wrong samples, each set (sample, p) within itself: nothing is left to find."""
    random = numpy_generator(seed, 0, "null")
    return [y[random.permutation(len(y))] for y in targets]


def told(guess: Tensor, y: Tensor) -> np.ndarray:
    """Information that a guessed class carries about the true one, in bits: that of the table of guesses and truths.

    A guess is made from H alone, so that the true I(H;Y) is as large or larger, whoever guesses. This is what makes the
    number evidence where estimates are not: on samples the guesser was not fitted to it can only show too little.
    Miller and Madow's correction takes off what the table's finite count adds.

    Args:
        guess: guessed classes as whole numbers, (run, sample).
        y: true ones, (sample,).

    Returns:
        Bits, (run,); scatters around 0 where nothing is told.
    """
    return information.binned(guess[..., None], y, 1, correction="miller-madow")


def held_out(H: np.ndarray, Y: np.ndarray, *, share: float = 0.25, seed: int = 0) -> np.ndarray:
    """What a nonlinear readout fitted to the first samples tells of the last ones: an estimator for `testbed.survey`.

    Args:
        H: (run, n, m).
        Y: numbers of the classes, (run, n, 1), as many classes as the largest says.
        share: of the samples, held out.
        seed: of the readout's features.

    Returns:
        Bits, (run,), a lower bound of I(H;Y) but for the scatter of a finite table.
    """
    H, Y = torch.as_tensor(H), torch.as_tensor(Y[..., 0]).long()
    fitted = H.shape[1] - round(share * H.shape[1])
    target = functional.one_hot(Y[:, :fitted], int(Y.max()) + 1)
    guess = probes.nonlinear_readout(H[:, :fitted], target, at=H[:, fitted:], seed=seed).argmax(2)
    return np.array([told(one[None], true)[0] for one, true in zip(guess, Y[:, fitted:], strict=True)])


def _reading(estimator, seen: Snapshot) -> np.ndarray:
    return estimator(seen.H.numpy(), classes(seen.y).numpy()[None, :, None])


def _null(estimator, seed: int, seen: Snapshot) -> np.ndarray:
    return information.null(estimator, seen.H, classes(seen.y), seed=seed)[:, 0]


def _told(readout, seen: Snapshot) -> np.ndarray:
    both = classes(torch.cat([seen.y, seen.y_test]))  # the same numbers for both sets
    fitted, held_out = both[: len(seen.y)], both[len(seen.y) :]
    guess = readout(seen.H, functional.one_hot(fitted, both.max() + 1), at=seen.H_test)
    return told(guess.argmax(2), held_out)


def _told_null(readout, seed: int, seen: Snapshot) -> np.ndarray:
    y, y_test = shuffled(seen.y, seen.y_test, seed=seed)
    return _told(readout, seen._replace(y=y, y_test=y_test))
