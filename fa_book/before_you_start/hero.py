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
    ("target, turned 180", 0.17, "answered upside down"),
    ("error, neighbour's", 0.53, "nothing learned"),
)


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

    Args:
        results: as in `ends`.

    Returns:
        A figure of 5.4 x 3.4 inches.
    """
    figure, axes = plt.subplots(figsize=(5.4, 3.4), layout="constrained")
    found = ends(results)
    for place, (name, values) in enumerate(found.items()):
        colour = COLOURS[ROWS[name][1]]
        for reading, rates in values.items():
            fill = colour if reading == "regression_accuracy" else "none"
            height = place - 0.17 if fill == colour else place + 0.17
            axes.plot(rates, np.full(len(rates), height), "o", markersize=4, alpha=0.5, color=colour,
                      markerfacecolor=fill, gid=f"{name}: {reading}")  # fmt: skip
            axes.plot(rates.mean(), height, "o", markersize=9, color=colour, markeredgewidth=1.8,
                      markerfacecolor=colour if fill == colour else "white", zorder=3)  # fmt: skip
    axes.axvline(0.5, color=COLOURS["null"], linestyle="--", linewidth=1.2, zorder=0)
    axes.text(0.5, -0.72, "a guess", ha="center", va="bottom", fontsize=9, color="#555555")
    for name, x, words in NOTES:
        note = {
            "va": "center",
            "fontsize": 9,
            "color": "#555555" if ROWS[name][1] == "null" else COLOURS[ROWS[name][1]],
        }
        axes.text(x, [*found].index(name) + 0.17, words, **note)
    axes.set(xlim=(0.05, 1), ylim=(len(found) - 0.5, -0.8), xlabel="correct rate, every run and the mean")
    axes.set_yticks(range(len(found)), [ROWS[name][0] for name in found])
    axes.grid(axis="y", visible=False)
    look = {"marker": "o", "linestyle": "", "markersize": 8, "color": "#444444"}
    fills = zip(READINGS.values(), ("#444444", "white"), strict=True)
    handles = [plt.Line2D([], [], label=label, markerfacecolor=fill, **look) for label, fill in fills]
    figure.legend(handles=handles, loc="outside upper right", ncols=2)
    return figure


def table(results: Mapping[str, xr.Dataset]) -> None:
    """Display the means that the picture shows, and the smallest and largest run."""
    rows = [
        [ROWS[name][0], *(f"{tidy(v.mean())} ({tidy(v.min())} to {tidy(v.max())})" for v in values.values())]
        for name, values in ends(results).items()
    ]
    heads = ["what H hears", "read from H", "answer"]
    tables.show(heads, rows, "Correct rate at the end", "Mean (smallest to largest run).")
