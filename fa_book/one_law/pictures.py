"""Pictures of the chapters on one law; those of the account are in `account_pictures`."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from fa_book import figures
from fa_book.one_law.analysis import ACCOUNTS, CASES
from fa_book.ranks import rank_correlation

MARKS = ("o", "s", "^", "D", "v", "P", "X")
SHOWN = ("eq11_weights", "information", "bp_weights")  # one panel each
TONES = tuple(color for name, color in figures.COLOURS.items() if name != "null")
LAYERS = ("#B59CD9", "#7A52B3", "#3B1A6E")  # the first to the last, light to dark


def clocks(walks: Mapping[str, tuple[xr.Dataset, np.ndarray]], shares: Mapping[str, float]) -> Figure:
    """Formula and simulation behind a fixed encoder, and the share of B by the decoder's size.

    Args:
        walks: rule to the Dataset of `encoder.encoded` and to simulated losses, (step, training and held out).
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
    axes[0].legend(title="lines: formula,\nmarks: simulation", alignment="left", fontsize=8, title_fontsize=8)
    axes[0].set_title("formula and simulation agree", loc="left", fontsize=9)
    axes[1].set_title("a large decoder enters", loc="left", fontsize=9)
    axes[1].bar(list(shares), list(shares.values()), color="0.55")
    axes[1].set(xlabel="size of the decoder's entries", ylabel="share that B holds", ylim=(0, 1.03))
    return figure


