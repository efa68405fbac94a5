"""Put vectors into cells: every coordinate to its bin, every row of bins to one whole number.

A row of bins is read as the digits of a number, with as many values per digit as the coordinate has bins. Rows get the
same number exactly when all their bins agree: no hashing, no collision. Where the number would outgrow 64 bits, the
digits so far are replaced by their rank among the rows of the run and the reading goes on.
"""

from typing import NamedTuple

import numpy as np

from fa_lib import check

LIMIT = 2**62  # ids stay below this, so that int64 arithmetic on them is exact
EXACT = 2**53  # float64 holds every whole number up to this


class Cells(NamedTuple):
    """The cell of every sample."""

    ids: np.ndarray  # (run, sample), whole numbers from 0; equal within a run iff the samples share a cell
    size: int  # all ids are below this


def cells(values: np.ndarray, bin_size: float, name: str) -> Cells:
    """The cell of every row of values (run, sample, coordinate): floor(value / bin_size), worked out in float64.

    ValueError, which calls them by name, for a bin size that is not above 0 or a value that is not finite, in bins.
    """
    check.positive("bin_size", bin_size)
    found = None
    number, size = np.zeros(values.shape[:2]), 1  # the digits read since, (run, sample): exact in float64 below EXACT
    digit = np.empty(values.shape[:2])  # one coordinate at a time
    for coordinate in np.moveaxis(values, -1, 0):
        with np.errstate(over="ignore", invalid="ignore"):
            np.divide(coordinate, bin_size, out=digit, dtype=np.float64)
        np.floor(digit, out=digit)
        low, high = digit.min(), digit.max()  # a NaN anywhere makes both NaN
        if not (np.isfinite(low) and np.isfinite(high)):
            raise ValueError(f"{name} must hold finite numbers, got NaN, an infinity or a value of over 1e308 bins")
        if high - low >= EXACT:
            found = appended(found, ranked(digit))
            continue
        digit -= low
        width = int(high - low) + 1
        if size * width > EXACT:
            found = appended(found, Cells(number.astype(np.int64), size))
            number, size = digit.copy(), width
        else:
            number *= width
            number += digit
            size *= width
    return appended(found, Cells(number.astype(np.int64), size))


def appended(found: Cells | None, column: Cells) -> Cells:
    """The cells of both together, the column as the last digit; found's ids are written over."""
    if found is None:
        return column
    if found.size * column.size > LIMIT:
        found = ranked(found.ids)
    if found.size * column.size > LIMIT:
        column = ranked(column.ids)
    ids = found.ids
    ids *= column.size
    ids += column.ids
    return Cells(ids, found.size * column.size)


def ranked(values: np.ndarray) -> Cells:
    """Every value replaced by its rank among the different values of its run: order kept, size at most n."""
    order = np.argsort(values, axis=-1)
    ordered = np.take_along_axis(values, order, axis=-1)
    steps = np.zeros(values.shape, np.int64)
    np.not_equal(ordered[:, 1:], ordered[:, :-1], out=steps[:, 1:], casting="unsafe")
    np.cumsum(steps, axis=-1, out=steps)
    ranks = np.empty_like(steps)
    np.put_along_axis(ranks, order, steps, axis=-1)
    return Cells(ranks, int(steps[:, -1].max()) + 1)
