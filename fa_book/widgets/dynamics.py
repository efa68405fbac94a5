"""Widget: the idealised dynamics of Fig. 2, simulated and solved, with its assumptions to change."""

import numpy as np
import traitlets
from matplotlib import ticker
from matplotlib.figure import Figure

from fa_book.figures import COLOURS
from fa_book.widgets.base import Widget
from fa_book.widgets.mulberry import normal, uniform
from fa_lib import dynamics

PANELS = {
    "direct_loss": "direct loss",
    "regression_loss": "regression loss",
    "gradient_norm": "norm of the regression's gradient",
    "angle": "angle of update and gradient (°)",
}


class Dynamics(Widget):
    """The curves of Fig. 2 for one draw, whose feedback stands at a chosen angle to its decoder.

    Args:
        m, p, n: hidden units (2 to 12), outputs (1 to 4) and samples (50 to 5000).
        angle: between B and W' as vectors, degrees, 0 to 180; for one output the angle between b and w.
        step: step size mu, 0.01 to 1.
        steps: number of steps, 5 to 60.
        seed: seed of the draw, 0 to 999.

    Raises:
        TraitError: for a value out of range.

    Source: Cheng & Brown 2023, Eq. 10 and Fig. 2.
    """

    module = "dynamics"
    m = traitlets.Int(6, min=2, max=12).tag(sync=True, state=True)
    p = traitlets.Int(1, min=1, max=4).tag(sync=True, state=True)
    angle = traitlets.Float(60.0, min=0, max=180).tag(sync=True, state=True)
    step = traitlets.Float(0.2, min=0.01, max=1).tag(sync=True, state=True)
    n = traitlets.Enum((50, 100, 200, 500, 1000, 2000, 5000), 1000).tag(sync=True, state=True)
    steps = traitlets.Int(20, min=5, max=60).tag(sync=True, state=True)
    seed = traitlets.Int(0, min=0, max=999).tag(sync=True, state=True)

    def draw(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """H0 (n, m), Y (n, p), W (m, p) and B (p, m), the numbers that the widget's JavaScript draws."""
        n, m, p = self.n, self.m, self.p
        u = uniform(self.seed, 6 * m * p + n * (m + p))
        W, along, aside = np.split(normal(u[: 6 * m * p]), 3)
        W = W.reshape(m, p) / m
        H0, Y = np.split(u[6 * m * p :] - 0.5, [n * m])
        unit = W.T.ravel() / np.linalg.norm(W)
        across = aside - (aside @ unit) * unit
        radians = np.radians(self.angle)
        direction = np.cos(radians) * unit + np.sin(radians) * across / np.linalg.norm(across)
        return H0.reshape(n, m), Y.reshape(n, p), W, (np.linalg.norm(along) * direction).reshape(p, m)

    def words(self) -> str:
        curves = self._curves()[0]
        ends = {name: f"{float(curves[name][0]):.3g} to {float(curves[name][-1]):.3g}" for name in PANELS}
        return (
            f"Four curves over {self.steps} steps, simulated and exact, which agree: direct loss from "
            f"{ends['direct_loss']}, regression loss from {ends['regression_loss']}, norm of its gradient from "
            f"{ends['gradient_norm']}, angle from {ends['angle']} degrees."
        )

    def picture(self) -> Figure:
        simulated, solved = self._curves()
        figure = Figure(figsize=(6.4, 4.2), dpi=125, layout="constrained")
        for axes, (name, title) in zip(figure.subplots(2, 2, sharex=True).flat, PANELS.items(), strict=True):
            axes.plot(solved.step, solved[name], color=COLOURS["FA"], label="exact solution")
            axes.plot(simulated.step, simulated[name], "o", color="black", markersize=3, label="simulation")
            axes.set_title(title)
            if name == "angle":
                axes.axhline(90, color="0.4", linestyle=":")
                axes.set(ylim=(0, 180), yticks=(0, 45, 90, 135, 180))
            else:
                _logarithmic(axes, solved[name].values)
        for axes in figure.axes[2:]:
            axes.set_xlabel("step")
        figure.axes[1].legend()
        return figure

    def _curves(self):
        made = self.draw()
        return [solve(*made, step=self.step, steps=self.steps) for solve in (dynamics.simulate, dynamics.exact)]


def _logarithmic(axes, values: np.ndarray) -> None:
    """Powers of ten on the y axis, and 2 and 5 times them where there are few."""
    axes.set_yscale("log")
    few = np.ptp(np.log10(values[values > 0])) < 2
    axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5) if few else (1,)))
    axes.yaxis.set_major_formatter(ticker.StrMethodFormatter("{x:g}"))
    axes.yaxis.set_minor_formatter(ticker.NullFormatter())
