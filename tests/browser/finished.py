"""Finished runs as readers have them: those in the book's notebooks, where each was trained in full."""

import html
import json
import re
from collections.abc import Callable
from functools import cache

import numpy as np
import xarray as xr

from fa_book.widgets.base import Widget
from tools.book import Book

ELEMENT = re.compile(r'<fa-widget module="(\w+)" state="[^"]*" data="([^"]*)"')


@cache
def _published() -> dict[str, list[dict]]:
    """All finished runs of the notebooks, by their widget's module."""
    found = {}
    for path in map(Book().notebook, Book().chapters()):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", ()):
                for module, data in ELEMENT.findall("".join(output.get("data", {}).get("text/html", ""))):
                    found.setdefault(module, []).extend(json.loads(html.unescape(data)).get("finished", ()))
    return found


def finished(widget: Widget, train: Callable[[int], dict[str, xr.Dataset]], epochs: int) -> dict[str, xr.Dataset]:
    """The finished run of a widget's state, by training, with dims (run, epoch); a training of today begins as it does.

    Args:
        widget: in the state of the run.
        train: trains for so many epochs, as the widget does.
        epochs: how many are trained and compared, a multiple of what lies between two points of the run.
    """
    state, whole = widget.state(), {}
    (run, *_) = [run for run in _published()[widget.module] if run["settings"].items() <= state.items()]
    for name, begun in train(epochs).items():
        columns = dict(zip(["epoch", *map(str, begun.data_vars)], np.transpose(run["curves"][name]), strict=True))
        at = columns.pop("epoch").astype(int)
        curves = {each: (("run", "epoch"), values[None]) for each, values in columns.items()}
        whole[name] = xr.Dataset(curves, coords={"run": [0], "epoch": at})
        for each in columns:
            then = whole[name][each].sel(epoch=begun.epoch)
            size = float(np.abs(begun[each]).max())
            # four digits are kept, and two processors part slowly
            np.testing.assert_allclose(then, begun[each], rtol=0, atol=1e-4 + 1e-3 * size, err_msg=f"{name}, {each}")
    return whole
