"""Widget: IBTask learned in the page by five rules side by side, with the assumptions to change."""

from functools import lru_cache

import traitlets
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from fa_book.figures import COLOURS, curves
from fa_book.widgets.abreast import Abreast, place_parameters
from fa_book.widgets.base import Widget
from fa_book.widgets.ibtask import PANELS, cloud, feedback, finished_runs, readouts, start, task, trained
from fa_lib import training
from fa_lib.feedback import BP, FA, NF, NFA, TF, Rule
from fa_lib.tasks import Task

RULES = ("BP", "FA", "NFA", "NF", "TF")
VIEWS = ("both readouts", "units 1, 2", "units 3, 4")
PRESETS = (  # the same in train.js, as buttons; what a preset leaves out is as the widget comes
    {},
    {"frozen": True},
    {"frozen": True, "seed": 0},
)
EPOCHS = 1000  # of the static picture and of the finished runs, as in the paper
EVERY = 20  # epochs between their points
SETTINGS = ("frozen", "gamma", "k_term", "sigma", "rate", "seed")


class Training(Widget):
    """The 12-8-4-2 network on all 4096 patterns of IBTask, trained by five rules from the same weights.

    On a page it comes with finished runs of these settings and of three presets, and trains live when asked to. In
    Python `model` gives fa_lib networks with the very weights and matrices that the page draws; `curves` trains them.

    Args:
        frozen: freeze the decoder W_O, weights and bias.
        gamma: learn a factor after each tanh.
        k_term: give TF its decorrelation term, of weight 10.
        sigma: size of NFA's noise; 0, 0.001, 0.01, 0.1, 0.3, 1 or 3.
        rate: Adam's learning rate; 0.0003, 0.001, 0.003, 0.01 or 0.03.
        seed: seed of weights, feedback matrices and noise, 0 to 999.
        rule: whose hidden states are shown.
        view: by what two readouts say of them ("both readouts") or by two units ("units 1, 2" or "units 3, 4").

    Raises:
        TraitError: for a value that is not among these.

    Source: Cheng & Brown 2023, Figs 1, 4 and 7.
    """

    module = "train"
    frozen = traitlets.Enum((False, True), False).tag(sync=True, state=True)
    gamma = traitlets.Enum((False, True), False).tag(sync=True, state=True)
    k_term = traitlets.Enum((False, True), False).tag(sync=True, state=True)
    sigma = traitlets.Enum((0.0, 0.001, 0.01, 0.1, 0.3, 1.0, 3.0), 0.001).tag(sync=True, state=True)
    rate = traitlets.Enum((0.0003, 0.001, 0.003, 0.01, 0.03), 0.001).tag(sync=True, state=True)
    seed = traitlets.Int(10, min=0, max=999).tag(sync=True, state=True)
    rule = traitlets.Enum(RULES, "FA").tag(sync=True, state=True)
    view = traitlets.Enum(VIEWS, "both readouts").tag(sync=True, state=True)
    finished = traitlets.List().tag(sync=True, data=True)  # filled when the page's HTML is made, for it takes seconds

    def draw(self) -> dict[str, Tensor]:
        """What trainer.js draws from the seed: `start`, the network's 152 parameters in a row, and B, B1 and B2."""
        return {"start": start(self.seed)} | feedback(self.seed)

    def task(self) -> Task:
        """IBTask with nothing held out, patterns in counting order, at this learning rate."""
        return task(self.rate)

    def rule_of(self, name: str) -> Rule:
        """The rule of this name with the drawn matrices; NFA's noise is fa_lib's own."""
        drawn = self.draw()
        B = drawn["B"]
        return {
            "BP": BP(),
            "FA": FA(B=B),
            "NFA": NFA(sigma=self.sigma, B=B),
            "NF": NF(B1=drawn["B1"], B2=drawn["B2"]),
            "TF": TF(decorrelate=10.0 if self.k_term else 0.0, B=B),
        }[name]

    def model(self, *names: str) -> training.Model:
        """Networks, rules and optimizer with the drawn weights, one run for each of the named rules."""
        rule = Abreast(tuple(self.rule_of(name) for name in names))
        options = {"seed": self.seed, "learn_decoder": not self.frozen, "learn_gain": self.gamma}
        made = training.build(self.task(), rule, runs=len(names), **options)
        place_parameters(made, self.draw()["start"])
        return made

    def curves(self, epochs: int = EPOCHS, measure_every: int = EVERY) -> dict[str, xr.Dataset]:
        """Train all rules.

        Args:
            epochs: full-batch steps.
            measure_every: measure before each so-many-th step, and after the last.

        Returns:
            For each rule a Dataset with dims (run, epoch), of one run: `loss`, `accuracy`, `regression_accuracy`.
        """
        return _train(self._options(), epochs, measure_every)[0]

    def _options(self) -> tuple:
        return tuple((name, getattr(self, name)) for name in SETTINGS)

    def html(self) -> str:
        """The custom element, with finished runs of its own settings and of the presets."""
        default = {name: trait.default() for name, trait in self.traits(state=True).items() if name in SETTINGS}
        self.finished = finished_runs(dict(self._options()), default, PRESETS, _finished, EPOCHS)
        return super().html()

    def words(self) -> str:
        ends = {rule: data.isel(run=0, epoch=-1) for rule, data in self.curves(EPOCHS).items()}
        rates = ", ".join(f"{rule} {float(end.accuracy):.2f}" for rule, end in ends.items())
        linear = ", ".join(f"{rule} {float(end.regression_accuracy):.2f}" for rule, end in ends.items())
        return (
            f"Curves of five rules over {EPOCHS} epochs with W_O {'frozen' if self.frozen else 'learning'} and gamma "
            f"{'on' if self.gamma else 'off'}, and {self.rule}'s hidden states as a cloud coloured by label. At the "
            f"end the correct rates are {rates}; those of the best linear readout of H are {linear}."
        )

    def picture(self) -> Figure:
        results, clouds, _ = _train(self._options(), EPOCHS, EVERY)
        figure = Figure(figsize=(7.2, 5.0), dpi=125, layout="constrained")
        panels = figure.subplots(2, 2).flat
        for axes, (name, title) in zip(panels, PANELS.items(), strict=False):
            for rule, data in results.items():
                style = {"linewidth": 3} if rule == "FA" else {"linewidth": 1.2, "dashes": (5, 4)}
                curves(axes, data[name], label=rule, **style if rule in ("FA", "NFA") else {})
            axes.set(title=title, xlabel="epoch", xlim=(0, EPOCHS))
        figure.axes[0].set_ylim(bottom=0)
        figure.axes[1].set_ylim(0, 1)
        figure.axes[2].set_ylim(0.5, 1)
        self._cloud(figure.axes[3], *clouds[self.rule])
        figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
        return figure

    def _cloud(self, axes: Axes, H: Tensor, linear: Tensor, y_hat: Tensor) -> None:
        """H (sample, 4) with what the readouts make of it, (sample, 2)."""
        both = self.view == "both readouts"
        if both:
            points = readouts(linear, y_hat)
        else:
            a, b = (int(digit) - 1 for digit in self.view.removeprefix("units ").split(", "))
            points = (H[:, a], H[:, b])
            axes.set(xlabel=f"unit {a + 1}", ylabel=f"unit {b + 1}")
        title = f"H of {self.rule} after {EPOCHS} epochs"
        cloud(axes, *points, colour=COLOURS[self.rule], title=title, both=both)


@lru_cache(maxsize=16)
def _train(options: tuple, epochs: int, every: int):
    """Curves, clouds and parameters of every rule, as `trained` gives them: of words, picture and page."""
    return trained(Training(**dict(options)).model(*RULES), RULES, epochs=epochs, every=every)


def _finished(settings: dict) -> tuple:
    return _train(tuple(settings.items()), EPOCHS, EVERY)
