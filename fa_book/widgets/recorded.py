"""Recorded runs as text for a page: thinned, rounded and packed.

All lines of a metric on a task share one scale: whole numbers of steps between the smallest and the largest value, in
logarithms where the metric is a loss, since its axis is logarithmic. A value is wrong by half a step at most. A line is
its first number and the differences that follow, in Rice's code: a difference d is folded to a natural number z, then
come z >> k ones, a zero, and the lowest k bits of z. Each line has the k that serves it best, written in 4 bits before
it. recorded.js reads what is written here.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import stdtrit

from fa_book.figures import LABELS

POINTS = 100  # of a line, at most
BITS = (14, 13, 12)  # of a value, the first that fits
LIMIT = 150_000  # bytes of JSON
NULL = "_null"  # ends the name of a metric's null, which is drawn with it and not by itself

Results = Mapping[str, Mapping[str, xr.Dataset]]


def record(results: Results, labels: Mapping[str, Mapping[str, str]] | None = None) -> dict:
    """Results as the widget's data, in JSON's types.

    Args:
        results: task to rule to Dataset as `train` returns it. Variables of dims (run, epoch) are kept.
        labels: task to metric to its name on an axis, where that is not the one of `figures.LABELS`.

    Raises:
        ValueError: for results of another form, or more than `LIMIT` bytes.
    """
    _check(results)
    results = {task: {rule: ordered(data) for rule, data in rules.items()} for task, rules in results.items()}
    for bits in BITS:
        tasks = [_task(name, rules, (labels or {}).get(name, {}), bits) for name, rules in results.items()]
        data = {"bits": bits, "tasks": tasks}
        size = len(json.dumps(data, separators=(",", ":")))
        if size <= LIMIT:
            return data
    raise ValueError(
        f"the results make {size} bytes of page even at {bits} bits a value, at most {LIMIT} are accepted; leave out "
        "rules or metrics, for instance data.drop_vars([...]), or give fewer epochs"
    )


def thinned(epochs: int) -> NDArray:
    """Positions of the epochs that are kept, evenly spread, the first and the last among them."""
    return np.unique(np.linspace(0, epochs - 1, min(epochs, POINTS)).round().astype(int))


def ordered(data: xr.Dataset) -> xr.Dataset:
    """The Dataset with dimensions in the order run, epoch, and numbers for both."""
    missing = {name: np.arange(data.sizes[name]) for name in ("run", "epoch") if name not in data.coords}
    return data.assign_coords(missing).transpose("run", "epoch", ...)


def metrics(data: xr.Dataset) -> list[str]:
    """Names of the variables of dims (run, epoch), those with a known label first."""
    found = [name for name in data.data_vars if set(data[name].dims) == {"run", "epoch"}]
    return sorted(found, key=lambda name: [*LABELS, name].index(name))


def _check(results) -> None:
    wanted = 'a mapping of task to rule to Dataset, such as {"IBTask": {"BP": train(...), "FA": train(...)}}'
    if not isinstance(results, Mapping) or not results:
        raise ValueError(f"results must be {wanted}, got {type(results).__name__} of {len(results or ())}")
    for task, rules in results.items():
        if not isinstance(rules, Mapping) or not rules:
            raise ValueError(f"results of {task!r} must map rule to Dataset, got {type(rules).__name__}; give {wanted}")
        for rule, data in rules.items():
            if not isinstance(data, xr.Dataset) or not metrics(data):
                raise ValueError(
                    f"{task!r}, {rule!r} must be a Dataset with variables (run, epoch), as train returns it"
                )


def _task(name: str, rules: Mapping[str, xr.Dataset], labels: Mapping[str, str], bits: int) -> dict:
    names = list(dict.fromkeys(metric for data in rules.values() for metric in metrics(data)))
    names = sorted(names, key=lambda metric: [*LABELS, metric].index(metric))
    values = {
        metric: {rule: _values(data, metric) for rule, data in rules.items() if metric in data} for metric in names
    }
    scales = {metric: _scale(list(lines.values()), metric, bits) for metric, lines in values.items()}
    epochs, entries = [], []
    for rule, data in rules.items():
        at = data.epoch.values[thinned(data.sizes["epoch"])].tolist()
        epochs += [at] if at not in epochs else []
        lines = {metric: pack(numbers(values[metric][rule], scales[metric], bits)) for metric in metrics(data)}
        seed, runs = data.attrs.get("seed"), data.run.values.tolist()
        entries.append({
            "name": rule, "seed": None if seed is None else int(seed), "runs": runs, "epochs": epochs.index(at),
            "quantile": quantile(len(runs)), "values": lines,
        })  # fmt: skip
    ceilings = [float(data.ceiling) for data in rules.values() if "ceiling" in data and not data.ceiling.dims]
    known = {metric: labels.get(metric, LABELS.get(metric, metric.replace("_", " "))) for metric in names}
    return {
        "name": name,
        "ceiling": next(filter(np.isfinite, ceilings), None),
        "epochs": epochs,
        "metrics": [{"name": metric, "label": known[metric], **scales[metric]} for metric in names],
        "rules": entries,
    }


def quantile(runs: int) -> float | None:
    """Standard errors from the mean to the end of `claims.interval`; None for one run, which has no interval."""
    return float(stdtrit(runs - 1, 0.975)) if runs > 1 else None


def bounds(metric: str, label: str) -> tuple[float, float]:
    """What a metric's mean can be: a rate lies in 0 to 1, R² below 1; an interval is cut there."""
    if not re.search(r"(^|_)accuracy$", metric):
        return -np.inf, np.inf
    return (-np.inf if "R²" in label else 0.0), 1.0


