"""Random numbers that Python and the widgets' JavaScript both draw (mulberry.js)."""

import numpy as np
from numpy.typing import NDArray


def uniform(seed: int, count: int) -> NDArray[np.float64]:
    """The first numbers that mulberry.js draws from a seed, uniform on [0, 1): mulberry32, whose state only counts."""
    start = seed * 0x9E3779B1 % 2**32
    state = (np.uint32(start) + np.arange(1, count + 1, dtype=np.uint32) * np.uint32(0x6D2B79F5)).astype(np.uint32)
    t = (state ^ (state >> 15)) * (state | np.uint32(1))
    t ^= t + (t ^ (t >> 7)) * (t | np.uint32(61))
    return (t ^ (t >> 14)) / 4294967296


def normal(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard normal numbers made of pairs of uniform ones (Box and Muller), half as many."""
    return np.sqrt(-2 * np.log(1 - numbers[::2])) * np.cos(2 * np.pi * numbers[1::2])
