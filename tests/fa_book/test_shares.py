"""Ends of runs: mean, median and exact share, against numbers by hand and SciPy's exact interval."""

import numpy as np
import xarray as xr
from scipy.stats import binomtest

from fa_book.claims.shares import ends


def test_a_line_has_mean_median_and_the_exact_share():
    values = np.r_[np.full(9, 0.9), 0.4]
    data = xr.Dataset({"accuracy": (("run", "epoch"), np.stack([0 * values, values], 1))})
    head, line, other = ends({"FA": data, "a longer name": data + 0.2})
    assert "below 0.6" in head
    found = binomtest(1, 10).proportion_ci(method="exact")
    assert line.split() == [
        "FA", "10", "0.850", "±", "0.150", "0.900", "1", "of", "10", f"[{found.low:.3f},", f"{found.high:.3f}]",
    ]  # fmt: skip
    assert "0 of 10 [0.000, 0.308]" in other
    assert line.index("0.850") == other.index("1.050")


def test_another_measure_and_bound():
    data = xr.Dataset({"test_accuracy": (("run", "epoch"), [[0.9, 0.2], [0.1, 0.7]])})
    _, line = ends({"TF": data}, "test_accuracy", below=0.8)
    assert "2 of 2 [0.158, 1.000]" in line
