"""One look for all figures: a colour per rule, thin single runs behind a thick mean, and the table that says the same.

Figures are drawn from Datasets with dims (run, epoch) or (run, step). Every figure function has its table, so that the
numbers a reader sees are the numbers a notebook check compares.
"""

import re
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fa_book import tables
from fa_book.tables import tidy as tidy  # chapters and rooms know it by this module
from fa_lib.statistics import interval

COLOURS = {  # Okabe & Ito 2008, told apart with any colour vision; one for each rule, in every chapter
    "BP": "#000000",
    "FA": "#0072B2",
    "NFA": "#56B4E9",
    "NF": "#009E73",
    "TF": "#D55E00",
    "other": "#CC79A7",
    "null": "#808080",
}
LABELS = {
    "loss": "loss",
    "accuracy": "correct rate",
    "regression_loss": "regression loss",
    "regression_accuracy": "regression correct rate",
    "information": "I(H;Y) (bits)",
    "test_loss": "test loss",
    "test_accuracy": "test correct rate",
    "nearest_accuracy": "nearest-digit accuracy",
    "angle": "angle (degrees)",
    "direct_loss": "direct loss",
    "gradient_norm": "gradient norm",
    "hidden_norm": "norm of H",
    "information_null": "its null",
}
STYLE = {
    "figure.dpi": 100,
    "savefig.dpi": 200,  # twice the size on the page: sharp on a phone
    "figure.facecolor": "white",
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "lines.linewidth": 2.0,
    "svg.hashsalt": "fa",
}


def use_style() -> None:
    """Set the house style for the notebook's figures."""
    plt.rcParams.update(STYLE)
    try:  # in a notebook: pictures at savefig's resolution, the same bytes each time
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return
    set_matplotlib_formats("png", bbox_inches=None, dpi=200, metadata={"Software": None})


def colour(name: str) -> str:
    """Colour of a rule; a name such as "FA, gamma" or "null: labels shuffled" has the colour of its first word."""
    return COLOURS.get(re.split(r"[,: ]", name)[0], COLOURS["other"])


def dimension(values: xr.DataArray) -> str:
    """The axis that is not run: epoch or step."""
    return next(dim for dim in values.dims if dim != "run")


def curves(axes: Axes, values: xr.DataArray, *, label: str | None = None, color: str | None = None, **line) -> None:
    """Every run as a thin line, their mean as a thick one.

    Args:
        axes: where to draw.
        values: (run, epoch) or (run, step).
        label: for the legend; also chooses the colour where `color` is not given.
        color: of the lines.
        line: further properties of the mean's line.
    """
    color = color or colour(label or "other")
    x = values[dimension(values)]
    faint = min(0.25, 10 / values.sizes["run"])  # two hundred lines are a cloud, ten are lines
    axes.plot(x, values.transpose(..., "run"), color=color, alpha=faint, linewidth=0.6)
    axes.plot(x, values.mean("run"), color=color, label=label, **line)


def stroke(name: str, beside: Sequence[str]) -> str | tuple:
    """How a rule's mean is drawn: NFA with gaps, where FA's line would else be hidden under it."""
    return (0, (2.2, 1.3)) if name.startswith("NFA") and any(other.startswith("FA") for other in beside) else "-"


def information_limits(axes: Axes, results: Mapping[str, xr.Dataset], variable: str = "information") -> None:
    """The frame for any curve of information: the shuffled-label null of each result, dotted, and the ceiling H(Y).

    The null is the variable of the same name with `_null` at its end.
    """
    for name, data in results.items():
        null = data[f"{variable}_null"]
        axes.plot(null[dimension(null)], null.mean("run"), color=colour(name), linestyle=":", linewidth=1.2)
    axes.plot([], [], color=COLOURS["null"], linestyle=":", linewidth=1.2, label="null (labels shuffled)")
    ceiling = float(next(iter(results.values())).ceiling)
    axes.axhline(ceiling, color=COLOURS["null"], linewidth=1, linestyle="--", label="ceiling H(Y)")


