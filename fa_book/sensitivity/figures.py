"""How far each factor of the protocol moves each rule, in one picture; `settings.panel` draws single settings."""

from collections.abc import Mapping, Sequence

import xarray as xr
from matplotlib.axes import Axes

from fa_book import figures
from fa_book.sensitivity.plan import Setting

SHORT = {"orthogonal": "orthog."}
WORTH = 0.1  # of the correct rate: a longer bar says at its end which value of the factor took the rule there


def values(
    factor: str, results: Mapping[Setting, Mapping[str, xr.Dataset]], usual: str, base: Mapping[str, xr.Dataset]
) -> dict[str, Mapping[str, xr.Dataset]]:
    """The values of one factor in order, as they are shown, each with the results by rule.

    Args:
        factor: its name.
        results: (factor, value) to rule to Dataset.
        usual: the value that stands in `base`, as it is shown; "" if `results` has all of them.
        base: results at that value.
    """
    found = {
        f"{value:g}" if isinstance(value, float) else str(value): data
        for (name, value), data in results.items()
        if name == factor
    }
    found |= {usual: base} if usual else {}
    number = lambda word: float(word) if word[0].isdigit() else 1e9 if word == "all" else 0  # noqa: E731
    order = sorted(found.items(), key=lambda item: (number(item[0]), item[0] != usual))
    return {SHORT.get(name, name): data for name, data in order}


def means(by_value: Mapping[str, Mapping[str, xr.Dataset]], rule: str) -> dict[str, float]:
    """A rule's mean test correct rate at the end, for each value of a factor at which it was run."""
    return {
        value: float(by_rule[rule].test_accuracy[:, -1].mean())
        for value, by_rule in by_value.items()
        if rule in by_rule
    }


def spans(
    axes: Axes,
    by_factor: Mapping[str, Mapping[str, Mapping[str, xr.Dataset]]],
    usual: Mapping[str, str],
    rules: Sequence[str],
) -> None:
    """A bar for each factor and rule, from the lowest mean over the factor's values to the highest.

    A dot marks the paper's value. The bar that reaches down furthest in its row says at which value, if it is long.

    Args:
        axes: where to draw.
        by_factor: words for a factor to its values, as of `values`, from the top row down.
        usual: words for a factor to the paper's value; a factor that is not in it has none.
        rules: in their order from the top of a row.
    """
    for row, (factor, by_value) in enumerate(by_factor.items()):
        found = {rule: means(by_value, rule) for rule in rules}
        lowest = min(found, key=lambda rule: min(found[rule].values()))
        for number, rule in enumerate(rules):
            y, color = row + 0.14 * (number - (len(rules) - 1) / 2), figures.colour(rule)
            low, high = min(found[rule].values()), max(found[rule].values())
            axes.plot([low, high], [y, y], color=color, linewidth=3, solid_capstyle="butt", label=None if row else rule)
            axes.plot([low, high], [y, y], "|", color=color, markersize=5, mew=1.4)
            if factor in usual and SHORT.get(usual[factor], usual[factor]) in found[rule]:
                axes.plot(
                    found[rule][usual[factor]], y, "o", color=color, markersize=4.5, mec="white", mew=0.7, zorder=3
                )
            if rule == lowest and high - low > WORTH:
                value = min(found[rule], key=found[rule].get)
                axes.annotate(
                    f"{rule} at {value}", (low, y), (-5, 0), textcoords="offset points",
                    ha="right", va="center", fontsize=8, color=color,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
                )  # fmt: skip
    axes.set_yticks(range(len(by_factor)), by_factor)
    axes.set_ylim(len(by_factor) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    for row in range(1, len(by_factor)):
        axes.axhline(row - 0.5, color="0.9", linewidth=0.8, zorder=0)
