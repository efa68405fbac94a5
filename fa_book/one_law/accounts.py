"""What twenty accounts say: the gain by direction, by kind, and by layer, with intervals over runs.

Gains are in shares of the loss that the readout had at the start, so that a training which gains nothing has them, too.
"""

from collections.abc import Callable, Mapping

import numpy as np
import xarray as xr

from fa_lib.statistics import Interval, interval

WAYS = {"along BP": "along", "across BP": "across"}  # part's beginning to its word
KINDS = ("mean", "between classes", "within classes")


def fall(book: xr.Dataset) -> np.ndarray:
    """How far the readout's loss fell over the training, (run,)."""
    return (book.regression_loss.isel(epoch=0) - book.regression_loss.isel(epoch=-1)).values


def start(book: xr.Dataset) -> float:
    """The readout's loss at the start, mean over runs."""
    return float(book.regression_loss.isel(epoch=0).mean())


def gained(book: xr.Dataset) -> xr.DataArray:
    """What each part of the signal to each layer gained in the end, (part, layer, run); above 0 for a gain."""
    return -book.booked.sel(scheme="both ends").isel(epoch=-1)


def left_open(book: xr.Dataset) -> np.ndarray:
    """How far the parts' sum is from the change of the loss, in shares of the mean change, (run,)."""
    change = fall(book)
    return (gained(book).sum(("part", "layer")).values - change) / change.mean()


def share(book: xr.Dataset, *, way: str = "", kind: str = "", layer: int | None = None) -> Interval:
    """What some parts gained, as a share of the mean loss at the start, with its interval over runs.

    Args:
        book: of `attribution.account`, one rule on one task.
        way: "along BP" or "across BP"; both if empty.
        kind: of `KINDS`; all if empty.
        layer: its number, the first being 1; all if None.
    """
    parts = gained(book)
    names = [name for name in map(str, parts.part.values) if name.startswith(way) and name.endswith(kind)]
    some = parts.sel(part=names) if layer is None else parts.sel(part=names, layer=[layer])
    return interval(some.sum(("part", "layer")).values / start(book))


def rows(book: xr.Dataset) -> dict[str, Interval]:
    """The shares that the chapter shows: by way, by kind, by layer."""
    found = {word: share(book, way=way) for way, word in WAYS.items()}
    found |= {kind: share(book, kind=kind) for kind in KINDS}
    return found | {f"layer {n}": share(book, layer=int(n)) for n in book.layer.values}


def by_rule(data: xr.Dataset, task: str, of: Callable[[xr.Dataset], object] = rows) -> Mapping[str, object]:
    """Something of every rule's book on one task of `books`, by the rule's name."""
    return {str(rule): of(data.sel(task=task, rule=rule)) for rule in data.rule.values}
