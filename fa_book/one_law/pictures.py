"""Pictures of the chapter on one law."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from fa_book import figures
from fa_book.one_law.analysis import ACCOUNTS

MARKS = ("o", "s", "^", "D", "v", "P", "X")


def clocks(walks: Mapping[str, tuple[xr.Dataset, np.ndarray]], shares: Mapping[str, float]) -> Figure:
    """Formula and simulation behind a fixed encoder, and the share of B by the decoder's size.

    Args:
        walks: rule to the Dataset of `dynamics.encoded` and to simulated losses, (step, training and held out).
        shares: size of the decoder's entries, in words, to the share of the rate's variance.
    """
    figure, axes = plt.subplots(1, 2, figsize=(7.6, 3.1), width_ratios=(2, 1), layout="constrained")
    for mark, (name, (formula, walk)) in zip(MARKS, walks.items(), strict=False):
        color = figures.colour(name)
        for column, prefix in enumerate(("", "test_")):
            values = formula[f"{prefix}regression_loss"]
            if name != "NFA":  # its formula is FA's
                axes[0].plot(formula.step + 1, values, color=color, linestyle=("-", "--")[column], linewidth=1.3)
            label = name if not column else None
            axes[0].plot(
                formula.step + 1, walk[:, column], mark, color=color, fillstyle="none", markersize=6, label=label
            )
    axes[0].set(xscale="log", xlabel="step + 1", ylabel="loss of the best readout")
    axes[0].annotate("held out", (1, 0.97 * walk[0, 1]), va="top")
    axes[0].annotate("training", (1, 0.97 * walk[0, 0]), va="top")
    axes[0].legend()
    axes[1].bar(list(shares), list(shares.values()), color=figures.COLOURS["FA"])
    axes[1].set(xlabel="size of the decoder's entries", ylabel="share that B holds", ylim=(0, 1.03))
    return figure
