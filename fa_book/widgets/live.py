"""Controls that drive a real fa_lib training, for readers who have a kernel; on a page, the widget `Training`."""

import ipywidgets
import matplotlib.pyplot as plt
import xarray as xr
from matplotlib.figure import Figure

from fa_book import figures
from fa_book.widgets.train import RULES, Training
from fa_lib import tasks
from fa_lib.feedback import BP, FA, NF, NFA, TF
from fa_lib.training import train

SHOWN = {"loss": "loss", "accuracy": "correct rate", "regression_accuracy": "correct rate of a linear readout"}


class Live(ipywidgets.VBox):
    """Train IBTask with fa_lib by hand: choose, press "Train", see the curves.

    In Jupyter: the widget `Training`, which needs no kernel, and below it controls for `fa_lib.train`, which runs in
    the kernel: several runs, samples held out, all measures. Nothing is trained before the button is pressed. On a page
    the widget stands alone.

    Args:
        settings: of the widget, as in `Training`.

    Attributes:
        controls: an `ipywidgets.interactive`, whose `update()` does what the button does.
        data: the last training, as `fa_lib.train` returns it; None before the first.
    """

    def __init__(self, **settings):
        self.training = Training(**settings)
        self.data: xr.Dataset | None = None
        self.controls = ipywidgets.interactive(
            self._run,
            {"manual": True, "manual_name": "Train", "auto_display": True},
            rule=ipywidgets.Dropdown(options=RULES, value=self.training.rule, description="rule"),
            frozen=ipywidgets.Checkbox(self.training.frozen, description="freeze W_O"),
            gamma=ipywidgets.Checkbox(self.training.gamma, description="scaling gamma"),
            k_term=ipywidgets.Checkbox(self.training.k_term, description="K term (TF)"),
            sigma=ipywidgets.FloatLogSlider(1e-3, min=-4, max=1, description="sigma (NFA)", readout_format=".2g"),
            epochs=ipywidgets.IntSlider(200, min=10, max=1000, step=10, description="epochs"),
            runs=ipywidgets.IntSlider(3, min=1, max=10, description="runs"),
            seed=ipywidgets.BoundedIntText(0, min=0, max=999, description="seed"),
        )
        super().__init__([self.training, self.controls])

    def _run(self, rule, frozen, gamma, k_term, sigma, epochs, runs, seed) -> Figure:
        rules = {"BP": BP(), "FA": FA(), "NFA": NFA(sigma=sigma), "NF": NF(),
                 "TF": TF(decorrelate=10.0 if k_term else 0.0)}  # fmt: skip
        self.data = train(
            tasks.ib(seed), rules[rule], runs=runs, epochs=epochs, seed=seed, learn_decoder=not frozen,
            learn_gain=gamma, measure_every=max(epochs // 50, 1), progress=False,
        )  # fmt: skip
        return draw(self.data, rule)

    def _repr_mimebundle_(self, **kwargs):
        return super()._repr_mimebundle_(**kwargs) | {"text/html": self.training.html()}

    def __repr__(self) -> str:
        return f"Live({repr(self.training).removeprefix('Training(')}"


def draw(data: xr.Dataset, rule: str) -> Figure:
    """Three panels of one training, drawn as the book's figures are.

    Args:
        data: from `fa_lib.train`.
        rule: its name, for the colour.
    """
    with plt.rc_context(figures.STYLE):
        figure, panels = plt.subplots(1, 3, figsize=(8.4, 2.6), layout="constrained")
        for axes, (name, title) in zip(panels, SHOWN.items(), strict=True):
            figures.curves(axes, data[name], label=rule)
            axes.set(title=title, xlabel="epoch")
        panels[1].set_ylim(0, 1)
        panels[2].set_ylim(0.5, 1)
    plt.close(figure)  # shown by what is returned, not once more by the notebook
    return figure
