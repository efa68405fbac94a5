"""The verdicts on what a channel must carry come out as evidence made to order says."""

import numpy as np
import pytest
import xarray as xr

from fa_book.bottleneck.claims import C21a, C21b, C21c, C21d, C21e, C29a, C29b, C29c


def rules(spread=1e-3, **rates):
    """Datasets of runs that end near a rate; only the last epoch counts. FA spreads the other way."""
    made = {}
    for name, rate in rates.items():
        values = np.stack([np.full(5, 0.1), rate + np.linspace(-spread, spread, 5) * (-1 if name == "FA" else 1)], 1)
        name = name.replace("_rank_", ", rank ").replace("_centred", ", centred")
        made[name] = xr.Dataset({"test_accuracy": (("run", "epoch"), values)})
    return made


@pytest.mark.parametrize(
    ("digits", "numbers", "outcome"),
    [
        ((0.9, 0.9), 0.9, "holds"),
        ((0.99, 0.99), 0.99, "holds"),  # better than BP is not behind it
        ((0.9, 0.5), 0.9, "does not hold"),
        ((0.9, 0.9), 0.5, "does not hold"),
        ((0.9, 0.85), 0.9, "undecided"),
    ],
)
def test_c21a_asks_whether_fa_is_behind_in_the_end(digits, numbers, outcome):
    by_units = {m: rules(BP=0.9, BP_centred=0.9, FA=rate) for m, rate in zip((10, 20), digits, strict=True)}
    assert C21a.judge(by_units, rules(BP=0.9, FA=numbers)).outcome == outcome


def test_c21a_counts_bp_centred_too():
    by_units = {m: rules(BP=0.7, BP_centred=0.9, FA=0.8) for m in (10, 20)}
    assert C21a.judge(by_units, rules(BP=0.9, FA=0.9)).outcome == "does not hold"


@pytest.mark.parametrize(("fa", "outcome"), [(0.88, "holds"), (0.8, "does not hold"), (0.85, "undecided")])
def test_pace_form_and_width(fa, outcome):
    assert C21b.judge(rules(BP=0.9, FA=fa)).outcome == outcome
    assert C21c.judge({20: rules(FA=0.9, FA_rank_1=fa)}).outcome == outcome
    assert C21d.judge({4: rules(BP_centred=0.9, FA=fa)}).outcome == outcome


@pytest.mark.parametrize(("lost", "outcome"), [(0.6, "holds"), (0.89, "does not hold"), (0.85, "undecided")])
def test_c21e_wants_what_is_lost_to_be_missed(lost, outcome):
    assert C21e.judge(rules(FA=0.9, FA_rank_4=lost)).outcome == outcome


def pairs(**gains):
    return {int(m[1:]): rules(FA=0.5, autoencoder=0.5 + gain) for m, gain in gains.items()}


@pytest.mark.parametrize(
    ("two", "four", "outcome"),
    [(0.1, 0.1, "holds"), (0.1, -0.1, "does not hold"), (-0.1, 0.1, "does not hold"), (0.1, 0.0, "undecided")],
)
def test_a_channel_that_learns(two, four, outcome):
    assert C29a.judge(pairs(m2=two, m4=four)).outcome == outcome
    assert C29b.judge(pairs(m2=two, m4=four)).outcome == outcome


@pytest.mark.parametrize(("wide", "outcome"), [(0.0, "holds"), (-0.2, "does not hold"), (-0.05, "undecided")])
def test_a_channel_that_learns_does_no_harm(wide, outcome):
    few = pairs(m2=-0.5, m4=-0.5)  # plays no part
    assert C29c.judge(few | pairs(m20=0.0), few | pairs(m16=wide)).outcome == outcome
    assert C29c.judge(few | pairs(m20=wide), few | pairs(m16=0.0)).outcome == outcome
