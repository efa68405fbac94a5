"""Widget: every recorded run of a chapter, one line each, or their mean with its 95 % interval."""

from collections.abc import Mapping
from functools import cache

import numpy as np
import traitlets
import xarray as xr
from matplotlib import ticker
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fa_book.figures import colour, information_limits
from fa_book.widgets.base import Widget
from fa_book.widgets.recorded import NULL, Results, bounds, ordered, record
from fa_lib.feedback import BP, FA
from fa_lib.statistics import Interval, interval
from fa_lib.tasks import ib, ib_regression
from fa_lib.training import train

DASHES = ("-", "--", ":", "-.", (0, (7, 2)), (0, (5, 2, 1, 2, 1, 2)))  # for rules of one colour, in their order


@cache
def example() -> dict[str, dict[str, xr.Dataset]]:
    """Four short runs of BP and FA on two tasks, trained on the spot: what `Runs()` shows."""
    options = {"runs": 4, "epochs": 40, "measure_every": 5, "progress": False}
    tasks, rules = (ib(), ib_regression()), {"BP": BP(), "FA": FA()}
    return {task.name: {name: train(task, rule, **options) for name, rule in rules.items()} for task in tasks}


class Runs(Widget):
    """Recorded runs, to be looked at one by one.

    A page holds at most 100 epochs of a line, and values rounded to steps of their metric's range on the task divided
    by 2^14 (2^12 where there are many), in logarithms for losses.

    Args:
        results: task to rule to Dataset with dims (run, epoch), as `train` returns it or as it is read from netCDF. A
            variable `x_null` is drawn together with `x`, not by itself, and with the ceiling. Rules whose names begin
            alike have one colour. None: a short example.
        labels: task to metric to its name on an axis, where that is not the one of `figures.LABELS`.
        task, metric: what is shown; the first of each if not given.
        rules: names of the rules that are shown; all if not given.
        view: "runs" for single runs, "mean" for their mean with its 95 % interval.
        run: number of the run that stands out under every rule, -1 for none. Runs of one number start alike.

    Raises:
        ValueError: for results of another form, or too many for a page.
        TraitError: for a task, rule, metric, view or run that is not there.
    """

    module = "runs"
    recorded = traitlets.Dict().tag(sync=True, data=True)
    task = traitlets.Unicode().tag(sync=True, state=True)
    rules = traitlets.List(traitlets.Unicode()).tag(sync=True, state=True)
    metric = traitlets.Unicode().tag(sync=True, state=True)
    view = traitlets.Enum(("runs", "mean"), "runs").tag(sync=True, state=True)
    run = traitlets.Int(-1).tag(sync=True, state=True)

    def __init__(self, results: Results | None = None, *, labels: Mapping | None = None, **state):
        results = example() if results is None else results
        recorded = record(results, labels)
        self._results = {task: {rule: ordered(data) for rule, data in rules.items()} for task, rules in results.items()}
        tasks = recorded["tasks"]
        rules, metrics = ([one for task in tasks for one in task[kind]] for kind in ("rules", "metrics"))
        self.accepted = {
            "task": [task["name"] for task in tasks],
            "rules": list(dict.fromkeys(rule["name"] for rule in rules)),
            "metric": [name for name in dict.fromkeys(metric["name"] for metric in metrics) if not name.endswith(NULL)],
            "run": [-1, *sorted({run for rule in rules for run in rule["runs"]})],
        }
        first = {name: self.accepted[name][0] for name in ("task", "metric")}
        super().__init__(recorded=recorded, **first | {"rules": self.accepted["rules"]} | state)

    @traitlets.validate("task", "metric", "run", "rules")
    def _known(self, proposal):
        name, value = proposal.trait.name, proposal.value
        accepted, given = self.accepted[name], value if isinstance(value, list) else [value]
        if unknown := [one for one in given if one not in accepted]:
            raise traitlets.TraitError(f"{name}: {unknown[0]!r} is not recorded; there are {accepted}")
        if len(set(given)) < len(given):
            raise traitlets.TraitError(f"{name}: each at most once, got {given}")
        return value

    def words(self) -> str:
        shown = self._shown()
        if not shown:
            return f"{self._title()}: no chosen rule has a record of it, so the picture is empty."
        kind = {"runs": "Single runs", "mean": "Means over runs with 95 % intervals"}[self.view]
        ends = "; ".join(f"{rule} {self._interval(data[self.metric].values[:, -1])}" for rule, data in shown.items())
        return f"{self._title()} against epoch. {kind} of {', '.join(shown)}. Mean and interval at the end: {ends}."

    def picture(self) -> Figure:
        figure = Figure(figsize=(6.4, 3.8), dpi=125, layout="constrained")
        axes = figure.subplots()
        shown = self._shown()
        for rule, data in shown.items():
            self._draw(axes, data, label=rule, color=colour(rule), linestyle=self._dash(rule))
        limits = {rule: data for rule, data in shown.items() if self.metric + NULL in data and "ceiling" in data}
        if limits:
            information_limits(axes, limits, self.metric)
        if any(metric["log"] for metric in self._metrics()):
            axes.set_yscale("log")
            axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
            axes.yaxis.set_major_formatter(ticker.StrMethodFormatter("{x:g}"))
            axes.yaxis.set_minor_formatter(ticker.NullFormatter())
        axes.set(xlabel="epoch", title=self._title())
        if shown:
            figure.legend(loc="outside lower center", ncols=4)
        return figure

    def _draw(self, axes: Axes, data: xr.Dataset, *, label: str, **look) -> None:
        values = data[self.metric].values  # (run, epoch)
        chosen = data.run.values == self.run
        if self.view == "mean":
            mean, low, high = np.array([self._interval(column) for column in values.T]).T
            axes.plot(data.epoch, mean, label=label, **look)
            if len(values) > 1:
                axes.fill_between(data.epoch, low, high, color=look["color"], alpha=0.2, linewidth=0)
        else:
            axes.plot(data.epoch, values.T, linewidth=0.8, alpha=0.3 if chosen.any() else 0.7, **look)
            axes.plot([], [], label=label, **look)
        axes.plot(data.epoch, values[chosen].T, linewidth=1.8, **look)

    def _shown(self) -> dict[str, xr.Dataset]:
        """The chosen rules' results on the chosen task, where they have the metric."""
        results = self._results[self.task]
        return {rule: results[rule] for rule in results if rule in self.rules and self.metric in results[rule]}

    def _metrics(self) -> list[dict]:
        """What is known of the chosen metric on the chosen task: one entry, or none."""
        task = next(task for task in self.recorded["tasks"] if task["name"] == self.task)
        return [metric for metric in task["metrics"] if metric["name"] == self.metric]

    def _title(self) -> str:
        return f"{next((metric['label'] for metric in self._metrics()), self.metric)}, {self.task}"

    def _interval(self, values) -> Interval:
        """`statistics.interval`, cut where no mean can be; three times not a number where a value is not finite."""
        if not np.isfinite(values).all():
            return Interval(np.nan, np.nan, np.nan)
        mean, low, high = interval(values)
        if not np.isfinite(low):  # one run
            return Interval(mean, low, high)
        label = next((metric["label"] for metric in self._metrics()), "")
        least, most = bounds(self.metric, label)
        return Interval(mean, max(low, least), min(high, most))

    def _dash(self, rule: str) -> str:
        """Rules of one colour differ in their dashes, whichever of them are shown."""
        alike = [other for other in self.accepted["rules"] if colour(other) == colour(rule)]
        return DASHES[alike.index(rule) % len(DASHES)]
