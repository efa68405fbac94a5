"""The verdicts on information and alignment come out as evidence made to order says."""

import numpy as np
import pytest
import xarray as xr

from fa_book.claims.evidence import bounded
from fa_book.decide.claims import C30a, C30b, C30c, C30d, C30e, C30f, C30g
from fa_lib.statistics import Interval

RUNS = 6
PATTERNS = [
    f"{carrier}, {rest}"
    for carrier in ("error", "target")
    for rest in ("turned 0", "turned 45", "turned 90", "turned 135", "turned 180", "noise 1, turned 0",
                 "noise 0.5, turned 0", "noise 0.5, turned 180")
]  # fmt: skip
DIGITS = [name.replace("noise 1, turned 0", "noise 1") for name in PATTERNS if name.startswith("target")]


def told(names):
    return np.array([0.0 if "noise 1" in name else 0.3 if "noise" in name else 1.0 for name in names])


def cosine(names):
    angles = [float(name.rsplit("turned ", 1)[1]) if "turned" in name else 0.0 for name in names]
    return np.cos(np.radians(angles)) * told(names)


def rows(names, readout, answer=None):
    """A table in which gains follow a function of the conditions."""
    random = np.random.default_rng(0)

    def several(what):
        return (("condition", "run"), what(names)[:, None] + 1e-3 * random.normal(size=(len(names), RUNS)))

    made = {"readout": readout, "answer": answer or readout, "information": told, "alignment": cosine}
    return xr.Dataset(
        {name: several(what) for name, what in made.items()}, coords={"condition": names, "run": range(RUNS)}
    )


def both(readout, answer=None):
    return {"IBTask": rows(PATTERNS, readout, answer), "MNIST": rows(DIGITS, readout, answer)}


def by_information(names):
    return 0.3 * told(names)


def by_alignment(names):
    return 0.3 * cosine(names)


def by_noise(names):
    return np.random.default_rng(5).normal(size=len(names))


INFORMED, ALIGNED = both(by_information), both(by_alignment)


@pytest.mark.parametrize(("tables", "outcome"), [(INFORMED, "holds"), (ALIGNED, "does not hold")])
def test_the_readout(tables, outcome):
    assert C30a.judge(tables).outcome == outcome
    assert C30b.judge(tables, tables).outcome == outcome
    assert C30c.judge(tables["IBTask"], tables["IBTask"]).outcome == outcome
    assert C30d.judge(tables["MNIST"], tables["MNIST"]).outcome == outcome


def test_one_task_is_enough_to_fail():
    mixed = INFORMED | {"MNIST": ALIGNED["MNIST"]}
    assert C30a.judge(mixed).outcome == "does not hold"
    assert C30b.judge(INFORMED, mixed).outcome == "does not hold"


def test_few_conditions_without_order_decide_nothing():
    table = rows(DIGITS, by_noise)
    assert C30d.judge(table, table).outcome == "undecided"
    assert C30d.judge(table, table).checks[0].unit == "conditions"


@pytest.mark.parametrize(
    ("answer", "explained", "across", "against"),
    [
        (by_information, "holds", "holds", "holds"),
        (by_alignment, "does not hold", "does not hold", "does not hold"),
        (lambda names: 0.3 * told(names) * (cosine(names) > -0.1), "undecided", "holds", "does not hold"),
    ],
)
def test_the_answers(answer, explained, across, against):
    learning = both(by_information, answer)
    assert [claim.judge(learning).outcome for claim in (C30e, C30f, C30g)] == [explained, across, against]


def test_an_interval_of_ones_own():
    low, inside, across = Interval(0.1, 0.0, 0.2), Interval(0.5, 0.4, 0.6), Interval(0.3, 0.2, 0.4)
    found = [bounded("between", one, 0.3, 1, n=4, unit="conditions") for one in (low, inside, across)]
    assert [check.passed for check in found] == [False, True, None]
    assert (found[0].n, found[0].unit, found[0].high) == (4, "conditions", 0.2)
