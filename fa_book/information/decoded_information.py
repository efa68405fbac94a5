"""What is read off a hidden layer: three estimates of its information, each with its null, and evidence without them.

Made for `observe`. Targets are taken as classes, one for each different row of y, so that one-hot and numeric targets
are read alike.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from jaxtyping import Float, Int, Real
from torch import Tensor
from torch.nn import functional

from fa_book.coding_rate.reduction import coding_rate
from fa_lib import information, probes
from fa_lib.information._binning import cells, ranked
from fa_lib.random import numpy_generator
from fa_lib.record import Snapshot

Targets = Real[Tensor, "sample p"]
Labels = Int[Tensor, "sample"]  # numbers of classes
Guesses = Int[Tensor, "run sample"]
PerRun = Float[np.ndarray, "run"]
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
        "coding_rate": lambda seen: coding_rate(seen.H),
        "rate_reduction": lambda seen: coding_rate(seen.H, functional.one_hot(classes(seen.y))),
    }


def classes(y: Targets) -> Labels:
    """The number of each sample's class, (sample,); rows of y (sample, p) that differ by 1e-6 are different classes."""
    return torch.from_numpy(ranked(cells(y.numpy()[None], 1e-6, "y").ids).ids[0])


def shuffled(*targets: Tensor, seed: int = 0) -> list[Tensor]:
    """Targets handed out to the wrong samples, each set (sample, p) within itself: nothing is left to find."""
    random = numpy_generator(seed, 0, "null")
    return [y[random.permutation(len(y))] for y in targets]


def told(guess: Guesses, y: Labels) -> PerRun:
    """Information that a guessed class carries about the true one, in bits: that of the table of guesses and truths.

    A guess is made from H alone, so that the true I(H;Y) is as large or larger, whoever guesses: on samples that the
    guesser was not fitted to the number can only show too little. Miller and Madow's correction takes off what the
    table's finite count adds.

    Args:
        guess: guessed classes as whole numbers, (run, sample).
        y: true ones, (sample,).

    Returns:
        Bits, (run,); scatters around 0 where nothing is told.
    """
    return information.binned(guess[..., None], y, 1, correction="miller-madow")


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
