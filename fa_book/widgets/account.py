"""Widget: a training with its account: what the readout of H gained, booked to parts of the signal while it trains."""

from functools import lru_cache

import traitlets
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from fa_book.figures import COLOURS, curves
from fa_book.one_law.attribution import account
from fa_book.widgets.abreast import parameters, place_parameters
from fa_book.widgets.base import Widget
from fa_book.widgets.ibtask import feedback, finished_runs, start, task
from fa_lib import BP, FA, probes, tasks, training
from fa_lib.feedback import Direct

EPOCHS = 300
EVERY = 10  # epochs between points of the finished runs
FROZEN, LEARNING, EXACT = "FA, frozen", "FA, learning", "BP, learning"  # what is fed back, and whether W_O learns
NAMES = (FROZEN, LEARNING, EXACT)
PRESETS = ({}, {"seed": 6}, {"seed": 2})  # the same in account.js, as buttons; what is left out is as the widget comes
VIEWS = {  # of an account: its lines, by what the names of their parts have in them
    "direction": {"along BP's signal": "along BP", "across it": "across BP"},
    "kind": {"mean of all samples": "mean", "between classes": "between", "within classes": "within"},
    "layer": {"first layer": "layer 1", "second layer": "layer 2"},
}
LOOKS = {
    FROZEN: {"color": COLOURS["FA"], "linewidth": 3},
    LEARNING: {"color": COLOURS["FA"], "dashes": (4, 2)},
    EXACT: {"color": COLOURS["BP"], "linewidth": 1.2},
}
LINES = (
    {"color": "#8a5a00"},
    {"color": COLOURS["other"], "dashes": (4, 2)},
    {"color": "#57606a", "dashes": (1.2, 1.5)},
)
MEASURES = {
    "loss": lambda seen: seen.loss,
    "accuracy": lambda seen: seen.metrics["accuracy"],
    "regression_accuracy": lambda seen: tasks.correct_rate(probes.readout(seen.H, seen.y), seen.y.double()),
}


