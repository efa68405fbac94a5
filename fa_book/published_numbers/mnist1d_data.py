"""MNIST-1D: 40 numbers a sample, ten classes, made from a recipe in a second.

Ten short curves stand for the digits. Each sample is one of them, lengthened, scaled, moved, set into correlated noise,
sheared and read off at 40 places. Seed 42 gives the published data set.

Source: Greydanus 2020, arXiv 2011.14439; the recipe and the curves are those of the package mnist1d 0.0.2 (Apache-2.0).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from fa_lib.tasks import Protocol, Task

CURVES = np.array([  # heights of the ten digits at 12 places
    [5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5],
    [5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5],
    [5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5],
    [5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5],
    [5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5],
    [5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5],
    [5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5],
    [5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5],
    [5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5],
    [5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5],
])  # fmt: skip
LONG, PLACES = 72, 40  # places of a lengthened curve, and of a sample
PADDING = (36, 60)  # zeros after the curve, at least and at most
SCALE, NOISE, JITTER, SHEAR, SHIFT = 0.4, 0.25, 0.02, 0.75, 48
ABOVE_ZERO = 1e-8  # so that a curve's own zeros are not taken for padding


def mnist_1d(samples: int = 5000, seed: int = 42) -> Task:
    """MNIST-1D: 40 numbers to ten classes, softmax and cross-entropy, four fifths to train on.

    Args:
        samples: in both sets together, a multiple of 10.
        seed: of everything; 42 is the published data set.

    Raises:
        ValueError: for a number of samples that is not a multiple of 10.
    """
    x, y = generate(samples, seed)
    train = int(0.8 * samples)
    return Task("MNIST-1D", x[:train], y[:train], x[train:], y[train:], output="softmax", loss="cross-entropy",
                widths=(100, 100), nonlinearity="relu", protocol=Protocol(lr=1e-2, batch=100, epochs=150))  # fmt: skip


def generate(samples: int = 5000, seed: int = 42) -> tuple[NDArray, NDArray]:
    """All samples (sample, 40), of mean 0 and standard deviation 1 over the whole set, and their digits (sample,)."""
    if samples < 10 or samples % 10:
        raise ValueError(f"samples must be a multiple of 10, the number of classes, got {samples}")
    # numpy's older generator, because the published data are its numbers
    random = np.random.RandomState(seed)
    heights = (CURVES - CURVES.mean(1, keepdims=True)) / CURVES.std(1, keepdims=True)
    heights = (heights - heights[:, :1]) / 6  # each begins at 0
    digits = np.repeat(np.arange(10), samples // 10)
    x = np.stack([_sample(heights[digit], random) for digit in digits])
    order = random.permutation(samples)
    x = x[order]
    return (x - x.mean()) / x.std(), digits[order]


def _sample(curve: NDArray, random: np.random.RandomState) -> NDArray:
    """One sample of a curve; the numbers are drawn in the recipe's order."""
    low, high = PADDING
    padded = np.concatenate([curve + ABOVE_ZERO, np.zeros(low + int(random.rand() * (high - low + 1)))])
    x = _read_off(padded, LONG) * (1 + SCALE * (random.rand() - 0.5))
    x = np.roll(x, random.choice(SHIFT))
    x = np.where(x != 0, x, gaussian_filter1d(NOISE * random.randn(LONG), 2))
    x = x + JITTER * random.randn(LONG)
    return _read_off(x - SHEAR * (random.rand() - 0.5) * np.linspace(-0.5, 0.5, LONG), PLACES)


def _read_off(values: NDArray, places: int) -> NDArray:
    """Values at so many places at equal distances, with straight lines between those given."""
    return np.interp(np.linspace(0, 1, places), np.linspace(0, 1, len(values)), values)
