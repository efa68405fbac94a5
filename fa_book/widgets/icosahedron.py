"""Widget: a pattern on the icosahedron, what the label depends on, and how far it is from changing."""

import numpy as np
import traitlets
from matplotlib.figure import Figure

from fa_book.alignment import icosahedron
from fa_book.figures import COLOURS
from fa_book.widgets.base import Widget

ANGLES = ("63°", "117°", "180°")
PAIR_COLOURS = (COLOURS["FA"], COLOURS["NF"], COLOURS["TF"])
PAIR_STYLES = ("-", "--", ":")


class Icosahedron(Widget):
    """The 12 inputs of the IBTask as vertices to switch, with counts, power spectrum, class, label and margin.

    Args:
        pattern: number of the pattern, 0 to 4095, as the row of `icosahedron.patterns()`.
        turn: turn of the solid about its upright axis, degrees, -180 to 180.
        tilt: tilt towards the reader, degrees, -90 to 90.

    Raises:
        TraitError: for a value out of range.

    Source: `fa_lib.tasks.icosahedron`; Shwartz-Ziv & Tishby 2017.
    """

    module = "icosahedron"
    pattern = traitlets.Int(0b110101010000, min=0, max=4095).tag(sync=True, state=True)
    turn = traitlets.Float(-20.0, min=-180, max=180).tag(sync=True, state=True)
    tilt = traitlets.Float(24.0, min=-90, max=90).tag(sync=True, state=True)

    def words(self) -> str:
        (k, n1, n2, n3), score, label = self._judged()
        return (
            f"An icosahedron with {k} of its 12 vertices on; {n1} pairs of them stand at 63 degrees, {n2} at 117 and "
            f"{n3} at 180. The score is {score}, the threshold {icosahedron.THRESHOLD}, so the label is {label}."
        )

    def picture(self) -> Figure:
        figure = Figure(figsize=(6.4, 3.2), dpi=125, layout="constrained")
        solid, power = figure.subplots(1, 2, width_ratios=(1.2, 1))
        self._draw_solid(solid)
        spectrum = icosahedron.power_spectrum(self._bits())
        power.bar(range(6), spectrum / icosahedron.power_spectrum(icosahedron.patterns()).max(0), color=COLOURS["FA"])
        power.set(xlabel="degree $l$", ylabel="power $E_l$, relative to its largest", ylim=(0, 1))
        (k, n1, n2, n3), score, label = self._judged()
        sign = r"\geq" if label else "<"
        rule = rf"$23\cdot{k} + {n1} - 5\cdot{n2} - 8\cdot{n3} = {score} {sign} {icosahedron.THRESHOLD}$: label {label}"
        figure.suptitle(rule, fontsize=10)
        return figure

    def _bits(self):
        return icosahedron.patterns()[self.pattern]

    def _judged(self) -> tuple[icosahedron.PairCounts, int, int]:
        """Counts, score and label of the pattern."""
        margin = int(icosahedron.margin(self._bits()))
        return icosahedron.pair_counts(self._bits()), margin + icosahedron.THRESHOLD, int(margin >= 0)

    def _draw_solid(self, axes) -> None:
        turn, tilt = np.radians([self.turn, self.tilt])
        about_y = [[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]]
        about_x = [[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]]
        x, y, z = np.array(about_x) @ about_y @ icosahedron.vertices().T  # z towards the reader
        cosines = icosahedron.vertices() @ icosahedron.vertices().T
        on = self._bits() == 1
        for i, j in zip(*np.triu_indices(12, 1), strict=True):
            kind = int(np.argmin(np.abs(np.array(icosahedron.COSINES) - cosines[i, j])))
            if on[i] and on[j]:
                line = {"color": PAIR_COLOURS[kind], "linestyle": PAIR_STYLES[kind], "linewidth": 2}
                axes.plot(x[[i, j]], y[[i, j]], zorder=1 + z[i] + z[j], **line)
            elif kind == 0:
                shade = "0.45" if z[i] + z[j] > 0 else "0.8"
                axes.plot(x[[i, j]], y[[i, j]], color=shade, linewidth=1, zorder=1 + z[i] + z[j])
        for vertex in np.argsort(z):
            place, order = (x[vertex], y[vertex]), 5 + z[vertex]
            fill, ink = ("black", "white") if on[vertex] else ("white", "black")
            axes.plot(*place, "o", markersize=15, color=fill, markeredgecolor="black", zorder=order)
            axes.text(*place, vertex, color=ink, ha="center", va="center_baseline", fontsize=8, zorder=order)
        axes.set(aspect="equal", xlim=(-1.2, 1.2), ylim=(-1.2, 1.2))
        axes.axis("off")