class Account(Widget):
    """The 12-8-4-2 network on all 4096 patterns of IBTask, under FA with W_O frozen and learning, and its account.

    Beside them BP, from the same weights. At every step the fall of the best readout's loss is booked to parts of the
    signal (fa_book.one_law.attribution). On a page it comes with finished runs of these settings and of three presets,
    and trains live when asked to. In Python `model` gives fa_lib networks with the very weights and matrices that the
    page draws; `books` trains them and keeps their accounts.

    Args:
        view: what the account is divided by: "direction", along BP's signal or across it; "kind", the mean of all
            samples, what tells classes apart, the rest; "layer", whose weights moved.
        beside: whose account stands beside that of FA with W_O frozen: "FA, learning" or "BP, learning".
        rate: Adam's learning rate; 0.001, 0.003 or 0.01.
        seed: seed of weights and feedback matrix, 0 to 999.

    Raises:
        TraitError: for a value that is not among these.
    """

    module = "account"
    view = traitlets.Enum(tuple(VIEWS), "direction").tag(sync=True, state=True)
    beside = traitlets.Enum((LEARNING, EXACT), LEARNING).tag(sync=True, state=True)
    rate = traitlets.Enum((0.001, 0.003, 0.01), 0.003).tag(sync=True, state=True)
    seed = traitlets.Int(5, min=0, max=999).tag(sync=True, state=True)
    finished = traitlets.List().tag(sync=True, data=True)  # filled when the page's HTML is made, for it takes seconds

    def model(self, name: str) -> training.Model:
        """The network, rule and optimizer of one of the three trainings, one run with the drawn numbers."""
        rule = BP() if name == EXACT else FA(B=feedback(self.seed)["B"])
        learn = name != FROZEN
        made = training.build(task(self.rate), Direct(rule, ()), runs=1, seed=self.seed, learn_decoder=learn)
        place_parameters(made, start(self.seed))
        return made

    def books(self, epochs: int = EPOCHS, every: int = EVERY) -> dict[str, xr.Dataset]:
        """Train by all three and keep the accounts.

        Args:
            epochs: full-batch steps.
            every: the account is shown after each so-many-th step, and after the last.

        Returns:
            For each training a Dataset with dims (run, epoch), of one run: `loss`, `accuracy`, `regression_accuracy`,
            `regression_loss`; `fall`, of the last since the start, in % of it; in that unit what each part gained, such
            as `along BP, mean, layer 1`, with the slope averaged over both ends of every step.
        """
        return _train(self.seed, self.rate, epochs, every)[0]

    def html(self) -> str:
        """The custom element, with finished runs of its own settings and of the presets."""
        default = {name: self.traits()[name].default() for name in ("seed", "rate")}
        self.finished = finished_runs({"seed": self.seed, "rate": self.rate}, default, PRESETS, _finished, EPOCHS)
        return super().html()

    def words(self) -> str:
        told = []
        for name, data in self.books(EPOCHS).items():
            end = data.isel(run=0, epoch=-1)
            gains = ", ".join(f"{round(float(gain))} {line}" for line, gain in lines(end, self.view).items())
            told.append(f"{name}: {round(float(end.fall))} ({gains})")
        return (
            f"Curves over {EPOCHS} epochs: the loss of the best readout of H and of the answers, under FA with W_O "
            f"frozen and learning and under BP; below, the running accounts of {FROZEN} and {self.beside}, whose parts "
            f"add up to the fall of the readout's loss. In % of its value at the start it fell by: {'; '.join(told)}."
        )

    def picture(self) -> Figure:
        results = self.books(EPOCHS)
        figure = Figure(figsize=(7.2, 5.4), dpi=125, layout="constrained")
        (read, answered), (left, right) = figure.subplots(2, 2)
        for axes, column, title in ((read, "regression_loss", "best readout of H"), (answered, "loss", "answers")):
            for name, look in LOOKS.items():
                curves(axes, results[name][column], label=name, **look)
            axes.set(title=f"loss, {title}", xlabel="epoch", xlim=(0, EPOCHS))
            axes.set_ylim(bottom=0)
        right.sharey(left)
        for axes, name in ((left, FROZEN), (right, self.beside)):
            self._account(axes, name, results[name])
        left.set_ylabel("% of the readout's loss")
        figure.legend(*read.get_legend_handles_labels(), loc="outside upper center", ncols=3)
        figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=5)
        return figure

    def _account(self, axes: Axes, name: str, data: xr.Dataset) -> None:
        parts = lines(data, self.view)
        axes.axhline(0, color="0.5", linewidth=0.8)
        curves(axes, sum(parts.values()), label="their sum", color=LOOKS[name]["color"], linewidth=5, alpha=0.4)
        for (label, gained), look in zip(parts.items(), LINES, strict=False):
            curves(axes, gained, label=label, **look)
        curves(axes, data.fall, label="the loss fell by", color="0", linewidth=1.2, dashes=(5, 4))
        axes.set(title=f"account of {name}", xlabel="epoch", xlim=(0, EPOCHS))


def lines(data: xr.Dataset, view: str) -> dict[str, xr.DataArray]:
    """The lines of an account, of `Account.books`, by what they are called."""
    parts = [str(name) for name in data.data_vars if "BP" in str(name)]
    return {line: sum(data[part] for part in parts if key in part) for line, key in VIEWS[view].items()}


@lru_cache(maxsize=16)
def _train(seed: int, rate: float, epochs: int, every: int) -> tuple[dict[str, xr.Dataset], dict, dict[str, Tensor]]:
    """Accounts and parameters of every training, as `ibtask.trained` gives curves: of words, picture and page."""
    results, ends = {}, {}
    for name in NAMES:
        model = Account(seed=seed, rate=rate).model(name)
        book = account(model, epochs=epochs, every=every, record=MEASURES)
        results[name], ends[name] = _percent(book), parameters(model)[0]
    return results, {}, ends


def _percent(book: xr.Dataset) -> xr.Dataset:
    """The account in % of the readout's loss at the start, a variable for each part in each layer; gains above 0."""
    loss = book.regression_loss
    unit = 100 / loss.isel(epoch=0)
    gained = -unit * book.booked.sel(scheme="both ends")
    found = {name: book[name] for name in MEASURES}
    found |= {"regression_loss": loss, "fall": unit * (loss.isel(epoch=0) - loss)}
    for part in map(str, book.part.values):
        for layer in book.layer.values:
            own = gained.sel(part=part, layer=layer, drop=True)
            found[f"{part}, layer {layer}"] = own.drop_vars("scheme", errors="ignore").transpose("run", "epoch")
    return xr.Dataset(found).assign_coords(run=[0])


def _finished(settings: dict) -> tuple:
    return _train(settings["seed"], settings["rate"], EPOCHS, EVERY)
