"""The claims about the law and what they are judged from, on made-up results with a known answer."""

import numpy as np
import pytest
import xarray as xr

from fa_book.one_law import analysis
from fa_book.one_law.claims import C31a, C31b, C31c, C31d, C31e, C31f, C31g, C31h, C31i, C31j, C31k, C31l, C31m, C31n

EPOCHS = [0, 40, 80]


def rows(eq11, information, runs=5, conditions=30):
    """A table in which the gain is so much of Eq. 11's cosine and of the information, and a little noise."""
    random = np.random.default_rng(0)
    law, told, third = random.random((3, conditions, 1))
    noise = 0.02 * random.standard_normal((conditions, runs))
    values = {"eq11_weights": law, "information": told, "bp_weights": third, "gain": eq11 * law + information * told}
    return xr.Dataset(
        {name: (("condition", "run"), value * np.ones((1, runs)) + noise) for name, value in values.items()},
        {"run": range(runs), "condition": [f"error {n}" for n in range(conditions)]},
    )


def moment(B_share, same):
    """A Dataset as the sweep gives it: B holds this share in every case, and so many decoders agree."""
    shape = (5, 3, len(analysis.CASES))
    shares = np.stack([np.full(shape, B_share), np.full(shape, 0.0), np.full(shape, 1 - B_share)], -1)
    apart = np.stack([np.zeros(shape), np.full(shape, same)], -1)
    return xr.Dataset(
        {
            "gain_shares": (("run", "epoch", "case", "effect"), shares),
            "gain_apart": (("run", "epoch", "case", "two"), apart),
        }
    )


def layer(*means):
    noise = 0.01 * np.random.default_rng(0).standard_normal((5, 1, len(means)))
    values = np.array(means) + noise + np.zeros((5, 3, 1))
    return xr.Dataset({"eq11_weights": (("run", "epoch", "layer"), values)}, {"epoch": EPOCHS})


def test_c31_on_results_as_predicted_and_on_others():
    assert C31a.judge([moment(0.95, 0.99)]).outcome == C31b.judge([moment(0.95, 0.99)]).outcome == "holds"
    assert C31a.judge([moment(0.5, 0.8)]).outcome == C31b.judge([moment(0.5, 0.8)]).outcome == "does not hold"
    for (before, after), outcome in {(20, 3): "holds", (3, 20): "does not hold", (8, 5): "undecided"}.items():
        assert C31c.judge({"before": before, "after": after}).outcome == outcome
    assert C31d.judge({"DFA": layer(0.2, 0.1)}).outcome == "holds"
    assert C31d.judge({"DFA": layer(0.2, 0.0)}).outcome == "undecided"
    assert C31d.judge({"DFA": layer(0.2, -0.2, 0.2)}).outcome == "does not hold"
    assert C31d.judge({"DFA": layer(0.2, 0.1, -0.2)}).outcome == "holds"  # the last layer is C31n's
    for last, outcome in {0.0: "holds", 0.2: "does not hold", -0.2: "does not hold", 0.05: "undecided"}.items():
        assert C31n.judge({"DFA, W_O frozen": layer(0, 0, last), "DFA, W_O learns": layer(0, 0, 1)}).outcome == outcome


@pytest.mark.parametrize("winner", ["eq11_weights", "information"])
def test_rank_correlations_find_the_winner(winner):
    table = rows(float(winner == "eq11_weights"), float(winner == "information"))
    drawn = analysis.over_conditions(table, ["eq11_weights", "information"], draws=200)
    low, high = analysis.spread(drawn[:, 0] - drawn[:, 1])
    assert low > 0 if winner == "eq11_weights" else high < 0
    assert analysis.by_run(table, winner).min() > 0.9


def test_order_in_time_by_hand():
    angles = np.array(
        [[[60, 120], [60, 120], [60, 70]], [[120, 60], [60, 60], [60, 60]], [[90, 90], [90, 90], [90, 90]]]
    )
    cosines = np.cos(np.radians(np.concatenate([angles, angles[..., :1]], -1)))
    data = xr.Dataset({"turning": (("run", "epoch", "pair"), cosines)}, {"epoch": EPOCHS})
    found = analysis.order_in_time(data)
    assert found["theta"].tolist() == [0, 40, np.inf]
    assert found["W_O"].tolist() == [80, 0, np.inf]
    assert (found["before"], found["after"], float(found["chance"])) == (1, 1, 1.0)


def test_rank_correlation_is_scipys():
    from scipy.stats import spearmanr

    x, y = np.random.default_rng(0).integers(5, size=(2, 40))
    assert analysis.rank_correlation(x, y) == pytest.approx(spearmanr(x, y).statistic)


def test_the_budget_is_read_by_name():
    def result(value):
        return xr.Dataset({"readout_untold": (("run", "epoch"), [[0, value], [0, value + 1]])}, {"run": [0, 1]})

    named = {
        ("target", "fixed noise", 100, 0.5): result(2.0),
        ("target", "fixed noise", 100, 0.0): result(3.0),
        ("target", "sparse B", 100, 0.0): result(2.5),
        ("encoder frozen", "", 0, 0.0): result(9.0),
    }
    found = analysis.budget(named)
    assert found.effective.values.tolist() == [25, 100, 100]
    assert analysis.against_whole(found, "sparse B", "target", 100).tolist() == [-0.5, -0.5]


