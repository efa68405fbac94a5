"""The paper's Fig. 3 and Fig. 5, drawn by code, and the box of tanh with what a signal asks for in it.

A diagram is a few shapes and the arrows between them. Each shape carries its name as `gid`, each arrow the names of its
two ends, so that a drawing can be read as the graph it is.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, FancyArrowPatch, FancyBboxPatch, Patch

from fa_book.encoder_decoder import box
from fa_book.figures import COLOURS

INK = "#222222"
FEEDBACK = COLOURS["TF"]
STYLES = {  # edge and fill of a box; the fills are pale enough for dark text
    "Encoder": (COLOURS["FA"], "#E4EFF7"),
    "Decoder": (INK, "#EDEDED"),
    "Feedback": (FEEDBACK, "#FBE7DA"),
}
LOST = "#F6CDB0"  # the shade of states from which the target is never reached
CHANNELS = {  # what the error or the target passes through on its way to H, and the change of H that comes out
    "BP": ("error", ("$W_O$",), r"$\Delta H = -E\,W_O$"),
    "FA": ("error", ("$B$",), r"$\Delta H = -E\,B$"),
    "NFA": ("error", (r"$B + \sigma\xi$",), r"$\Delta H = -E\,(B + \sigma\xi)$"),
    "NF": ("error", ("$B_1$", "tanh", "$B_2$"), r"$\Delta H = -\tanh(E B_1)\,B_2$"),
    "TF": ("target", ("$B$",), r"$\Delta H \propto -(Y - \overline{Y})\,B$"),
}


def _canvas(axes: Axes, width: float, height: float) -> None:
    axes.set(xlim=(0, width), ylim=(0, height), aspect="equal", position=(0, 0, 1, 1))
    axes.axis("off")


def _write(axes: Axes, x: float, y: float, text: str, size: float = 12, **more) -> None:
    axes.text(x, y, text, va="center", fontsize=size, **{"ha": "center", "color": INK, "zorder": 4} | more)


def _value(axes: Axes, name: str, x: float, y: float, text: str, width: float = 0.66, height: float = 0.66) -> Patch:
    """A round shape: something that is computed."""
    shape = Ellipse((x, y), width, height, facecolor="white", edgecolor=INK, linewidth=1.6, zorder=3, gid=name)
    _write(axes, x, y, text, 15)
    return axes.add_patch(shape)


def _box(axes: Axes, name: str, x: float, y: float, size: tuple[float, float], text: str, edge, fill="white") -> Patch:
    """A box: something that computes."""
    corner = (x - size[0] / 2, y - size[1] / 2)
    shape = FancyBboxPatch(corner, *size, boxstyle="round,pad=0,rounding_size=0.08", facecolor=fill, edgecolor=edge,
                           linewidth=1.8, zorder=3, gid=name)  # fmt: skip
    _write(axes, x, y, text)
    return axes.add_patch(shape)


def _centre(shape: Patch) -> tuple[float, float]:
    box = shape.get_path().get_extents(shape.get_patch_transform())
    return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2


def _arrow(axes: Axes, start: Patch, end: Patch, *, color=INK, line: str = "-", width: float = 1.8, x=None) -> None:
    """An arrow from the border of one shape to that of another; upright at x where that is given."""
    ends = [centre if x is None else (x, centre[1]) for centre in (_centre(start), _centre(end))]
    arrow = FancyArrowPatch(*ends, patchA=start, patchB=end, shrinkA=1, shrinkB=1, arrowstyle="-|>", color=color,
                            mutation_scale=14, linewidth=width, linestyle=line, zorder=2,
                            gid=f"{start.get_gid()} -> {end.get_gid()}")  # fmt: skip
    axes.add_patch(arrow)


def triangle() -> Figure:
    """The paper's Fig. 3: the encoder turns x into H, the decoder H into y_hat, feedback what is known of y into dH.

    Returns:
        A figure of 6.4 x 2.7 inches.

    Source: Cheng & Brown 2023, Fig. 3, redrawn.
    """
    figure, axes = plt.subplots(figsize=(6.4, 2.7))
    _canvas(axes, 6.4, 2.7)
    values = {"x": (0.5, 2.1, "$x$"), "H": (3.2, 2.1, "$H$"), "y_hat": (5.9, 2.1, r"$\hat{y}$"), "y": (5.9, 0.5, "$y$")}
    boxes = {"Encoder": (1.85, 2.1), "Decoder": (4.55, 2.1), "Feedback": (4.05, 0.5)}
    shapes = {name: _value(axes, name, *place) for name, place in values.items()}
    shapes |= {name: _box(axes, name, *place, (1.32, 0.72), name, *STYLES[name]) for name, place in boxes.items()}
    for start, end in (("x", "Encoder"), ("Encoder", "H"), ("H", "Decoder"), ("Decoder", "y_hat")):
        _arrow(axes, shapes[start], shapes[end])
    _arrow(axes, shapes["y"], shapes["Feedback"], color=FEEDBACK)
    _arrow(axes, shapes["y_hat"], shapes["Feedback"], color=FEEDBACK, line=(0, (3, 2)))
    _arrow(axes, shapes["Feedback"], shapes["H"], color=FEEDBACK, width=2.8)
    _write(axes, 3.3, 1.2, r"$\Delta H$", 15, ha="right")
    _write(axes, 0.2, 0.5, "dashed: only where\nthe error is fed back", 11, ha="left")
    return figure


def channels() -> Figure:
    """The paper's Fig. 5: what BP, FA, NFA, NF and TF put in the place of the feedback box.

    Returns:
        A figure of 9.5 x 4 inches, one panel a rule.

    Source: Cheng & Brown 2023, Fig. 5, redrawn.
    """
    figure = plt.figure(figsize=(9.5, 4))
    for number, (rule, (source, stages, formula)) in enumerate(CHANNELS.items()):
        axes = figure.add_subplot(label=rule)
        _canvas(axes, 1.9, 4)
        axes.set_position((number / len(CHANNELS), 0, 1 / len(CHANNELS), 1))
        left, right, colour = 0.42, 1.34, COLOURS[rule]
        _write(axes, 0.9, 3.79, rule, 14, fontweight="bold")
        hidden = _value(axes, "H", 0.9, 0.75, "$H$", 1.6, 0.6)
        output = _value(axes, "y_hat", left, 3.25, r"$\hat{y}$", 0.58, 0.58)
        start = _value(axes, source, right, 3.25, {"error": "$E$", "target": "$y$"}[source], 0.58, 0.58)
        decoder = _box(axes, "Decoder", left, 2.0, (0.62, 0.42), "$W_O$", *STYLES["Decoder"])
        _arrow(axes, hidden, decoder, x=left)
        _arrow(axes, decoder, output)
        if source == "error":
            _arrow(axes, output, start, color=colour)
        for place, stage in enumerate(stages):
            height = 2.0 + 0.6 * ((len(stages) - 1) / 2 - place)
            fill = STYLES["Decoder"][1] if stage == "$W_O$" else "white"
            box = _box(axes, f"rule {place + 1}", right, height, (0.92, 0.36), stage, colour, fill)
            _arrow(axes, start, box, color=colour, width=2.4)
            start = box
        _arrow(axes, start, hidden, color=colour, width=2.4, x=right)
        _write(axes, 0.9, 0.18, formula, 11)
    return figure


def two_ways() -> Figure:
    """Feedback alignment in one picture: the error goes back through W_O under BP, through a fixed random B under FA.

    Returns:
        A figure of 5.4 x 3 inches, a panel a rule.

    Source: Lillicrap et al. 2016, Fig. 1, as an idea.
    """
    figure = plt.figure(figsize=(5.4, 3))
    panels = {
        "BP": ("backpropagation (BP)", "$W_O$", "the same weights"),
        "FA": ("feedback alignment (FA)", "$B$", "random, fixed"),
    }
    for number, (rule, (title, back, words)) in enumerate(panels.items()):
        axes = figure.add_subplot(label=rule)
        _canvas(axes, 2.7, 3)
        axes.set_position((number / 2, 0, 0.5, 1))
        colour = COLOURS[rule]
        _write(axes, 1.35, 2.82, title, 11.5, fontweight="bold")
        y_hat = _value(axes, "y_hat", 0.5, 2.3, r"$\hat{y}$", 0.56, 0.56)
        error = _value(axes, "error", 2.2, 2.3, "$E$", 0.56, 0.56)
        forward = _box(axes, "Decoder", 0.5, 1.5, (0.72, 0.42), "$W_O$", *STYLES["Decoder"])
        hidden = _value(axes, "H", 1.35, 0.75, "$H$", 2.3, 0.5)
        source = _value(axes, "x", 1.35, 0.2, "$x$", 0.5, 0.34)
        fill = STYLES["Decoder"][1] if rule == "BP" else "white"
        channel = _box(axes, "channel", 2.2, 1.5, (0.72, 0.42), back, colour, fill)
        _arrow(axes, source, hidden)
        _arrow(axes, hidden, forward, x=0.5)
        _arrow(axes, forward, y_hat)
        _arrow(axes, y_hat, error, color=colour)
        _arrow(axes, error, channel, color=colour, width=2.8)
        _arrow(axes, channel, hidden, color=colour, width=2.8, x=2.2)
        _write(axes, 1.35, 1.14, words, 11)
        _write(axes, 2.29, 1.14, r"$\Delta H$", 11, ha="left")
    return figure


def field(axes: Axes, w, B, y: float, *, gamma: float = 1.0, color=INK) -> None:
    """What a signal asks for and where it leads, over the states of two units in the box.

    Arrows: the direction asked for, -e B. Curves: where tanh lets the state go, a dot at the end. Shaded: states that
    start inside the box of gamma = 1 (dotted) and end away from the best error. Dashed line: states that decode to y.

    Args:
        axes: where to draw.
        w, B, y, gamma: as in `box.flow`, for two units.
        color: of arrows and curves.

    Source: Cheng & Brown 2023, Section 2.3.
    """
    states = box.grid(31, 0.97)
    lost = np.where(box.lost(w, B, y, gamma=gamma, start=states), 1, np.nan)
    axes.pcolormesh(*np.moveaxis(states, -1, 0), lost, cmap=ListedColormap([LOST]), vmin=0, vmax=1, zorder=0)
    curves = box.flow(box.grid(5, 0.8).reshape(-1, 2), w, B, y, gamma=gamma, keep=1000)  # (moment, start, 2)
    axes.plot(*np.moveaxis(curves, -1, 0), color=color, linewidth=0.8, alpha=0.7, zorder=2)
    axes.plot(*curves[-1].T, "o", color=color, markersize=4, zorder=5)
    points = box.grid(7, 0.9 * gamma)
    asked = -(points @ np.asarray(w, float) - y)[..., None] * np.asarray(B, float)
    axes.quiver(*np.moveaxis(points, -1, 0), *np.moveaxis(asked, -1, 0), color=color, alpha=0.45, width=0.006, zorder=3)
    line = np.array([-2, 2]) * gamma
    axes.plot(line, (y - w[0] * line) / w[1], "--", color=INK, linewidth=1.4, zorder=4)
    for edge, style in ((gamma, "-"), (1, ":")):
        axes.plot(edge * np.array([-1, 1, 1, -1, -1]), edge * np.array([-1, -1, 1, 1, -1]), style, color="0.4")
    limit = 1.12 * gamma
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", xlabel="$H_1$", ylabel="$H_2$")
    axes.grid(False)
