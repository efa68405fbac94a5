"""Two explanations of learning set against each other: what a signal tells, and where it points.

A table has one row a condition and run: how far the readout and the answer have come above the untrained encoder, and,
averaged over training, what the signal told and its cosine with the gradient. All comparisons are made within a run,
whose weights are the same in every condition.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import xarray as xr

from fa_lib.statistics import Interval

OUTCOMES = {"readout": "regression_accuracy", "answer": "test_accuracy"}
THEORIES = ("information", "any information", "alignment", "any alignment")
NONE = 0.05  # of the most there can be: a share of the target's bits or a cosine below this counts as nothing


def table(results: Mapping[str, xr.Dataset], floor: xr.Dataset, *, at: int = -1) -> xr.Dataset:
    """What the conditions of one experiment had and gained.

    Args:
        results: condition to Dataset of `train` with the measures of `controlled_measures.SIGNAL`.
        floor: the same for an encoder that did not learn.
        at: place of the measured epoch at which gains are taken; the last.

    Returns:
        Dataset with dims (condition, run): `readout` and `answer`, the gains in correct rate; `information`, the share
        of the target's entropy that the signal told; `linear`, the same for a linear readout of the signal;
        `alignment`, the cosine with backpropagation's signal; `weight_alignment`, the cosine at the last hidden
        layer's weight. The last four are means over the measured epochs.
    """
    rows = {}
    for name, data in results.items():
        both = floor.sel(run=data.run)
        rows[name] = xr.Dataset(
            {outcome: data[variable][:, at] - both[variable][:, at] for outcome, variable in OUTCOMES.items()}
            | {
                "information": data.told.mean("epoch") / data.ceiling,
                "linear": data.told_linear.mean("epoch") / data.ceiling,
                "alignment": data.cosine.mean("epoch"),
                "weight_alignment": data.weight_cosine.mean("epoch"),
            }
        ).drop_vars("epoch", errors="ignore")
    index = xr.DataArray(list(rows), dims="condition", name="condition")
    return xr.concat(list(rows.values()), index, combine_attrs="drop", coords="minimal", compat="override")


def r_squared(outcome: np.ndarray, predictors: Sequence[np.ndarray]) -> float:
    """Share of an outcome's variance over conditions, (condition,), that a linear function of predictors explains."""
    design = np.stack([np.ones_like(outcome), *predictors], 1)
    left = outcome - design @ np.linalg.lstsq(design, outcome, rcond=None)[0]
    return 1 - left.var() / outcome.var()


def added(rows: xr.Dataset, outcome: str, predictors: Sequence[str]) -> xr.Dataset:
    """What each predictor alone adds to the variance explained by all the others, run by run.

    Args:
        rows: of `table`.
        outcome: "readout" or "answer".
        predictors: two variables or more of the table.

    Returns:
        Dataset with dim (run): `explained`, the R² of all together; for each predictor its drop in R² when it is left
        out, under its name; and its weight, in standard deviations of the outcome for one of its own, as `name_weight`.
    """
    found: dict[str, list[float]] = {}
    for run in rows.run:
        one = rows.sel(run=run)
        y = one[outcome].values
        x = {name: one[name].values for name in predictors}
        full = r_squared(y, list(x.values()))
        found.setdefault("explained", []).append(full)
        scaled = np.stack([(v - v.mean()) / v.std() for v in x.values()], 1)
        weights = np.linalg.lstsq(scaled, (y - y.mean()) / y.std(), rcond=None)[0]
        for name, weight in zip(predictors, weights, strict=True):
            rest = [v for other, v in x.items() if other != name]
            found.setdefault(name, []).append(full - r_squared(y, rest))
            found.setdefault(f"{name}_weight", []).append(weight)
    return xr.Dataset({name: ("run", values) for name, values in found.items()}, coords={"run": rows.run})


def both_ways(statistic: Callable, *tables: np.ndarray, draws: int = 2000, seed: int = 0) -> Interval:
    """A number with its 95 % interval over conditions and over runs: both are drawn anew, percentiles of the bootstrap.

    Args:
        statistic: of arrays like the tables, (condition, run), to a number.
        tables: (condition, run) each; the same conditions and runs are drawn for all.
        draws: of the bootstrap.
        seed: of the draws.

    Source: Owen 2007, the pigeonhole bootstrap.
    """
    random = np.random.default_rng([seed, 0, 6])  # `fa_lib.random` for a null, without torch, which claims do not need
    conditions, runs = tables[0].shape
    found = []
    for _ in range(draws):
        rows, columns = random.integers(conditions, size=conditions), random.integers(runs, size=runs)
        found.append(statistic(*(table[np.ix_(rows, columns)] for table in tables)))
    low, high = np.percentile(found, (2.5, 97.5))
    return Interval(float(statistic(*tables)), float(low), float(high))


def closer(outcome: np.ndarray, one: np.ndarray, other: np.ndarray) -> float:
    """Share of an outcome's variance over conditions that one predictor adds to another, less what that adds to it.

    All (condition, run). With two predictors this is the difference of their squared correlations, mean over runs. What
    does not vary explains nothing.
    """

    def squared(x):
        return (_standard(x) * _standard(outcome)).mean(0) ** 2

    return float((squared(one) - squared(other)).mean())


def _standard(values: np.ndarray) -> np.ndarray:
    """Mean 0 and variance 1 over conditions; 0 where nothing varies."""
    spread = values.std(0)
    return (values - values.mean(0)) / np.where(spread > 1e-12, spread, np.inf)


def predicted(rows: xr.Dataset, theory: str, intact: Mapping[str, str]) -> xr.DataArray:
    """The gain that a theory expects of every condition, in shares of what the intact rule gained in that run.

    "information" and "alignment" expect it in proportion, with a gain below the floor for a negative cosine. The "any"
    forms expect all of it where there is any: information, or a cosine above 0, and its opposite below 0.

    Args:
        rows: of `table`.
        theory: one of `THEORIES`.
        intact: first word of a condition's name, such as "error", to the name of the condition that has everything.

    Returns:
        (condition, run), 1 for all of it.
    """
    if theory not in THEORIES:
        raise ValueError(f"theory must be one of {', '.join(THEORIES)}, got {theory!r}")
    values = rows[theory.removeprefix("any ")]
    if theory.startswith("any"):
        return xr.where(abs(values) < NONE, 0.0, np.sign(values))
    return values / _intact(values, intact)


def missed(rows: xr.Dataset, outcome: str, theory: str, intact: Mapping[str, str]) -> xr.DataArray:
    """How far a theory's expectation lies from what was found, mean over conditions, in correct rate, (run,)."""
    expected = predicted(rows, theory, intact) * _intact(rows[outcome], intact)
    return abs(expected - rows[outcome]).mean("condition")


def _intact(values: xr.DataArray, intact: Mapping[str, str]) -> xr.DataArray:
    """For every condition the value of the rule with its carrier that has everything, (condition, run)."""
    names = [intact[str(name).split(",")[0]] for name in values.condition.values]
    return values.sel(condition=names).assign_coords(condition=values.condition.values)