def gains(experiments: Mapping[str, xr.Dataset]) -> Figure:
    """The readout's gain against three accounts of it, a row for every experiment; one point a condition.

    Args:
        experiments: title to table of `analysis.table`.
    """
    shape = (len(experiments), len(SHOWN))
    figure, panels = plt.subplots(*shape, figsize=(7.8, 2.6 * shape[0]), sharey="row", layout="constrained")
    for row, (title, rows) in zip(np.atleast_2d(panels), experiments.items(), strict=True):
        for ax, account in zip(row, SHOWN, strict=True):
            for kind, color in (
                ("error", figures.COLOURS["FA"]),
                ("target", figures.COLOURS["TF"]),
                ("no label", "0.5"),
            ):
                own = rows.sel(condition=[name for name in rows.condition.values if str(name).startswith(kind)])
                x, y = own[account], own.gain
                ax.errorbar(
                    x.mean("run"), y.mean("run"), y.std("run"), x.std("run"), fmt="o", markersize=4, color=color,
                    elinewidth=0.6, label=kind,
                )  # fmt: skip
            ax.axhline(0, color="0.4", linewidth=0.8)
            mean = rows.mean("run")
            found = rank_correlation(mean[account].values, mean.gain.values)
            ax.set_title(f"rank correlation {found:.2f}", fontsize=9, loc="left")
        row[0].set_ylabel(f"{title}:\ngain of the readout")
    for ax, account in zip(np.atleast_2d(panels)[-1], SHOWN, strict=True):
        ax.set_xlabel(ACCOUNTS[account])
    figure.legend(*panels.flat[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def moments(by_depth: Mapping[int, xr.Dataset]) -> Figure:
    """What W_O and its interaction with B hold of the gain's variance, over training, a line for every depth.

    Args:
        by_depth: number of layers to a Dataset with `gain_shares`.
    """
    words = {"encoder, linear": "linear output, with mean", "encoder, centred": "linear output, mean out"}
    words["encoder, own output centred"] = "own sigmoid, mean out"
    figure, panels = plt.subplots(1, len(words), figsize=(7.6, 2.9), sharey=True, layout="constrained")
    for ax, (case, title) in zip(panels, words.items(), strict=True):
        for (number, data), color in zip(by_depth.items(), LAYERS, strict=False):
            rest = 1 - data.gain_shares.values[:, :, CASES.index(case), 0]  # (run, epoch)
            ax.plot(data.epoch, rest.T, color=color, alpha=0.35, linewidth=0.7)
            label = f"{number} layer{'s' if number > 1 else ''}"
            ax.plot(data.epoch, np.median(rest, 0), "o-", color=color, markersize=4, label=label)
        ax.axhline(0.1, color="0.3", linewidth=1, linestyle=":")
        ax.set(xlabel="epoch", ylim=(0, 1))
        ax.set_title(title, fontsize=9, loc="left")
    arrow = {"arrowstyle": "-", "color": "0.3", "linewidth": 0.8}
    panels[-1].annotate("predicted: below this", (20, 0.1), (20, 0.55), fontsize=8, arrowprops=arrow)
    panels[0].set_ylabel("share of W_O and\nits interaction with B")
    panels[-1].legend(fontsize=8, loc="upper left")
    return figure


def curve(rows: xr.Dataset, floor: float) -> Figure:
    """Held-out readout against N (1 - q)^2 by way of thinning, a panel for every carrier.

    Args:
        rows: of `analysis.budget`.
        floor: readout of an encoder that did not learn.
    """
    carriers = list(dict.fromkeys(rows.carrier.values))
    figure, panels = plt.subplots(
        1, len(carriers), figsize=(7.6, 3.3), sharey=True, layout="constrained", squeeze=False
    )
    for ax, carrier in zip(panels[0], carriers, strict=True):
        own = rows.isel(condition=np.flatnonzero(rows.carrier.values == carrier))
        for way, mark, color in zip(dict.fromkeys(rows.way.values), MARKS, (*TONES, "0.3"), strict=False):
            some = own.isel(condition=np.flatnonzero(own.way.values == way))
            y = some.readout
            ax.errorbar(
                some.effective, y.mean("run"), y.std("run"), fmt=mark, markersize=5, fillstyle="none", color=color,
                elinewidth=0.7, label=way,
            )  # fmt: skip
        ax.axhline(floor, color="0.3", linewidth=0.8, linestyle=":")
        ax.set(xscale="log", xlabel="$N (1 - q)^2$")
        there = own.isel(condition=np.flatnonzero(own.way.values == "fixed noise"))
        found = rank_correlation(there.effective.values, there.readout.mean("run").values)
        ax.set_title(f"{carrier}: circles, rank correlation {found:.2f}", fontsize=9, loc="left")
    panels[0, -1].text(0.99, floor, "encoder that did not learn", transform=panels[0, -1].get_yaxis_transform(),
                       ha="right", va="top", fontsize=8)  # fmt: skip
    panels[0, 0].set_ylabel("readout of samples\nnever told of")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=8)
    return figure


def ranks(results: Mapping[str, xr.Dataset]) -> Figure:
    """Effective rank of what every layer hears, and the network's answers, by rule; dots are runs.

    Args:
        results: rule to a Dataset with `ranks` and `test_accuracy`.
    """
    figure, axes = plt.subplots(1, 2, figsize=(7.6, 3.2), layout="constrained")
    layers = (next(iter(results.values())).ranks.shape[2] - 1) // 2
    for place, data in enumerate(results.values()):
        mean = data.ranks.mean("epoch").values  # (run, error, signals, layers)
        for number in range(layers):
            at = place + (number - (layers - 1) / 2) * 0.25
            values = mean[:, 1 + number]
            label = f"layer {number + 1}" if not place else None
            axes[0].bar(at, values.mean(), 0.25, color=LAYERS[number], label=label)
            axes[0].plot(np.full(len(values), at), values, ".", color="0.25", markersize=2)
        ends = data.test_accuracy.values[:, -1]
        axes[1].plot(np.full(len(ends), place), ends, "o", color="0.25", fillstyle="none", markersize=4)
        axes[1].plot([place - 0.3, place + 0.3], [ends.mean()] * 2, color="0.25", linewidth=1.2)
    for ax in axes:
        ax.set_xticks(range(len(results)), list(results), rotation=40, ha="right", fontsize=8)
    axes[0].set_title("DFA and the target: signals of one rank", fontsize=9, loc="left")
    axes[1].set_title("the target teaches, DFA hardly", fontsize=9, loc="left")
    axes[0].set(ylabel="effective rank of the signal", yscale="log", yticks=(5, 10, 20, 50))
    axes[0].yaxis.set_major_formatter("{x:g}")
    axes[0].yaxis.set_minor_formatter("")
    axes[1].set(ylabel="test answers right", ylim=(0, 1))
    axes[0].legend(fontsize=8)
    return figure