def grid(
    columns: Mapping[str, Mapping[str, xr.Dataset]],
    rows: Sequence[str],
    *,
    labels: Mapping[str, str] | None = None,
    width: float = 3.4,
    height: float = 2.1,
    log: Sequence[str] = (),
    dashed: str | None = None,
    share: bool = True,
) -> Figure:
    """A panel for every condition and variable, a curve for every rule: the layout of the paper's figures.

    Args:
        columns: title to results by rule.
        rows: variables; one that has a null beside it, as "information" has "information_null", gets null and ceiling.
        labels: names of variables on the axes, where not those of `LABELS`.
        width, height: of a panel, inches.
        log: variables on a logarithmic axis.
        dashed: a word, such as "gamma"; rules with it in their name are dashed.
        share: give all panels of a row one scale; False where the columns are different tasks.
    """
    shape = (len(rows), len(columns))
    figure, panels = plt.subplots(
        *shape, figsize=(width * shape[1], height * shape[0] + 0.3), sharex="col", sharey="row" if share else False,
        squeeze=False, layout="constrained",
    )  # fmt: skip
    for column, (title, results) in enumerate(columns.items()):
        for row, variable in enumerate(rows):
            axes = panels[row, column]
            for name, data in results.items():
                style = "--" if dashed and dashed in name else stroke(name, list(results))
                curves(axes, data[variable], label=name, linestyle=style)
            if all(f"{variable}_null" in data for data in results.values()):
                information_limits(axes, results, variable)
            if variable in log:
                axes.set_yscale("log")
            if column == 0:
                axes.set_ylabel((labels or {}).get(variable, LABELS.get(variable, variable)))
        panels[0, column].set_title(title)
        panels[-1, column].set_xlabel(dimension(data[rows[0]]))
    drawn = [axes.get_legend_handles_labels() for axes in panels.flat]
    handles = {name: handle for pair in drawn for handle, name in zip(*pair, strict=True)}
    ncols = len(handles) if len(handles) < 5 else 3
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=ncols)
    return figure


def table(
    results: Mapping[str, xr.Dataset],
    variables: Sequence[str],
    *,
    at: Sequence[int] = (-1,),
    digits: int = 2,
    caption: str = "Means and spreads",
    heads: Mapping[str, str] | None = None,
) -> None:
    """Display mean and standard deviation over runs: the rounded table that stands for a figure.

    Args:
        results: by name.
        variables: columns; one that a result lacks is left blank.
        at: positions along the epoch or step axis, one line for each; -1 is the last, one beyond the end is left out.
            Where all lines are of one epoch, the note says which, else a column.
        digits: after the point.
        caption: what is shown, with the unit.
        heads: of columns, where not those of `LABELS`.
    """
    labels = LABELS | dict(heads or {})
    columns = [labels.get(name, name.replace("_", " ")) for name in variables]
    rows = []
    for name, data in results.items():
        axis = next(dim for dim in ("epoch", "step") if dim in data.dims)
        for position in (p for p in at if p < data.sizes[axis]):
            known = data.isel({axis: position})
            cells = [tables.spread(known[name].values, digits) if name in data else "" for name in variables]
            rows.append([name, f"{int(known[axis])}", *cells])
    more, places = "", {row[1] for row in rows}
    if len(places) == 1:
        more, heads_of_all = f"{axis} {places.pop()}", ["", *columns]
        rows = [[name, *cells] for name, _, *cells in rows]
    else:
        heads_of_all = ["", axis, *columns]
    note = tables.over([data.sizes["run"] for data in results.values()], more=more)
    tables.show(heads_of_all, rows, caption, note)


def swarm(values: Sequence[float], *, half: float = 0.2, levels: int = 40) -> np.ndarray:
    """Where to put the dots of single runs, left and right of their column: side by side where they are alike.

    Args:
        values: sorted, (run,).
        half: largest distance from the column's middle.
        levels: runs within one of so many equal parts of the range stand side by side.

    Returns:
        (run,), symmetric about 0 at each level, so that no trend is suggested.
    """
    values = np.asarray(values, dtype=float)
    width = np.ptp(values) / levels or 1.0
    level = np.minimum((values - values.min()) // width, levels - 1)
    offset = np.empty(len(values))
    for one in np.unique(level):
        here = level == one
        count = int(here.sum())
        apart = min(2 * half / max(count - 1, 1), half / 4)
        places = (np.arange(count) - (count - 1) / 2) * apart
        offset[here] = places[np.argsort(abs(places), kind="stable")]  # from the middle outwards
    return offset


def strip(axes: Axes, groups: Mapping[str, Sequence[float]], *, ylabel: str) -> None:
    """Single runs as dots with their mean and 95 % interval beside, one column for each group."""
    for position, (name, values) in enumerate(groups.items()):
        values = np.sort(np.asarray(values))
        axes.plot(position + swarm(values), values, "o", markersize=3.5, alpha=0.6, color=colour(name))
        mean, low, high = interval(values)
        axes.errorbar(position + 0.32, mean, [[mean - low], [high - mean]], fmt="_", color=colour(name), capsize=3)
    axes.set_xticks(range(len(groups)), groups)
    axes.set_xlim(-0.5, len(groups) - 0.2)
    axes.set_ylabel(ylabel)
