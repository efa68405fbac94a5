"""What a chapter's notebook edition needs where there is no site around it: figures that show, numbers that are kept.

In the book's sources `myst_nb.glue` keeps a figure or a number for the place in the text where it belongs. The editions
for Jupyter (tools/reader) have their text complete, so there `Glue` shows a figure under the cell that draws it, and
keeps the numbers, so that the last cell can set them beside those of the text.
"""

import io
import os
import struct
from collections.abc import Mapping
from pathlib import Path

from IPython.display import Image, display
from matplotlib.figure import Figure

BOOK = Path(__file__).resolve().parents[1] / "book"  # in a clone; an installed package has none


class Glue:
    """Called as `myst_nb.glue` is; `compare` says which numbers came out otherwise than the text has them."""

    def __init__(self):
        self.numbers: dict[str, str] = {}

    def __call__(self, name: str, value: object, display: bool = True) -> None:
        """Show a figure; keep a number or a word.

        Args:
            name: as the chapter calls the value.
            value: a figure is shown whatever `display` says, all else only if that is true.
            display: as `myst_nb.glue` has it.
        """
        if isinstance(value, Figure):
            show(value)
            return
        if isinstance(value, str | int | float):
            self.numbers[name] = str(value)
        if display:
            _display(value)

    def compare(self, published: Mapping[str, str]) -> None:
        """Print which numbers of this run differ from those of the text.

        Args:
            published: name to number, as the text has it.
        """
        rows = [(name, text, self.numbers.get(name, "not computed")) for name, text in published.items()]
        other = [row for row in rows if row[1] != row[2]]
        print(f"{len(rows) - len(other)} of {len(rows)} numbers are as in the text")
        if other:
            other.insert(0, ("name", "in the text", "in this run"))
            widths = [max(map(len, column)) for column in zip(*other, strict=True)]
            for row in other:
                print("  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip())


def _display(value: object) -> None:
    display(value)


def show(figure: Figure) -> None:
    """Display a figure at half its pixels, the size for which its letters are made."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi="figure", bbox_inches="tight")
    picture = file.getvalue()
    width, height = struct.unpack(">II", picture[16:24])  # where every PNG says its size
    display(Image(picture, format="png", width=width // 2, height=height // 2))


def begin() -> Glue:
    """Work from the book's folder, where its data and published results lie, and give what chapters call `glue`."""
    if BOOK.is_dir():
        os.chdir(BOOK)
    return Glue()