def test_the_budget_is_tabled_with_an_empty_cell_for_what_was_not_run():
    def result(value):
        return xr.Dataset({"readout_untold": (("run", "epoch"), [[0, value], [0, value + 1]])}, {"run": [0, 1]})

    found = analysis.budget(
        {
            ("target", "fixed noise", 100, 0.5): result(2.0),
            ("error", "fixed noise", 100, 0.5): result(1.0),
            ("target", "fixed noise", 20, 0.0): result(3.0),
            ("error", "sparse B", 20, 0.0): result(5.0),
        }
    )
    assert list(analysis.tabled(found)) == [
        ["fixed noise", 100, 0.5, "25.0", "1.50", "2.50"],
        ["fixed noise", 20, 0.0, "20.0", "", "3.50"],
        ["sparse B", 20, 0.0, "20.0", "5.50", ""],
    ]
    heads, body = analysis.crossed(found, "fixed noise")
    assert heads == ["N", "q = 0", "q = 0.5"]
    assert body == [["20", "none, 3.50", ""], ["100", "", "1.50, 2.50"]]


@pytest.mark.parametrize(("law", "told", "outcome"), [(1.0, 0.0, "holds"), (0.0, 1.0, "does not hold")])
def test_c31e_to_g_follow_what_explains_the_gain(law, told, outcome):
    table = {"frozen": rows(law, told), "learns": rows(law, told)}
    assert C31e.judge(table).outcome == C31g.judge(table).outcome == outcome
    assert {check.unit for check in C31e.judge(table).checks} == {"runs", "conditions"}
    assert C31f.judge(table).outcome == ("holds" if law else "undecided")  # a third account says nothing of either
    assert C31e.judge(table | {"learns": rows(told, law)}).outcome == "does not hold"


def thinned(shift=0.0, fresh=0.1, curve=np.log):
    """Ends of a made-up budget: a curve of N (1 - q)^2, other ways off it by `shift`, fresh noise by `fresh`."""
    random, named = np.random.default_rng(1), {}
    for carrier in ("error", "target"):
        whole = {}
        for told in (32, 128, 2458):
            for q in (0.0, 0.5, 0.75):
                whole[told, q] = 0.5 + 0.05 * curve(told * (1 - q) ** 2)
                named[carrier, "fixed noise", told, q] = whole[told, q]
                if q:
                    named[carrier, "fresh noise", told, q] = whole[told, q] + fresh
            named[carrier, "sparse B", told, 0.0] = whole[told, 0.0] + shift

    def result(end):
        ends = end + 0.002 * random.standard_normal((5, 1))
        return xr.Dataset({"readout_untold": (("run", "epoch"), ends)}, {"run": range(5)})

    return analysis.budget({name: result(end) for name, end in named.items()})


def test_c31h_to_j_on_a_made_up_budget():
    assert [c.judge(thinned()).outcome for c in (C31h, C31i, C31j)] == ["holds"] * 3
    none = thinned(shift=-0.1, fresh=-0.1, curve=lambda x: np.sin(7 * x))
    assert [c.judge(none).outcome for c in (C31h, C31i, C31j)] == ["does not hold"] * 3
    assert C31j.judge(thinned(fresh=0.0)).outcome == "undecided"
    assert sum(1 for _ in analysis.spared(thinned())) == 6
    assert sum(1 for _ in analysis.fresh_gaps(thinned())) == 12


def digits(law, rank, round_gain, lower):
    """Seven made-up rules: what a layer gains follows so much of its cosine and of its signal's rank."""
    random, made = np.random.default_rng(2), {}
    for name in ("BP", "FA, chained", "DFA", "target", "FA, chained, round", "DFA, round", "target, round"):
        cosine, size = random.random((2, 1, 1, 3)) + 0.01 * random.standard_normal((2, 5, 1, 3))
        size = np.where(name == "BP", 9 + size, size + 9 - lower)
        losses = np.concatenate([np.ones_like(cosine), 1 - law * cosine - rank * size], 1)
        ends = 0.8 + round_gain * ("round" in name) + 0.001 * random.standard_normal((5, 1))
        made[name] = xr.Dataset(
            {
                "ranks": (("run", "epoch", "part"), np.concatenate([size[..., :1], size, size], 2)),
                "eq11_own": (("run", "epoch", "layer"), cosine),
                "bp_weights": (("run", "epoch", "layer"), cosine),
                "linear_readout": (("run", "time", "layer"), losses),
                "test_accuracy": (("run", "epoch"), ends),
            },
            {"run": range(5)},
        )
    return made


def test_c31k_to_m_on_made_up_layers():
    assert [c.judge(digits(1, 0, 0.1, 3)).outcome for c in (C31k, C31l, C31m)] == ["holds"] * 3
    assert [c.judge(digits(0, 1, -0.1, -3)).outcome for c in (C31k, C31l, C31m)] == ["does not hold"] * 3
    assert C31m.judge(digits(1, 0, 0, 0)).checks[1].unit == "layers"
    found = analysis.layers(digits(1, 0, 0, 0))
    assert found.sizes == {"condition": 21, "run": 5}
    assert analysis.by_run(found, "eq11_own").min() > 0.99
