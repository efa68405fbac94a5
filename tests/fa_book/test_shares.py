"""Ends of runs: mean, median and exact share, against numbers by hand and SciPy's exact interval."""

import numpy as np
import xarray as xr
from scipy.stats import binomtest

from fa_book.claims.shares import ends


def test_a_row_has_mean_median_and_the_exact_share():
    values = np.r_[np.full(9, 0.9), 0.4]
    data = xr.Dataset({"accuracy": (("run", "epoch"), np.stack([0 * values, values], 1))})
    table = ends({"FA": data, "a longer name": data + 0.2})
    assert table.heads[-1] == "runs below 0.6"
    found = binomtest(1, 10).proportion_ci(method="exact")
    line, other = table.cells
    assert line == ["FA", "10", "0.850 ± 0.150", "0.900", f"1 of 10 [{found.low:.3f}, {found.high:.3f}]"]
    assert other[-1] == "0 of 10 [0.000, 0.308]"
    assert table.caption == "Correct rate at the end"
    assert table.note.startswith("± standard deviation over runs")


def test_another_measure_and_bound():
    data = xr.Dataset({"test_accuracy": (("run", "epoch"), [[0.9, 0.2], [0.1, 0.7]])})
    (line,) = ends({"TF": data}, "test_accuracy", below=0.8).cells
    assert line[-1] == "2 of 2 [0.158, 1.000]"
