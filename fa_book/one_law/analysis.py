"""What the published runs say of the law: tables, rank correlations with two units, orders in time, budgets."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import xarray as xr
from scipy.stats import binomtest

from fa_book.decide.decision import both_ways
from fa_book.ranks import rank_correlation
from fa_lib.statistics import Interval

ACCOUNTS = {  # variable to what it is called
    "eq11_weights": "Eq. 11 at the weights",
    "eq11_H": "Eq. 11 at H",
    "information": "information told",
    "linear": "information, linear readout",
    "bp_weights": "cosine through W_O, weights",
    "bp_H": "cosine through W_O, H",
    "eq11_early": "Eq. 11, first quarter",
}
CASES = ("free, linear", "free, own output", "encoder, linear", "encoder, centred", "encoder, own output centred")
NEAR = 80.0  # degrees at which two matrices count as turned to each other


def table(results: Mapping[str, xr.Dataset], floor: xr.Dataset) -> xr.Dataset:
    """What conditions gained and what their signals had, means over the measured epochs.

    Args:
        results: condition to Dataset with the measures of `measures.LAW`.
        floor: the same for an encoder that did not learn.

    Returns:
        Dataset with dims (condition, run): `gain` in the readout's correct rate over the floor, and the variables of
        `ACCOUNTS`; information in shares of the target's entropy.
    """
    rows = []
    for data in results.values():
        last = data.eq11.sizes[data.eq11.dims[-1]] - 1
        layer = {data.eq11.dims[-1]: last}
        values = {
            "gain": (data.regression_accuracy - floor.regression_accuracy.sel(run=data.run))[:, -1],
            "eq11_weights": data.eq11_encoder.mean("epoch"),
            "eq11_H": data.eq11.isel(layer).mean("epoch"),
            "information": data.told.mean("epoch") / data.ceiling,
            "linear": data.told_linear.mean("epoch") / data.ceiling,
            "bp_weights": data.bp_encoder.mean("epoch"),
            "bp_H": data.cosine.mean("epoch"),
            "eq11_early": data.eq11_encoder[:, : max(data.sizes["epoch"] // 4, 1)].mean("epoch"),
        }
        rows.append(xr.Dataset({name: ("run", value.values) for name, value in values.items()}, {"run": data.run}))
    index = xr.DataArray(list(results), dims="condition", name="condition")
    return xr.concat(rows, index)


def conditions(results: Mapping[tuple, xr.Dataset], task: str, learn: bool, floor: str) -> xr.Dataset:
    """`table` of the conditions on a task, W_O learning or frozen, from results named as in `plan.planned`."""
    some = {name[3]: data for name, data in results.items() if name[:3] == ("conditions", task, learn)}
    return table({name: data for name, data in some.items() if name != floor}, some[floor])


def by_run(rows: xr.Dataset, account: str) -> np.ndarray:
    """Rank correlation over conditions between an account and the gain, (run,)."""
    pair = (rows[name].transpose("run", "condition").values for name in (account, "gain"))
    return rank_correlation(*pair)


def over_conditions(rows: xr.Dataset, accounts: Sequence[str], *, draws: int = 2000, seed: int = 0) -> np.ndarray:
    """Rank correlations of means over runs, conditions drawn with replacement, (draw, account); each draw for all."""
    mean, random = rows.mean("run"), np.random.default_rng(seed)
    n = mean.sizes["condition"]
    some = random.integers(n, size=(draws, n))
    return np.stack([rank_correlation(mean[name].values[some], mean.gain.values[some]) for name in accounts], 1)


def apart(rows: xr.Dataset, one: str, other: str) -> Interval:
    """How much closer one account is to the gain than another: rank correlations of means, interval over conditions."""
    drawn = over_conditions(rows, [one, other])
    mean = rows.mean("run")
    found = [float(rank_correlation(mean[name].values, mean.gain.values)) for name in (one, other)]
    return Interval(found[0] - found[1], *spread(drawn[:, 0] - drawn[:, 1]))


def spread(values: np.ndarray) -> tuple[float, float]:
    """The middle 95 % of draws."""
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def first_within(angles: np.ndarray, epochs: np.ndarray) -> np.ndarray:
    """The first epoch at which an angle (run, epoch) in degrees is below `NEAR`, infinity where none is; (run,)."""
    inside = angles < NEAR
    return np.where(inside.any(1), epochs[inside.argmax(1)], np.inf)


def order_in_time(data: xr.Dataset) -> dict[str, np.ndarray | int | float]:
    """Who turns to B first: the first epochs of theta and of W_O, how often either was first, and the sign test."""
    angles = np.degrees(np.arccos(np.clip(data.turning.values, -1, 1)))  # (run, epoch, pair)
    theta, W_O = (first_within(angles[..., pair], data.epoch.values) for pair in (0, 1))
    before, after = int((theta < W_O).sum()), int((theta > W_O).sum())
    chance = binomtest(before, before + after).pvalue if before + after else 1.0
    return {"theta": theta, "W_O": W_O, "before": before, "after": after, "chance": chance}


def effective(name: tuple) -> float:
    """N (1 - q)^2 of a condition of the budget, named (carrier, way, N, q)."""
    return name[2] * (1 - name[3]) ** 2


def budget(results: Mapping[tuple, xr.Dataset]) -> xr.Dataset:
    """The budget's conditions with what they ended with.

    Args:
        results: (carrier, way, N, q) to Dataset.

    Returns:
        Dataset with dims (condition, run): `readout` at samples that the encoder was never told of, at the end; and
        `carrier`, `way`, `effective` by condition.
    """
    names = [name for name in results if name[1]]
    values = np.stack([results[name].readout_untold.values[:, -1] for name in names])
    data = xr.Dataset({"readout": (("condition", "run"), values)}, {"run": results[names[0]].run.values})
    columns = {"carrier": [n[0] for n in names], "way": [n[1] for n in names], "told": [n[2] for n in names]}
    columns |= {"q": [n[3] for n in names], "effective": [effective(n) for n in names]}
    return data.assign_coords({name: ("condition", value) for name, value in columns.items()})


def tabled(rows: xr.Dataset) -> Iterator[list[str | int | float]]:
    """Way, N, q, N (1 - q)^2 and the mean readout under error and under target: a row of a table for each."""
    means = {}
    for carrier in ("error", "target"):
        part = rows.isel(condition=np.flatnonzero(rows.carrier.values == carrier))
        keys = zip(part.way.values, part.told.values, part.q.values, strict=True)
        means[carrier] = dict(zip(keys, part.readout.mean("run").values, strict=True))
    for name in dict.fromkeys(zip(rows.way.values, rows.told.values, rows.q.values, strict=True)):
        values = [f"{means[carrier][name]:.2f}" if name in means[carrier] else "" for carrier in means]
        yield [*name, f"{effective(('', *name)):.1f}", *values]


def crossed(rows: xr.Dataset, way: str) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of a table of one way: N down, q across, in each cell the readout under error and under target."""
    cells = {(told, q): values for name, told, q, _, *values in tabled(rows) if name == way}
    shares = sorted({q for _, q in cells})
    down = sorted({told for told, _ in cells})
    body = [
        [str(told), *(", ".join(value or "none" for value in cells.get((told, q), [])) for q in shares)]
        for told in down
    ]
    return ["N", *(f"q = {q:g}" for q in shares)], body


