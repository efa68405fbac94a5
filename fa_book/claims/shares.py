"""Ends of runs where a mean is not enough, because some runs learn and others stay where they started."""

from collections.abc import Mapping

import numpy as np
import xarray as xr

from fa_book.claims.evidence import STUCK, clopper_pearson, last
from fa_book.tables import Table, spread


def ends(
    results: Mapping[str, xr.Dataset], variable: str = "accuracy", *, below: float = STUCK, caption: str = ""
) -> Table:
    """A row for each result: mean, standard deviation and median over runs, and how many ended below a value.

    Args:
        results: by name, with dims (run, epoch).
        variable: whose last value is looked at.
        below: runs that end lower are counted, and their share has its exact 95 % interval.
        caption: of the table; without one it names the variable.
    """
    rows = []
    for name, data in results.items():
        values = np.asarray(last(data[variable]), dtype=float)
        count, n = int((values < below).sum()), len(values)
        found = clopper_pearson(count, n)
        low = f"{count} of {n} [{found.low:.3f}, {found.high:.3f}]"
        rows.append([name, n, spread(values, 3), f"{np.median(values):.3f}", low])
    heads = ["", "runs", "mean ± sd", "median", f"runs below {below:g}"]
    words = variable.replace("_", " ").replace("accuracy", "correct rate")
    note = "± standard deviation over runs; in brackets the 95 % interval of the share."
    return Table(heads, rows, caption or f"{words.capitalize()} at the end", note)
