"""The error messages of arguments, once: what was given, what is accepted. All raise ValueError."""

from collections.abc import Collection, Sequence

import numpy as np


def whole(name: str, value, least: int = 1) -> int:
    """The value as an int, if it is a whole number of `least` or more; truths and fractions are none."""
    if not is_whole(value, least):
        raise ValueError(f"{name} must be a whole number of {least} or more, got {value!r}")
    return int(value)


def is_whole(value, least: int = 0) -> bool:
    """Whether the value is a whole number of `least` or more, Python's or numpy's."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and value >= least


def positive(name: str, value, *, zero: bool = False) -> float:
    """The value as a float, if it is a finite number above 0, or 0 where `zero` is allowed."""
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not number or not (value >= 0 if zero else value > 0) or not value < float("inf"):
        raise ValueError(f"{name} must be a finite number {'of 0 or more' if zero else 'above 0'}, got {value!r}")
    return float(value)


def one_of(name: str, value, choices: Collection[str]) -> str:
    """The value, if it is one of the choices."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")
    return value


def truth(name: str, value) -> bool:
    """The value, if it is True or False; texts such as "no" are neither."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def widths(name: str, value) -> tuple[int, ...]:
    """The units of each layer, if they are whole numbers of 1 or more, one for a layer at least."""
    if not isinstance(value, tuple | list) or not value or not all(is_whole(width, 1) for width in value):
        raise ValueError(f"{name} must be a width of 1 or more for each hidden layer, such as (8, 4), got {value!r}")
    return tuple(map(int, value))


def run_names(runs: Sequence[int] | None, count: int) -> Sequence[int]:
    """The numbers of H's runs: those given, if they are one for each of so many, or 0, 1, ... if None."""
    runs = range(count) if runs is None else runs
    if np.ndim(runs) != 1 or len(runs) != count:
        raise ValueError(f"runs must name each run of H once, {count} numbers, got {runs!r}")
    return runs


def run_numbers(runs: int | Sequence[int]) -> list[int]:
    """The numbers of the runs: 0, 1, ... for a count, or those given, if they are whole, from 0 and each there once."""
    numbers = range(runs) if is_whole(runs, 1) else runs
    listed = isinstance(numbers, Sequence | np.ndarray) and np.ndim(numbers) == 1
    if not listed or not all(is_whole(n) for n in numbers) or len(set(numbers)) < max(len(numbers), 1):
        raise ValueError(f"runs must be a whole number of 1 or more, or different run numbers from 0, got {runs!r}")
    return [int(number) for number in numbers]
