"""What the code of the paper's authors gives on IBTask, where it was run for comparison.

Means, and standard deviations where they were kept, over 8 seeds: training set, epoch 1000, Fig. 1's protocol.
Source: the repository FA-exp at commit f1b8b9a (Cheng 2023).
"""

from collections.abc import Mapping

import xarray as xr

from fa_book.tables import Table, spread

SEEDS = 8
# condition, as in `ibtask.conditions`, to measure to (mean, standard deviation)
IBTASK: Mapping[str, Mapping[str, tuple[float, float | None]]] = {
    "FA": {
        "loss": (0.080, 0.006),
        "accuracy": (0.893, 0.014),
        "regression_loss": (0.080, None),
        "regression_accuracy": (0.893, None),
        "information": (0.768, None),
        "test_accuracy": (0.884, None),
    },
    "BP": {
        "loss": (0.055, 0.009),
        "accuracy": (0.937, 0.018),
        "regression_loss": (0.064, None),
        "regression_accuracy": (0.932, None),
        "information": (0.937, None),
        "test_accuracy": (0.920, None),
    },
    "FA, W_O frozen": {
        "loss": (0.296, 0.095),
        "accuracy": (0.431, 0.295),
        "regression_loss": (0.100, None),
        "regression_accuracy": (0.853, None),
        "information": (0.563, None),
        "test_accuracy": (0.430, None),
    },
    "BP, W_O frozen": {
        "loss": (0.123, 0.044),
        "accuracy": (0.890, 0.013),
        "regression_loss": (0.076, None),
        "regression_accuracy": (0.893, None),
        "information": (0.717, None),
        "test_accuracy": (0.883, None),
    },
    # its loss, .234, and correct rate, .635, are not those of a network in which nothing learns: only H is compared
    "encoder frozen": {
        "regression_loss": (0.199, None),
        "regression_accuracy": (0.685, None),
        "information": (0.314, None),
    },
}


def beside(ours: Mapping[str, xr.Dataset], measures: tuple[str, ...]) -> Table:
    """A row for each condition and measure: our mean and spread at the end, the authors', and the difference.

    Args:
        ours: condition to Dataset with dims (run, epoch); conditions that the authors' table lacks are left out.
        measures: which.
    """
    known = {name: data.isel(epoch=-1) for name, data in ours.items() if name in IBTASK}
    runs = max(data.sizes["run"] for data in known.values())
    rows = []
    for name, data in known.items():
        for measure in filter(IBTASK[name].__contains__, measures):
            mean, sd = IBTASK[name][measure]
            there = f"{mean:.3f} ± {sd:.3f}" if sd else f"{mean:.3f}"
            difference = f"{float(data[measure].mean()) - mean:+.3f}"
            rows.append([name, measure.replace("_", " "), spread(data[measure], 3), there, difference])
    heads = ["", "measure", f"ours, {runs} runs", f"authors, {SEEDS} seeds", "difference"]
    return Table(
        heads, rows, "Ours beside the authors' code, training set, at the end",
        "Mean ± standard deviation over runs or seeds, where they kept it.",
    )  # fmt: skip
