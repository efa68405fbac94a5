"""The sensitivity sweep by setting: which factor of the protocol has which value, and every rule's result there."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from fa_book import figures
from fa_lib.sweep import load, provenance

USUAL = ("usual", "")  # the paper's setting
Setting = tuple[str, object]  # a factor and its value


def setting(options: Mapping) -> tuple[Setting, str]:
    """The setting and the rule of a cell's options, as `sweep.Cell.options` gives them.

    The factors: "learning rate", "SGD" with its rate, "activation", "batch", "size of B", "size of B, SGD" (at rate 1),
    "B drawn", "noise of NFA", and "gamma" with the learning rate, None for the usual.
    """
    channel, around = options["feedback"], ""
    made = {}
    while "channel" in channel:
        if channel["rule"] == "Initial":
            made = channel
        else:
            around = f", {channel['rule'].lower()}"
        channel = channel["channel"]
    rule, sgd = channel["rule"] + around, options.get("optimizer") == "sgd"
    batch = options["batch"] if options["task"] == "ib" else None  # elsewhere it is the usual one's
    if options["scale"]:
        factor = ("gamma", options["lr"])
    elif made.get("size", 1.0) != 1.0:
        factor = ("size of B, SGD" if sgd else "size of B", made["size"])
    elif made:
        factor = ("B drawn", made["kind"])
    elif rule == "NFA" and channel["sigma"] != 1e-3:
        factor = ("noise of NFA", channel["sigma"])
    elif sgd:
        factor = ("SGD", options["lr"])
    elif options["lr"]:
        factor = ("learning rate", options["lr"])
    elif options.get("nonlinearity"):
        factor = ("activation", options["nonlinearity"])
    elif batch:
        factor = ("batch", batch)
    else:
        factor = USUAL
    return factor, rule


def by_setting(path: str | Path, task: str) -> dict[Setting, dict[str, xr.Dataset]]:
    """The sweep's results on one task by setting, then by rule; BP first.

    Args:
        path: of the merged file.
        task: as in `sweep.Cell`.

    Returns:
        Setting to rule to Dataset. A rule that a factor does not concern is there as it was without it: BP where B is
        drawn anew, all others where NFA's noise is changed.
    """
    data, table = load(path), provenance(path)
    found: dict[Setting, dict[str, xr.Dataset]] = {}
    for label, cell in zip(table.label.values, table.cell.values, strict=True):
        options = json.loads(str(cell))
        if options["task"] == task:
            factor, rule = setting(options)
            found.setdefault(factor, {})[rule] = data[str(label)]
    for (factor, _), results in found.items():
        if factor == "noise of NFA":
            results |= {rule: found[USUAL][rule] for rule in found[USUAL] if rule not in results}
        elif factor in ("size of B", "B drawn"):
            results["BP"] = found[USUAL]["BP"]
        elif factor == "size of B, SGD":
            results["BP"] = found["SGD", 1.0]["BP"]
    order = ("BP", "FA", "FA, centred", "NFA", "NF", "TF")
    return {key: {rule: results[rule] for rule in order if rule in results} for key, results in found.items()}


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
    crowded = sum(map(len, results)) > 24
    axes.set_xticks(range(len(results)), results, fontsize=8, rotation=30 if crowded else 0)
    axes.set_title(title)
