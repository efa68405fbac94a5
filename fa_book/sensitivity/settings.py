"""The sensitivity sweep by setting: which factor of the protocol has which value, and every rule's result there."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from fa_book import figures
from fa_book.sensitivity.plan import USUAL, Setting, planned
from fa_lib.sweep import named


def by_setting(path: str | Path, task: str, epochs: int = 1000) -> dict[Setting, dict[str, xr.Dataset]]:
    """The sweep's results on one task by setting, then by rule; BP first.

    Args:
        path: of the merged file.
        task: "ib" or "mnist_rows".
        epochs: of the plan.

    Returns:
        Setting to rule to Dataset. A rule that a factor does not concern is there as it was without it: BP where B is
        drawn anew, all others where NFA's noise is changed.
    """
    found: dict[Setting, dict[str, xr.Dataset]] = {}
    for (setting, rule), data in named(path, planned(task, epochs=epochs), whatever=["seed"]).items():
        found.setdefault(setting, {})[rule] = data
    for (factor, _), results in found.items():
        if factor == "noise of NFA":
            results |= {rule: found[USUAL][rule] for rule in found[USUAL] if rule not in results}
        elif factor in ("size of B", "B drawn"):
            results["BP"] = found[USUAL]["BP"]
        elif factor == "size of B, SGD":
            results["BP"] = found["SGD", 1.0]["BP"]
    order = ("BP", "FA", "FA, centred", "NFA", "NF", "TF")
    return {key: {rule: results[rule] for rule in order if rule in results} for key, results in found.items()}


def run_anew(task: str, epochs: int = 1000) -> dict[Setting, set[str]]:
    """The rules that were trained at each setting, the paper's left out; arguments as in `by_setting`."""
    found: dict[Setting, set[str]] = {}
    for setting, rule in planned(task, epochs=epochs):
        if setting != USUAL:
            found.setdefault(setting, set()).add(rule)
    return found


def panel(
    axes: Axes,
    results: Mapping[str, Mapping[str, xr.Dataset]],
    *,
    usual: str | None,
    rules: Sequence[str],
    title: str,
    joined: bool = True,
) -> None:
    """Final test accuracies of all rules over the values of one factor: single runs, and means joined.

    Args:
        axes: where to draw.
        results: value of the factor, as it is to be shown, to rule to Dataset, in order.
        usual: the value of the paper's setting, to be marked; None if it is not among them.
        rules: which, each in a colour of its own.
        title: the factor.
        joined: join the means by a line; False marks each by a dash, for values that are no scale.
    """
    if usual is not None:
        axes.axvspan(*(list(results).index(usual) + np.array([-0.5, 0.5])), color="0.92", zorder=0)
    for number, rule in enumerate(rules):
        shift = (number - (len(rules) - 1) / 2) * 0.13
        color = figures.COLOURS["other"] if "centred" in rule else figures.colour(rule)
        means = {}
        for place, by_rule in enumerate(results.values()):
            if rule in by_rule:
                values = by_rule[rule].test_accuracy[:, -1].values
                axes.plot([place + shift] * len(values), values, "o", color=color, markersize=2.6, alpha=0.45, mew=0)
                means[place + shift] = values.mean()
        look = {"linewidth": 1.4} if joined else {"linestyle": "", "marker": "_", "markersize": 11, "mew": 2.2}
        axes.plot(means.keys(), means.values(), color=color, label=rule, **look)
    crowded = sum(map(len, results)) > 20
    axes.set_xticks(range(len(results)), results, fontsize=8, rotation=30 if crowded else 0)
    axes.set_title(title)
