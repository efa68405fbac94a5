"""What another processor draws differently is no change; one marker, one line, one letter is."""

import base64
import io
import itertools
import subprocess

import nbformat
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from nbformat import v4
from PIL import Image
from small_book import call, cell, chapter, make_book

from tools.normalise import _small, normalise
from tools.same_picture import SHARE, keep, near

X = np.linspace(0, 1, 60)
WAVES = [np.sin(6 * X + phase) for phase in range(4)]


def encoded(pixels: np.ndarray) -> str:
    data = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(data, "PNG")
    return base64.b64encode(data.getvalue()).decode()


def pixels(picture: str) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB"))


def drawn(draw, size=(3, 2), dpi=200) -> str:
    """A picture as a chapter's notebook has it: at twice the page's size, with a palette."""
    figure = Figure(figsize=size, dpi=dpi)
    FigureCanvasAgg(figure)
    draw(figure)
    data = io.BytesIO()
    figure.savefig(data, format="png")
    return _small(base64.b64encode(data.getvalue()).decode())


def panel(figure, markers=((0.3, 0.4), (0.6, 0.7)), waves=WAVES, thin=True, size=4, ticks=("0", "5"), grid="0.9"):
    axes = figure.subplots()
    axes.grid(True, color=grid)
    for wave in waves:
        axes.plot(X, wave, linewidth=1)
    if thin:
        axes.axhline(0.1, color="0.5", linewidth=0.5)
    axes.plot(*zip(*markers, strict=True), "o", markersize=size)
    axes.set(xlim=(0, 1), ylim=(-1.2, 1.2))
    axes.set_xticks([0.25, 0.75], ticks)


ONE = drawn(panel)


def test_the_same_picture_in_other_bytes_is_near():
    again = encoded(pixels(ONE))
    assert again != ONE
    assert near(ONE, again)


@pytest.mark.parametrize("change", [1e-9, 1e-7])
def test_last_digits_of_what_is_drawn_are_not_seen(change):
    other = [wave * (1 + change * np.cos(9 * X)) for wave in WAVES]
    assert near(ONE, drawn(lambda figure: panel(figure, waves=other)))


def marker(down: int, right: int) -> str:
    """A picture with one marker, which is moved by pixels, over a light line that is not."""
    disc = np.add.outer((np.arange(620) - 212 - down) ** 2, (np.arange(1440) - 230 - right) ** 2) < 36
    picture = np.full((620, 1440, 3), 255)
    picture[:, 229:231] = 229
    picture[disc] = 88, 200, 136
    return encoded(picture)


def test_a_marker_a_pixel_further_is_not_seen_two_are():
    assert all(near(marker(0, 0), marker(down, right)) for down in (-1, 0, 1) for right in (-1, 0, 1))
    assert not near(marker(0, 0), marker(2, 0))
    assert not near(marker(0, 0), marker(0, -2))


# A marker of book/bottleneck.ipynb as two processors drew it, 20 by 20 pixels of 620 by 1440.
ONE_PROCESSOR = (
    "iVBORw0KGgoAAAANSUhEUgAAABQAAAAUCAMAAAC6V+0/AAAAPFBMVEX////5/fvS7ePo6OjE6tW73tqS2bJszJdiyJFiyJBhx49axYtaxYpd"
    "w4xYxYlWw4hLwIBHv31EvXxCvXr6ia5zAAAAbElEQVR42qWQUQ6AIAxDh8JgG05w97+r0UTFSPzQfr4s7VoAgHGEp35D5xHRuxsMkUSF4tDA"
    "MGk1s6rpoi7NVoSlmMbTwU9LYSLiUskfEGcT2pRNsIG8QzbF18uu556eOd/Su3/2G/W7f99zBd8gBitBTFHsAAAAAElFTkSuQmCC"
)
ANOTHER = (
    "iVBORw0KGgoAAAANSUhEUgAAABQAAAAUCAMAAAC6V+0/AAAAPFBMVEX////5/fvS7ePo6OjE6tW73tqS2bJszJdiyJFiyJBhx49axYtaxYpd"
    "w4xYxYlWw4hLwIBHv31EvXxCvXr6ia5zAAAAbUlEQVR42qXQ2w6AIAgGYCzDAEON93/Xlltn19bi8hv7OQAA9D086ws6j4jeXXAIJCoUuhMO"
    "kxYzKzoe6sZkWViyadgT/DRnJiLOhfyGmExorWiCJ+SKbIqvnc3MOj1yvExv7tm+qH3733/eYAFWyQYrAc8VzAAAAABJRU5ErkJggg=="
)


def test_a_marker_as_two_processors_drew_it_is_near():
    whole = [np.full((620, 1440, 3), 255) for _ in range(2)]
    for picture, part in zip(whole, (ONE_PROCESSOR, ANOTHER), strict=True):
        picture[209:229, 222:242] = pixels(part)
    difference = np.abs(whole[0] - whole[1]).max(2)
    assert ((difference > 0).sum(), difference.max()) == (132, 141)
    assert near(*map(encoded, whole))