def on_the_curve(rows: xr.Dataset) -> Iterator[tuple[str, Interval, int]]:
    """Carrier, rank correlation of its readout with N (1 - q)^2 where both are varied alone, and number of cells."""
    for carrier in dict.fromkeys(rows.carrier.values):
        there = (rows.carrier == carrier) & (rows.way == "fixed noise")
        some = rows.isel(condition=np.flatnonzero(there.values))
        x = np.repeat(some.effective.values[:, None], some.sizes["run"], 1)
        found = both_ways(lambda y, x: rank_correlation(x.mean(1), y.mean(1)), some.readout.values, x)
        yield str(carrier), found, some.sizes["condition"]


def spared(rows: xr.Dataset) -> Iterator[tuple[str, str, int, np.ndarray]]:
    """Way, carrier and N of what leaves N (1 - q)^2 as it is, and its readout less the whole rule's, (run,)."""
    for way, carrier, told in zip(rows.way.values, rows.carrier.values, rows.told.values, strict=True):
        if "noise" not in way:
            yield str(way), str(carrier), int(told), against_whole(rows, way, carrier, told)


def fresh_gaps(rows: xr.Dataset) -> Iterator[tuple[str, int, float, np.ndarray]]:
    """Carrier, N and q of noise drawn anew, and its readout less that under fixed noise of the same, (run,)."""
    for place in np.flatnonzero((rows.way == "fresh noise").values):
        one = rows.isel(condition=place)
        twin = (rows.carrier == one.carrier) & (rows.told == one.told) & (rows.q == one.q) & (rows.way == "fixed noise")
        if twin.any():
            yield str(one.carrier.item()), one.told.item(), one.q.item(), one.readout.values - _only(rows, twin)


def against_whole(rows: xr.Dataset, way: str, carrier: str, told: int) -> np.ndarray:
    """Readout of a way of thinning that leaves N (1 - q)^2 as it is, less that of the whole rule, (run,)."""
    there = (rows.carrier == carrier) & (rows.told == told) & (rows.q == 0)
    return _only(rows, there & (rows.way == way)) - _only(rows, there & (rows.way == "fixed noise"))


def _only(rows: xr.Dataset, there: xr.DataArray) -> np.ndarray:
    (place,) = np.flatnonzero(there.values)
    return rows.readout.values[place]


def layers(results: Mapping[str, xr.Dataset]) -> xr.Dataset:
    """What every layer under every rule gained, and what its signal had, means over the measured epochs.

    Args:
        results: rule to Dataset with the measures of `measures.LAYERS`.

    Returns:
        Dataset with dims (condition, run), one condition a rule and layer: `gain`, how far the loss of the layer's
        linear readout falls from the first measured epoch to the last, `eq11_own`, `bp_weights`, and `rank`, effective,
        of its signal.
    """
    rows = {}
    for name, data in results.items():
        number = data.eq11_own.shape[2]
        values = {
            "gain": data.linear_readout.values[:, 0] - data.linear_readout.values[:, -1],
            "eq11_own": data.eq11_own.values.mean(1),
            "bp_weights": data.bp_weights.values.mean(1),
            "rank": data.ranks.values[:, :, 1 : 1 + number].mean(1),
        }
        for layer in range(number):
            row = {what: ("run", value[:, layer]) for what, value in values.items()}
            rows[f"{name}, layer {layer + 1}"] = xr.Dataset(row, {"run": data.run})
    return xr.concat(list(rows.values()), xr.DataArray(list(rows), dims="condition", name="condition"))
