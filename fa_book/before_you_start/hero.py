"""The book's answer in one picture: what can be read from H, and what the network answers, with W_O frozen."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from fa_book import tables
from fa_book.figures import COLOURS, tidy

ROWS = {  # condition of the sweep "decide": what H hears, and its rule's colour
    "error, turned 0": ("the gradient (BP)", "BP"),
    "error, random B": ("error through a random B (FA)", "FA"),
    "target, random B": ("target through a random B", "TF"),
    "target, turned 180": ("target, against the gradient", "TF"),
    "error, neighbour's": ("another sample's error", "null"),
    "encoder frozen": ("nothing: H never learns", "null"),
}
READINGS = {"regression_accuracy": "read from H", "accuracy": "network's answer"}  # a disc, a ring

NOTES = (  # condition, place on the axis, what to see there
    ("target, turned 180", 0.18, "answered upside down"),
    ("error, neighbour's", 0.55, "nothing learned"),
)
CLEAR = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # no line runs through a word
SIZE = 11  # points: on a phone of 390 pixels the picture is a fifth smaller, and its letters still 12 pixels high


def ends(results: Mapping[str, xr.Dataset]) -> dict[str, dict[str, np.ndarray]]:
    """Correct rates of every run after the last epoch.

    Args:
        results: condition to Dataset, as `fa_book.decide.plan.published` gives those of one task.

    Returns:
        Condition, in the order of `ROWS`, to reading, in that of `READINGS`, to (run,).
    """
    return {name: {reading: results[name][reading].values[:, -1] for reading in READINGS} for name in ROWS}


def hero(results: Mapping[str, xr.Dataset]) -> Figure:
    """A row for everything that H may hear: a linear readout of H as discs, the frozen decoder's answer as rings.

    Each row's words stand above it, so that the picture is narrow enough for a phone.

    Args:
        results: as in `ends`.

    Returns:
        A figure of 4.4 x 4.6 inches.
    """
    figure, axes = plt.subplots(figsize=(4.4, 4.6), layout="constrained")
    found = ends(results)
    for place, (name, values) in enumerate(found.items()):
        words, tone = ROWS[name]
        colour = COLOURS[tone]
        axes.text(0.07, place - 0.3, words, va="center", fontsize=SIZE, bbox=CLEAR, zorder=1, gid=name)
        for reading, rates in values.items():
            disc = reading == "regression_accuracy"
            height = place if disc else place + 0.26
            axes.plot(rates, np.full(len(rates), height), "o", markersize=4, alpha=0.5, color=colour,
                      markerfacecolor=colour if disc else "none", gid=f"{name}: {reading}")  # fmt: skip
            axes.plot(rates.mean(), height, "o", markersize=9, color=colour, markeredgewidth=1.8,
                      markerfacecolor=colour if disc else "white", zorder=3)  # fmt: skip
    axes.axvline(0.5, color=COLOURS["null"], linestyle="--", linewidth=1.2, zorder=0)
    axes.text(0.5, len(found) - 0.42, "a guess ", ha="right", va="center", fontsize=SIZE, color="#555555")
    for name, x, words in NOTES:
        tone = "#555555" if ROWS[name][1] == "null" else COLOURS[ROWS[name][1]]
        axes.text(x, [*found].index(name) + 0.26, words, va="center", fontsize=SIZE, color=tone, bbox=CLEAR, zorder=1)
    axes.set(xlim=(0.05, 1), ylim=(len(found) - 0.2, -0.6), yticks=[])
    axes.set_xlabel("correct rate, every run and the mean", fontsize=SIZE)
    axes.tick_params(labelsize=SIZE)
    axes.grid(axis="y", visible=False)
    look = {"marker": "o", "linestyle": "", "markersize": 9, "color": "#444444"}
    fills = zip(READINGS.values(), ("#444444", "white"), strict=True)
    handles = [plt.Line2D([], [], label=label, markerfacecolor=fill, **look) for label, fill in fills]
    figure.legend(handles=handles, loc="outside upper left", ncols=2, fontsize=SIZE)
    return figure


def table(results: Mapping[str, xr.Dataset]) -> None:
    """Display the means that the picture shows, and the smallest and largest run."""
    rows = [
        [ROWS[name][0], *(f"{tidy(v.mean())} ({tidy(v.min())} to {tidy(v.max())})" for v in values.values())]
        for name, values in ends(results).items()
    ]
    heads = ["what H hears", "read from H", "answer"]
    tables.show(heads, rows, "Correct rate at the end", "Mean (smallest to largest run).")