def _values(data: xr.Dataset, metric: str) -> NDArray:
    """Thinned values (run, epoch)."""
    return data[metric].values.astype(float)[:, thinned(data.sizes["epoch"])]


def _scale(lines: Sequence[NDArray], metric: str, bits: int) -> dict:
    """Where a metric's whole numbers stand: value = low + number * step, or its exponential."""
    finite = np.concatenate([values[np.isfinite(values)] for values in lines])
    log = metric.endswith("loss") and bool(len(finite)) and bool((finite > 0).all())
    if log:
        finite = np.log(finite)
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    return {"log": log, "low": low, "step": (high - low) / (2**bits - 4)}


def numbers(values: NDArray, scale: dict, bits: int) -> NDArray:
    """Whole numbers from 0 to 2^bits - 4; the last three stand for minus infinity, infinity and not a number."""
    top = 2**bits - 4
    with np.errstate(invalid="ignore", divide="ignore"):
        places = (np.log(values) if scale["log"] else values) - scale["low"]
    places = np.where(np.isfinite(values), places / (scale["step"] or 1.0), 0)
    found = np.clip(places.round(), 0, top).astype(int)
    for code, those in enumerate((np.isneginf(values), np.isposinf(values), np.isnan(values)), start=1):
        found[those] = top + code
    return found


def pack(lines: NDArray) -> str:
    """Whole numbers (line, place) in Rice's code, each line for itself, in base64.

    Source: Rice 1979, Some practical universal noiseless coding techniques.
    """
    parts = []
    for line in lines:
        changes = np.diff(line, prepend=0)
        folded = np.where(changes < 0, -2 * changes - 1, 2 * changes)
        k = min(range(16), key=lambda k: (folded >> k).sum() + k * len(folded))
        parts.append(f"{k:04b}")
        parts += ["1" * (z >> k) + "0" + (f"{z & ((1 << k) - 1):0{k}b}" if k else "") for z in folded.tolist()]
    text = "".join(parts)
    text += "0" * (-len(text) % 8)
    return base64.b64encode(int(f"1{text}", 2).to_bytes(len(text) // 8 + 1, "big")[1:]).decode()