CHANGES = {
    "a marker moved": {"markers": ((0.3, 0.4), (0.6, 0.72))},
    "a marker missing": {"markers": ((0.3, 0.4),)},
    "a marker more": {"markers": ((0.3, 0.4), (0.6, 0.7), (0.9, -0.9))},
    "markers smaller": {"size": 3},
    "a thin line missing": {"thin": False},
    "a curve moved": {"waves": [WAVES[0] + 0.03, *WAVES[1:]]},
    "a curve missing": {"waves": WAVES[1:]},
    "a tick's label": {"ticks": ("0", "6")},
    "a decimal point": {"ticks": ("0", ".5")},
    "no grid": {"grid": "white"},
    "a darker grid": {"grid": "0.8"},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_real_change_is_told(change):
    other = drawn(lambda figure: panel(figure, **change))
    assert not near(ONE, other)
    assert not near(other, ONE)


@pytest.mark.parametrize(("dpi", "size", "colour"), [(125, 8, "black"), (200, 6, "black"), (200, 8, "0.6")])
def test_every_letter_is_told_from_every_other(dpi, size, colour):
    letters = "0123456789abcdeFPOQilABCDS.,;:-\N{MINUS SIGN}+()"
    at = {"fontsize": size, "color": colour}
    pictures = {
        one: drawn(lambda figure, one=one: figure.text(0.1, 0.3, one, **at), (1.2, 0.9), dpi) for one in letters
    }
    alike = [a + b for a, b in itertools.combinations(letters, 2) if near(pictures[a], pictures[b])]
    assert alike == []


def test_size_and_share_are_bounded():
    white = np.full((100, 200, 3), 255)
    assert not near(encoded(white), encoded(white[:, :-1]))
    assert near(encoded(white), encoded(white - 2))  # another palette
    faint = white.copy()
    faint[:10, :10] -= 4
    assert near(encoded(white), encoded(faint)) == (SHARE * 20_000 >= 100)
    faint[:11, :10] -= 4
    assert not near(encoded(white), encoded(faint))  # so much of another shade is seen


def notebook(picture: str, table: str = "0.73\n", prose: str = "As seen.", code: str = "draw()", count: int = 1) -> str:
    """A chapter's text with a picture in its three forms, glued, shown and in a page's text, and its table."""
    glued = v4.new_output("display_data", {"application/papermill.record/image/png": picture, "text/plain": "fig"})
    widget = f'<fa-widget><img src="data:image/png;base64,{picture}"/></fa-widget>'
    shown = v4.new_output("execute_result", {"text/html": widget, "image/png": picture}, execution_count=count)
    cells = [v4.new_markdown_cell(prose), v4.new_code_cell(code, execution_count=count, outputs=[glued, shown])]
    printed = [v4.new_output("stream", name="stdout", text=table)]
    cells.append(v4.new_code_cell("table()", execution_count=count + 1, outputs=printed))
    return normalise(v4.new_notebook(cells=cells))


HERE, THERE, ELSEWHERE = (notebook(_small(marker(down, 0))) for down in (0, 1, 8))


def test_a_notebook_of_another_processor_is_kept_to_the_byte():
    assert THERE != HERE
    assert keep(HERE, THERE) == HERE
    assert keep(HERE, HERE) == HERE
    assert keep(HERE, ELSEWHERE) == ELSEWHERE


def test_no_picture_is_kept_where_a_table_changed():
    other = notebook(_small(marker(1, 0)), table="0.74\n")
    assert keep(HERE, other) == other


def test_other_prose_and_numbers_of_cells_keep_the_picture():
    other = notebook(_small(marker(1, 0)), prose="As one sees.", count=5)
    kept = keep(HERE, other)
    assert kept == notebook(_small(marker(0, 0)), prose="As one sees.", count=5)
    assert normalise(nbformat.reads(kept, as_version=4)) == kept


def test_other_code_has_its_own_picture():
    other = notebook(_small(marker(1, 0)), code="draw(more=True)")
    assert keep(HERE, other) == other


DRAW = """
import os
from IPython.display import Image, display
display(Image(filename="picture.png", format="png"))
"""


def test_a_chapter_run_again_keeps_its_committed_picture(tmp_path):
    """Also after a change that was seen and undone, when the one in place is another."""
    book = make_book(tmp_path, a=chapter(cell(DRAW)))
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]

    def run(picture: str) -> bytes:
        (book.folder / "picture.png").write_bytes(base64.b64decode(picture))
        answer = call("execute", book, "--force")
        assert answer.returncode == 0, answer.stderr
        return book.notebook("a").read_bytes()

    first = run(marker(0, 0))
    assert run(marker(1, 0)) == first  # without git: as the one in place
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *arguments], check=True)
    assert run(marker(8, 0)) != first
    assert run(marker(0, 1)) == first
