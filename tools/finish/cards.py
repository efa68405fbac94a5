"""Cards: the picture that a messenger shows beside a link to a page."""

import hashlib
import io
import re
import textwrap
from pathlib import Path

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

SIZE = (1200, 630)
INK, PAPER, BLUE, GREY = "#14181e", "#ffffff", "#0072b2", "#5a6270"


def _logo(axes) -> None:
    """The triangle of encoder, decoder and feedback, which the whole book is about."""
    corners = {"x": (0.3, 0.0), "H": (0.0, 0.9), "y": (0.6, 1.8)}
    for start, end in (("x", "H"), ("H", "y"), ("y", "x")):
        line = {"arrowstyle": "-|>", "color": BLUE if end == "x" else INK, "lw": 2.5, "shrinkA": 18, "shrinkB": 18}
        axes.annotate("", corners[end], corners[start], arrowprops=line | {"mutation_scale": 22})
    for name, place in corners.items():
        axes.text(*place, name, ha="center", va="center", fontsize=26, style="italic", color=INK)
    axes.set(xlim=(-0.3, 0.9), ylim=(-0.3, 2.1))
    axes.set_axis_off()


def draw(title: str, text: str, site: str) -> bytes:
    """A card as PNG, the same bytes for the same words."""
    with matplotlib.rc_context({"font.family": "DejaVu Sans", "text.parse_math": False}):
        figure = Figure(figsize=(12, 6.3), dpi=100, facecolor=PAPER)
        canvas = FigureCanvasAgg(figure)
        figure.text(0.055, 0.885, site, fontsize=17, color=BLUE, va="center")
        lines = textwrap.wrap(title, 30)[:3]
        size = 38 if len(lines) < 3 else 34
        figure.text(0.055, 0.76, "\n".join(lines), fontsize=size, weight="bold", color=INK, va="top", linespacing=1.15)
        words = "\n".join(textwrap.wrap(text, 62)[:4])
        figure.text(0.055, 0.12, words, fontsize=17, color=GREY, va="bottom", linespacing=1.35)
        _logo(figure.add_axes((0.77, 0.2, 0.2, 0.66)))
        canvas.draw()
        image = Image.frombytes("RGBA", SIZE, bytes(canvas.buffer_rgba())).convert("RGB")
    file = io.BytesIO()
    image.quantize(64, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def card(folder: Path, title: str, text: str, site: str) -> str:
    """Write a page's card into a folder, if it is not there; return its name."""
    plain = re.sub(r"\s+", " ", title)
    name = "card-" + hashlib.sha256("\n".join((plain, text, site)).encode()).hexdigest()[:16] + ".png"
    if not (folder / name).exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(draw(plain, text, site))
    return name
