"""Ends of runs where a mean is not enough, because some runs learn and others stay where they started."""

from collections.abc import Iterator, Mapping

import numpy as np
import xarray as xr

from fa_book.claims.evidence import STUCK, clopper_pearson, last


def ends(results: Mapping[str, xr.Dataset], variable: str = "accuracy", *, below: float = STUCK) -> Iterator[str]:
    """A line for each result: mean, standard deviation and median over runs, and how many ended below a value.

    Args:
        results: by name, with dims (run, epoch).
        variable: whose last value is looked at.
        below: runs that end lower are counted, and their share has its exact 95 % interval.
    """
    width = max(map(len, results))
    yield f"{'':{width}}  runs            mean  median  below {below:g}"
    for name, data in results.items():
        values = np.asarray(last(data[variable]), dtype=float)
        count, n = int((values < below).sum()), len(values)
        found = clopper_pearson(count, n)
        spread = f"{values.mean():.3f} ± {values.std():.3f}"
        low = f"{count} of {n} [{found.low:.3f}, {found.high:.3f}]"
        yield f"{name:{width}}  {n:4}  {spread:>14}  {np.median(values):6.3f}  {low}"
