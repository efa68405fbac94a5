"""Pictures of the experiment that sets information against alignment: gain by angle, and gain over both at once."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fa_book import figures

COLOURS = {"error": figures.COLOURS["FA"], "target": figures.COLOURS["TF"]}
MARKERS = {"error": "o", "target": "s"}
WORDS = {"readout": "readout of H", "answer": "test answers"}


def _turned(rows: xr.Dataset, carrier: str) -> tuple[np.ndarray, xr.Dataset]:
    """The angles, rising, and rows of a carrier's rules that are turned and otherwise intact."""
    start = f"{carrier}, turned "
    names = [name for name in map(str, rows.condition.values) if name.startswith(start)]
    names.sort(key=lambda name: float(name.removeprefix(start)))
    return np.array([float(name.removeprefix(start)) for name in names]), rows.sel(condition=names)


def by_angle(experiments: Mapping[str, xr.Dataset], controls: Mapping[str, tuple[str, float, str]]) -> Figure:
    """Gain against the angle by which the signal is turned, beside what the two theories expect.

    Args:
        experiments: title to table of `decision.table`; a column each. A title that says "learns" has W_O learning.
        controls: conditions shown as grey marks: label to name, the angle to stand at, and the marker.
    """
    shape = (2, len(experiments))
    figure, panels = plt.subplots(*shape, figsize=(7.6, 5.4), sharex=True, sharey=True, layout="constrained")
    fine = np.linspace(0, 180, 91)
    for axes, (title, rows) in zip(panels.T, experiments.items(), strict=True):
        for ax, outcome in zip(axes, WORDS, strict=True):
            ax.axhline(0, color="0.4", linewidth=0.8)
            for carrier, color in COLOURS.items():
                angles, some = _turned(rows, carrier)
                values = some[outcome].transpose("condition", "run").values
                ax.plot(angles, values, color=color, alpha=0.22, linewidth=0.6)
                ax.plot(
                    angles, values.mean(1), MARKERS[carrier], linestyle="-", color=color, markersize=4, label=carrier
                )
            whole = float(rows[outcome].sel(condition="error, turned 0").mean())
            ax.plot(fine, whole * np.cos(np.radians(fine)), "--", color="black", linewidth=1, label="alignment expects")
            if outcome == "readout" or "learns" in title:  # of a frozen decoder information promises nothing
                ax.axhline(whole, linestyle=":", color="black", linewidth=1.2, label="information expects")
            for label, (name, place, marker) in controls.items():
                values = rows[outcome].sel(condition=name).values
                ax.plot(np.full(len(values), place), values, marker, color="0.55", markersize=3, alpha=0.5)
                ax.plot(
                    place,
                    values.mean(),
                    marker,
                    color="0.25",
                    markersize=7,
                    fillstyle="none",
                    linestyle="",
                    label=label,
                )
            ax.set(xticks=range(0, 181, 45))
        axes[0].set_title(title)
        axes[-1].set_xlabel("angle to the gradient (degrees)")
    for ax, outcome in zip(panels[:, 0], WORDS, strict=True):
        ax.set_ylabel(f"{WORDS[outcome]}:\ngain over the floor")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=8)
    return figure


def plane(experiments: Mapping[str, xr.Dataset]) -> Figure:
    """Every condition by what its signal told and where it pointed; the colour is the gain."""
    figure, panels = plt.subplots(
        2, len(experiments), figsize=(7.6, 6.0), sharex=True, sharey=True, layout="constrained"
    )
    for row, outcome in enumerate(WORDS):
        most = max(abs(float(part[outcome].mean("run").max())) for part in experiments.values())
        for ax, (title, rows) in zip(panels[row], experiments.items(), strict=True):
            drawn = _points(ax, rows, outcome, most)
            if row == 0:
                ax.set_title(title)
            else:
                ax.set_xlabel("what the signal tells (share of H(Y))")
        panels[row, 0].set_ylabel("cosine with the gradient")
        figure.colorbar(drawn, ax=panels[row], label=f"{WORDS[outcome]}: gain", shrink=0.9)
    return figure


def _points(ax: Axes, rows: xr.Dataset, outcome: str, most: float):
    mean = rows.mean("run")
    ax.axhline(0, color="0.4", linewidth=0.8)
    for carrier, marker in MARKERS.items():
        own = mean.sel(condition=[name for name in rows.condition.values if str(name).startswith(carrier)])
        drawn = ax.scatter(
            own.information, own.alignment, c=own[outcome], marker=marker, s=44, cmap="RdBu", vmin=-most, vmax=most,
            edgecolors="0.3", linewidths=0.5,
        )  # fmt: skip
    return drawn


def against(axes: Axes, rows: xr.Dataset, predictor: str, outcome: str, names: Mapping[str, str]) -> None:
    """A predictor and an outcome by condition, means over runs, with the runs' standard deviation.

    Args:
        axes: where to draw.
        rows: of `decision.table`.
        predictor, outcome: variables of it.
        names: condition to the kind of condition that it is; a colour each.
    """
    kinds = list(dict.fromkeys(names.values()))
    palette = [color for name, color in figures.COLOURS.items() if name not in ("null", "NFA")]
    for size, (kind, color) in enumerate(zip(kinds, palette, strict=False)):
        own = rows.sel(condition=[name for name in names if names[name] == kind])
        x, y = own[predictor].mean("run"), own[outcome]
        axes.errorbar(
            x, y.mean("run"), y.std("run"), fmt="o", markersize=8 - size, linewidth=1, color=color, label=kind
        )
