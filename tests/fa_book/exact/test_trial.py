"""`limits` against simulation on hard draws; and that the trial can be lost."""

import numpy as np
import pytest

from fa_book.exact.ends import limits
from fa_book.exact.regimes import PHASES
from fa_book.exact.trial import STEP, agreement, hard_draws
from fa_lib.dynamics import exact, simulate

# two seeds of 600: about 1 in 6 of each ends in permanent loss
SEEDS = (10, 11)


@pytest.fixture(scope="module")
def trial():
    *arrays, _ = hard_draws(600, seed=SEEDS[0])
    return limits(*arrays, step=STEP), simulate(*arrays, step=STEP, steps=100)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_draw_agrees_with_its_simulation(seed):
    *arrays, _ = hard_draws(600, seed=seed)
    ends, run = limits(*arrays, step=STEP), simulate(*arrays, step=STEP, steps=100)
    agree = agreement(ends, run)
    assert agree["all"].all(), {name: int((~agree[name]).sum()) for name in agree}


def test_more_units_and_samples_and_the_solution():
    *arrays, _ = hard_draws(300, n=40, m=6, seed=1)
    assert agreement(limits(*arrays, step=STEP), exact(*arrays, step=STEP, steps=100))["all"].all()


def test_the_draws_hold_every_case(trial):
    ends, run = trial
    *arrays, adversarial = hard_draws(600, seed=SEEDS[0])
    assert [a.shape for a in arrays] == [(600, 12, 3), (600, 12, 1), (600, 3, 1), (600, 1, 3)]
    assert adversarial.sum() == 200
    assert set(ends["phase"].values) == set(PHASES)
    known = 1 - run["regression_loss"].values[:, 0] / (arrays[1] ** 2).mean((1, 2))
    assert known[adversarial].max() > 0.999
    for beta in (-1, 1):
        for slope in (-1, 1):
            count = (np.sign(ends["beta"]) == beta) & (np.sign(ends["slope"]) == slope)
            assert count.values[adversarial].sum() > 20
    assert 50 < ends["permanent_loss"].sum() < 200
    uphill = (ends["slope"] < 0) & (ends["beta"] < 0)
    assert (uphill & np.isnan(ends["turn"])).sum() > 20  # for ever
    assert (uphill & ends["permanent_loss"] & (ends["turn"] > 0)).sum() > 5  # only in the end
    assert ends["peak"].max() > 100


@pytest.mark.parametrize(
    ("name", "wrong", "variable"),
    [
        ("peak", lambda ends: ends["peak"].where(~ends["permanent_loss"], ends["peak"] * 1.01), "peak"),
        ("peak", lambda ends: 1 + ends["slope"].clip(max=0) ** 2 / ends["curvature"], "peak"),  # the old formula
        ("turn", lambda ends: -ends["slope"].clip(max=0) / (ends["slope"] ** 2 + ends["curvature"]), "turn"),
        ("permanent_loss", lambda ends: ends["permanent_loss"] & False, "permanent"),
        ("permanent_loss", lambda ends: ends["permanent_loss"] & np.isnan(ends["turn"]), "permanent"),
        ("monotone", lambda ends: ends["slope"] >= 0, "monotone"),
        ("starts_above_90", lambda ends: ends["slope"] > 0, "start"),
        ("regression_limit", lambda ends: ends["regression_limit"] * 1.001, "end"),
        ("angle_limit", lambda ends: 0 * ends["angle_limit"] + 90, "angle"),
        ("phase", lambda ends: ends["phase"].where(ends["phase"] != "explosion", "decay"), "direct"),
    ],
)
def test_what_is_wrong_is_found(trial, name, wrong, variable):
    ends, run = trial
    found = agreement(ends.assign({name: wrong(ends)}), run)
    assert not found[variable].all()
    assert not found["all"].all()


@pytest.mark.parametrize(("sizes", "name"), [({"runs": 0}, "runs"), ({"m": 1}, "m must"), ({"n": 3}, "n must")])
def test_bad_sizes_are_told(sizes, name):
    with pytest.raises(ValueError, match=name):
        hard_draws(**({"runs": 2} | sizes))
