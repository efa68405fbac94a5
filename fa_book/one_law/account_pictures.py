"""Pictures of the account: what the readout gained, by parts of the signal."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from fa_book.one_law.accounts import KINDS, WAYS
from fa_book.one_law.pictures import LAYERS
from fa_lib.statistics import Interval

PARTS = dict(zip(KINDS, ("#BBBBBB", "#228833", "#CCBB44"), strict=True))  # one colour each, in both pictures
ACROSS = "////"  # hatching of what lies across backpropagation's signal
ALONG, ELSE = WAYS.values()
DIRECTIONS = {ALONG: {"color": "#555555"}, ELSE: {"facecolor": "white", "edgecolor": "#555555", "hatch": ACROSS}}


def accounts(books: Mapping[str, xr.Dataset]) -> Figure:
    """Gain of the readout by parts of the signal, a group of bars for every training; dots are runs.

    Args:
        books: title to Dataset of `attribution.account`.
    """
    figure, ax = plt.subplots(figsize=(7.6, 3.4), layout="constrained")
    parts = list(next(iter(books.values())).part.values)
    width = 0.8 / len(parts)
    for place, (_, book) in enumerate(books.items()):
        gained = -book.booked.sel(scheme="both ends").isel(epoch=-1).sum("layer")  # (part, run)
        for column, part in enumerate(parts):
            way, kind = str(part).split(", ")
            at = place + (column - (len(parts) - 1) / 2) * width
            values = gained.sel(part=part).values
            filling = {"color": PARTS[kind]}
            if way.startswith("across"):
                filling = {"facecolor": "white", "edgecolor": PARTS[kind], "hatch": ACROSS}
            ax.bar(at, values.mean(), 0.9 * width, **filling, label=part if not place else None)
            ax.plot(np.full(len(values), at), values, ".", color="0.25", markersize=3)
    ax.axhline(0, color="0.3", linewidth=0.8)
    ax.set(xticks=range(len(books)), xticklabels=list(books), ylabel="fall of the readout's loss")
    ax.set_title("what tells classes apart gains, in every training", loc="left", fontsize=9)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=8)
    return figure


def booked(tables: Mapping[str, Mapping[str, Mapping[str, Interval]]]) -> Figure:
    """What the readout gained by direction, kind and layer: a row for every task, a group of bars for every rule.

    Args:
        tables: task to rule to the shares of `accounts.rows`.
    """
    layers = {f"layer {number}": {"color": color} for number, color in enumerate(LAYERS, 1)}
    groups = {
        "no general answer": DIRECTIONS,
        "classes gain, the mean costs": {kind: {"color": color} for kind, color in PARTS.items()},
        "the first layer brings most": layers,
    }
    figure, panels = plt.subplots(len(tables), len(groups), figsize=(7.8, 5.8), sharex=True, layout="constrained")
    for row, (task, rules) in zip(np.atleast_2d(panels), tables.items(), strict=True):
        for ax, names in zip(row, groups.values(), strict=True):
            width = 0.8 / len(names)
            for column, (name, filling) in enumerate(names.items()):
                found = [shares[name] for shares in rules.values()]
                ends = [[one.mean - one.low for one in found], [one.high - one.mean for one in found]]
                at = np.arange(len(rules)) + (column - (len(names) - 1) / 2) * width
                ax.bar(at, [one.mean for one in found], width, **filling, yerr=ends, error_kw={"linewidth": 0.8},
                       label=name)  # fmt: skip
            ax.axhline(0, color="0.3", linewidth=0.8)
            ax.set_xticks(range(len(rules)), list(rules), fontsize=8, rotation=90)
        row[0].set_ylabel(f"{task}: gain,\nin shares of the loss")
    for ax, title in zip(np.atleast_2d(panels)[0], groups, strict=True):
        ax.set_title(title, fontsize=9)
        handles, names = ax.get_legend_handles_labels()
        ax.legend(handles, names, fontsize=7, loc="lower center", bbox_to_anchor=(0.5, 1.1), ncols=len(names),
                  handlelength=1.2, columnspacing=0.8, handletextpad=0.4)  # fmt: skip
    return figure
