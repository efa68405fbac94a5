"""Two explanations against each other, on made-up tables where the answer is known."""

import numpy as np
import pytest
import xarray as xr

from fa_book.decide import decision

RUNS = 5
NAMES = [
    f"{carrier}, {rest}"
    for carrier in ("error", "target")
    for rest in ("turned 0", "turned 45", "turned 90", "turned 135", "turned 180", "noise 1, turned 0",
                 "noise 0.5, turned 0", "noise 0.5, turned 180")
]  # fmt: skip
ANGLE = [float(name.rsplit("turned ", 1)[1]) for name in NAMES]
TOLD = np.array([0.0 if "noise 1" in name else 0.3 if "noise" in name else 1.0 for name in NAMES])
COSINE = np.cos(np.radians(ANGLE)) * np.array([0.0 if "noise 1" in n else 0.5 if "noise" in n else 1 for n in NAMES])
INTACT = {"error": "error, turned 0", "target": "target, turned 0"}


def rows(readout, answer=None, spread=1e-3):
    random = np.random.default_rng(0)

    def several(values):
        values = np.asarray(values, dtype=float)[:, None]
        return (("condition", "run"), values + spread * random.normal(size=(len(NAMES), RUNS)))

    made = {"readout": readout, "answer": readout if answer is None else answer, "information": TOLD}
    made |= {"alignment": COSINE, "linear": TOLD, "weight_alignment": COSINE}
    return xr.Dataset(
        {name: several(values) for name, values in made.items()}, coords={"condition": NAMES, "run": range(RUNS)}
    )


def test_what_explains_it_is_found():
    told, aligned, both = (rows(0.2 * values) for values in (TOLD, COSINE, TOLD + COSINE))
    one = decision.added(told, "readout", ("information", "alignment"))
    assert (one.explained > 0.99).all()
    assert (one.information > 0.5).all()
    assert (one.alignment < 0.01).all()
    other = decision.added(aligned, "readout", ("information", "alignment"))
    assert (other.alignment > 0.5).all()
    assert (other.information < 0.01).all()
    mixed = decision.added(both, "readout", ("information", "alignment"))
    ratio = mixed.information_weight / mixed.alignment_weight
    np.testing.assert_allclose(ratio, TOLD.std() / COSINE.std(), rtol=0.05)


def test_r_squared_is_that_of_least_squares():
    random = np.random.default_rng(1)
    x, y = random.normal(size=(2, 30)), random.normal(size=30)
    assert decision.r_squared(y, [x[0]]) == pytest.approx(np.corrcoef(x[0], y)[0, 1] ** 2)
    assert decision.r_squared(2 * x[0] - x[1] + 3, list(x)) == pytest.approx(1)
    assert decision.r_squared(y, []) == pytest.approx(0)


@pytest.mark.parametrize(
    ("theory", "truth"),
    list(zip(decision.THEORIES, (TOLD, TOLD > 0, COSINE, np.sign(COSINE.round(2))), strict=True)),
)
def test_a_theory_misses_nothing_where_it_is_right(theory, truth):
    made = rows(0.2 * truth, spread=1e-4)
    errors = {name: float(decision.missed(made, "readout", name, INTACT).mean()) for name in decision.THEORIES}
    assert min(errors, key=errors.get) == theory
    assert errors[theory] < 0.01
    assert sorted(errors.values())[1] > 0.01


def test_a_theory_that_is_none_is_refused():
    with pytest.raises(ValueError, match="theory must be"):
        decision.predicted(rows(TOLD), "hope", INTACT)


def results(gain, told, cosine):
    curve = lambda last: (("run", "epoch"), np.tile([0.5, last], (RUNS, 1)))  # noqa: E731
    measures = {
        "told": curve(told),
        "told_linear": curve(told),
        "cosine": curve(cosine),
        "weight_cosine": curve(cosine),
    }
    made = {"regression_accuracy": curve(0.5 + gain), "test_accuracy": curve(0.5 - gain)} | measures
    return xr.Dataset(made, coords={"run": range(RUNS), "epoch": [0, 1]}).assign(ceiling=2.0)


def test_the_table_takes_gains_at_the_end_and_means_over_training():
    made = decision.table({"one": results(0.3, 1.5, -1), "two": results(0.1, 0.5, 1)}, results(0.05, 0, 0))
    assert dict(made.sizes) == {"condition": 2, "run": RUNS}
    one = made.sel(condition="one").isel(run=0)
    assert [round(float(one[name]), 6) for name in ("readout", "answer")] == [0.25, -0.25]
    assert float(one.information) == pytest.approx(0.5)  # (0.5 + 1.5) / 2 of 2 bits
    assert float(one.alignment) == pytest.approx(-0.25)


def test_the_table_at_another_epoch():
    early = decision.table({"one": results(0.3, 1.5, -1)}, results(0.05, 0, 0), at=0)
    assert float(abs(early.readout).max()) == 0


def test_fewer_runs_than_the_floor_has():
    made = decision.table({"one": results(0.3, 1, 1).isel(run=slice(2))}, results(0.05, 0, 0))
    assert made.sizes["run"] == 2


def test_the_interval_is_over_conditions_and_over_runs():
    random = np.random.default_rng(0)
    by_condition, by_run = random.normal(size=(12, 1)), random.normal(size=(1, 12))
    mean = lambda values: float(values.mean())  # noqa: E731
    for values in (by_condition + np.zeros((12, 12)), by_run + np.zeros((12, 12))):
        found = decision.both_ways(mean, values)
        assert found.mean == pytest.approx(values.mean())
        assert found.high - found.low == pytest.approx(4 * values.std() / np.sqrt(12), rel=0.15)
    still = decision.both_ways(mean, np.full((3, 3), 2.0))
    assert tuple(still) == (2, 2, 2)
    assert decision.both_ways(mean, by_condition) == decision.both_ways(mean, by_condition)


def test_closer_is_what_one_adds_less_what_the_other_adds():
    made = rows(0.2 * (TOLD + COSINE))
    found = decision.added(made, "readout", ("information", "alignment"))
    arrays = (made[name].values for name in ("readout", "information", "alignment"))
    assert decision.closer(*arrays) == pytest.approx(float((found.information - found.alignment).mean()))


def test_what_does_not_vary_explains_nothing():
    outcome, one = np.random.default_rng(0).normal(size=(2, 9, 4))
    assert decision.closer(outcome, np.ones((9, 4)), one) == -decision.closer(outcome, one, np.ones((9, 4))) < 0
    assert decision.closer(np.ones((9, 4)), outcome, one) == 0
