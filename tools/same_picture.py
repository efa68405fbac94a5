"""Whether two notebooks of one chapter show the same: equal code and texts, and pictures that no eye tells apart.

Another processor forms sums in another order. A number then differs in its last digit, and now and then a marker is
drawn one pixel further. Such a picture is no news: the notebook keeps the one that it has.
"""

import base64
import io
import re
from collections.abc import Iterator

import nbformat
import numpy as np
from nbformat import NotebookNode
from PIL import Image

MOVE = 1  # pixels by which a part may have moved: half a pixel of the page, pictures are drawn at twice its size
NEAR = 12  # levels of 255 by which a blurred spot may differ when such moves are undone
FAINT = 2  # levels by which a pixel may differ and count as unchanged: another palette
SHARE = 0.005  # of the pixels that may have changed by more
BLUR = np.array([0.054, 0.242, 0.404, 0.242, 0.054])  # a Gaussian, standard deviation of one pixel
INSIDE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")  # a picture in a text, as a widget's still one


def _pixels(picture: str) -> np.ndarray:
    """A PNG in base64 as levels, int16 of shape (row, column, 4)."""
    image = Image.open(io.BytesIO(base64.b64decode(picture)))
    return np.asarray(image.convert("RGBA"), dtype=np.int16)


def _moved(pixels: np.ndarray) -> Iterator[np.ndarray]:
    """The picture moved by up to MOVE pixels in each direction, its border repeated."""
    rows, columns = pixels.shape[:2]
    wide = np.pad(pixels, ((MOVE, MOVE), (MOVE, MOVE), (0, 0)), mode="edge")
    for down in range(2 * MOVE + 1):
        for right in range(2 * MOVE + 1):
            yield wide[down : down + rows, right : right + columns]


def _blurred(levels: np.ndarray) -> np.ndarray:
    """Levels of shape (row, column), each the weighted mean of its neighbourhood."""
    for axis in (0, 1):
        wide = np.pad(levels, [(2, 2) if axis == this else (0, 0) for this in (0, 1)], mode="edge")
        levels = sum(weight * wide.take(range(k, k + levels.shape[axis]), axis) for k, weight in enumerate(BLUR))
    return levels


def near(before: str, after: str) -> bool:
    """Whether two pictures cannot be told apart by eye.

    They are of one size, at most SHARE of their pixels have changed, and around every pixel a move of at most MOVE
    pixels makes one into the other up to NEAR levels after a small blur. A part that was moved as a whole passes; one
    that is missing, new or of another form does not, since no move makes it.

    Args:
        before: a PNG in base64.
        after: another.
    """
    if before == after:
        return True
    first, second = _pixels(before), _pixels(after)
    if first.shape != second.shape:
        return False
    changed = np.abs(first - second).max(2) > FAINT  # (row, column)
    if changed.mean() > SHARE:
        return False
    if not changed.any():
        return True
    places = (np.flatnonzero(changed.any(1 - axis)) for axis in (0, 1))
    part = tuple(slice(max(0, place[0] - 4), place[-1] + 5) for place in places)  # with all that a blur can reach
    moves = (_blurred(np.abs(moved - second[part]).max(2)) for moved in _moved(first[part]))
    return bool(np.minimum.reduce(list(moves)).max() <= NEAR)


def _parts(outputs: list[NotebookNode]) -> tuple[str, list[str]]:
    """Outputs as their text, a mark in place of each picture, and the pictures in their order."""
    pictures: list[str] = []

    def take(picture: str) -> str:
        pictures.append(picture)
        return "<picture>"

    def walk(value: object, mime: str = "") -> object:
        if isinstance(value, dict):
            return {key: walk(item, key) for key, item in sorted(value.items())}
        if isinstance(value, list):
            return [walk(item, mime) for item in value]
        if not isinstance(value, str):
            return value
        if mime.endswith("image/png"):
            return take(value)
        return INSIDE.sub(lambda found: take(found[1]), value)

    return repr(walk([{**output, "execution_count": None} for output in outputs])), pictures


def keep(before: str, after: str) -> str:
    """The notebook `after`, with the pictures of `before` where they are near.

    Pictures are kept only if every cell of code that both have prints the same: numbers and pictures come from one run.

    Args:
        before: text of a notebook in its one written form (`tools.normalise`), as committed.
        after: that of the same chapter, run again.

    Returns:
        A notebook in the same form. It is `before` to the byte if the two differ in near pictures alone.
    """
    old, new = (nbformat.reads(text, as_version=4) for text in (before, after))
    had = {cell.id: cell for cell in old.cells if cell.cell_type == "code"}  # an id is a hash of the cell's text
    pairs = [(had[cell.id], cell) for cell in new.cells if cell.id in had]
    parts = [tuple(_parts(cell.outputs) for cell in pair) for pair in pairs]
    if any(left[0] != right[0] for left, right in parts):
        return after
    for (left, right), ((_, committed), (_, computed)) in zip(pairs, parts, strict=True):
        if all(near(*pictures) for pictures in zip(committed, computed, strict=True)):
            for output, now in zip(left.outputs, right.outputs, strict=True):
                now.update({key: value for key, value in output.items() if key != "execution_count"})
    return nbformat.writes(new, version=nbformat.NO_CONVERT) + "\n"
