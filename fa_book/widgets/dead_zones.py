"""Widget: two hidden units in the box that tanh sets, FA's and BP's signals, and where they end blocked.

The units are h = gamma tanh(a) with one output w.h and target y. A signal of direction b drives them through their
tanh, da_i/dt = -e b_i gamma / cosh(a_i)^2 with e = w.h - y; BP has b = w. Dividing the equations of the two units, both
F(a_i) = (a_i + sinh(a_i) cosh(a_i)) / 2 move by s b_i with one s, so paths are known in closed form.
"""

import numpy as np
import traitlets
from matplotlib.figure import Figure
from numpy.typing import NDArray

from fa_book.figures import COLOURS
from fa_book.widgets.base import Widget

LENGTHS = 1e-3 * 1e9 ** (np.arange(80) / 79)  # places s on a path, from small to saturated
CELLS = 36  # along each side of the box


def path(u: NDArray, b: NDArray, toward: NDArray) -> NDArray:
    """tanh(a) along paths: u (..., 2) to (..., place, 2), for signals of direction b, with s of sign `toward`."""
    a = np.arctanh(u)[..., None, :]
    s = np.asarray(toward)[..., None, None] * LENGTHS[:, None]  # (..., place, 1)
    x = (a + np.sinh(a) * np.cosh(a)) / 2 + s * b
    a = np.arcsinh(4 * x) / 2
    for _ in range(8):  # Newton's method from the outside, where F is convex
        a = a - ((a + np.sinh(a) * np.cosh(a)) / 2 - x) / np.cosh(a) ** 2
    return np.tanh(a)


class DeadZones(Widget):
    """The plane of two hidden units with its box, the signals of FA and BP, and the dead zone of one of them.

    Args:
        gamma: half the side of the box, 0.5 to 2.5.
        target: the output y that is wanted, -2 to 2.
        w, b: directions of decoder and feedback, degrees, -180 to 180.
        u1, u2: where the path starts, as a share of the box, -0.98 to 0.98.
        shade: whose dead zone is shown, "FA" or "BP".

    Raises:
        TraitError: for a value out of range.

    Source: Cheng & Brown 2023, Section 2.3 (dead zones) and 2.4 (gamma).
    """

    module = "dead_zones"
    gamma = traitlets.Float(1.0, min=0.5, max=2.5).tag(sync=True, state=True)
    target = traitlets.Float(0.5, min=-2, max=2).tag(sync=True, state=True)
    w = traitlets.Float(35.0, min=-180, max=180).tag(sync=True, state=True)
    b = traitlets.Float(-20.0, min=-180, max=180).tag(sync=True, state=True)
    u1 = traitlets.Float(-0.6, min=-0.98, max=0.98).tag(sync=True, state=True)
    u2 = traitlets.Float(-0.3, min=-0.98, max=0.98).tag(sync=True, state=True)
    shade = traitlets.Enum(("FA", "BP"), "FA").tag(sync=True, state=True)

    def stuck(self, rule: str) -> NDArray:
        """Whether the flow from the centre of each cell of the box never meets zero error, bool (row, column)."""
        centres = (2 * np.arange(CELLS) + 1) / CELLS - 1
        u = np.stack(np.meshgrid(centres, centres), axis=-1)  # (row, column, 2), rows along h2
        _, b = self._directions(rule)
        sign = -np.sign(self._error(u))
        return ~(self._error(path(u, b, sign)) * sign[..., None] >= 0).any(-1)

    def words(self) -> str:
        shares = {rule: f"{100 * self.stuck(rule).mean():.0f} %" for rule in ("FA", "BP")}
        return (
            f"The square of states that two tanh units can take, with the line of states without error. From "
            f"{shares['FA']} of the square FA's signal ends with the units blocked at the wall, off the line; from "
            f"{shares['BP']} of it BP's does. Two paths from one start show it."
        )

    def picture(self) -> Figure:
        figure = Figure(figsize=(4.6, 4.6), dpi=125, layout="constrained")
        axes = figure.subplots()
        side = (-self.gamma, self.gamma)
        stuck = self.stuck(self.shade)
        axes.contourf(*(np.linspace(*side, CELLS),) * 2, stuck, levels=(0.5, 1.5), colors=[COLOURS["TF"]], alpha=0.35)
        axes.plot([*side, *side[::-1], -self.gamma], [side[0], *side, side[1], side[0]], color="black")
        w, _ = self._directions("BP")
        t = np.array([-9, 9])
        line = self.target * w[:, None] + t * np.array([[-w[1]], [w[0]]])
        axes.plot(*line, "--", color="#0b6e4f", label="no error")
        grid = np.stack(np.meshgrid(*(np.arange(-5, 6) / 2,) * 2), axis=-1)  # (row, column, 2)
        error = grid @ w - self.target
        for rule in ("BP", "FA"):
            _, b = self._directions(rule)
            pull = (-0.45 * error / (1 + np.abs(error)))[..., None] * b
            axes.quiver(*np.moveaxis(grid, -1, 0), *np.moveaxis(pull, -1, 0), color=COLOURS[rule], units="xy", scale=1,
                        width=0.02, alpha=0.6)  # fmt: skip
            axes.plot(*self._track(rule), color=COLOURS[rule], linewidth=2.5, label=rule)
        axes.plot(self.gamma * self.u1, self.gamma * self.u2, "o", color="white", markeredgecolor="black", zorder=5)
        axes.set(xlim=(-2.8, 2.8), ylim=(-2.8, 2.8), xlabel="$h_1$", ylabel="$h_2$", aspect="equal")
        axes.grid(visible=False)
        axes.legend(loc="upper right", frameon=True)
        return figure

    def _track(self, rule: str) -> NDArray:
        """The path in H from the start to zero error or to the wall, (2, place)."""
        u = np.array([self.u1, self.u2])
        sign = -np.sign(self._error(u))
        along = np.concatenate([u[None], path(u, self._directions(rule)[1], sign)])  # (place, 2)
        error = self._error(along) * sign  # below zero until the line is met
        if (error > 0).any():
            end = np.argmax(error > 0)
            share = error[end - 1] / (error[end - 1] - error[end])  # of the last stretch
            along = np.concatenate([along[:end], along[None, end - 1] + share * (along[end] - along[end - 1])])
        return self.gamma * along.T

    def _directions(self, rule: str) -> tuple[NDArray, NDArray]:
        w, b = (np.array([np.cos(angle), np.sin(angle)]) for angle in np.radians([self.w, self.b]))
        return w, (b if rule == "FA" else w)

    def _error(self, u: NDArray) -> NDArray:
        """w.h - y of states given as shares of the box, (..., 2) to (...)."""
        return self.gamma * (u @ self._directions("FA")[0]) - self.target
