"""Verdicts: the same claim must come out reproduced, partly, not or artefact as the evidence says."""

import json

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from fa_book import ledger
from fa_book.alignment.claims import C2
from fa_book.claims.evidence import Check, within
from fa_book.claims.verdict import MIME, Claim
from fa_book.classification.claims import C18
from fa_book.gamma.claims import C11
from fa_book.introduction.claims import C5
from fa_lib.statistics import Interval, interval, rounded

RUNS = 10


def data(dim="epoch", **curves):
    """A Dataset from (first, last) pairs or whole curves, with a little spread over runs."""
    spread = 1 + np.linspace(-1e-3, 1e-3, RUNS)[:, None]
    shaped = dict.fromkeys(curves, ("run", dim))
    values = {name: np.asarray(curve, float)[None] * spread for name, curve in curves.items()}
    return xr.Dataset({name: (shaped[name], value) for name, value in values.items()})


def test_interval_is_students():
    values = np.random.default_rng(0).normal(size=12)
    low, high = stats.t.interval(0.95, 11, values.mean(), stats.sem(values))
    np.testing.assert_allclose(interval(values), (values.mean(), low, high))
    assert interval([1.0])[1:] == (-np.inf, np.inf)


@pytest.mark.parametrize(
    ("value", "text"),
    [(-0.00004, "0.000"), (0.0123, "0.012"), (0.1234, "0.123"), (-12.345, "-12.3"), (-np.inf, "-inf")],
)
def test_numbers_have_three_digits_and_none_below_a_thousandth(value, text):
    assert rounded(value) == text


@pytest.mark.parametrize(
    ("found", "text"),
    [
        ((3.4, 3.2, 3.6), "3.400 [3.200, 3.600]"),
        ((-1.52, -3, -0.04), "-1.52 [-3.00, -0.04]"),
        ((86.47, 72.1, 100.84), "86.5 [72.1, 100.8]"),
        ((0.0, -0.00004, 0.00004), "0.000 [0.000, 0.000]"),
        ((-1.0, -1.0, -1.0), "-1 [-1, -1]"),
        ((0.5, -np.inf, np.inf), "0.5 [-inf, inf]"),
    ],
)
def test_an_interval_has_one_precision(found, text):
    assert str(Interval(*found)) == text


@pytest.mark.parametrize("values", [[], [np.nan, 1], [[1.0]]])
def test_interval_refuses(values):
    with pytest.raises(ValueError, match="one finite value a run"):
        interval(values)


def test_within_has_three_outcomes():
    values = [0.9, 1.0, 1.1]  # interval about 0.75 to 1.25
    assert within("", values, 0, 2).passed is True
    assert within("", values, 2, 3).passed is False
    assert within("", values, 1, 3).passed is None


def test_ids_are_in_order_and_texts_are_there():
    assert [claim.id for claim in ledger.ALL[:20]] == [f"C{n}" for n in range(1, 21)]
    assert all(claim.statement and claim.criterion for claim in ledger.ALL)


GOOD = data(loss=[0.25, 0.05], accuracy=[0.5, 0.95], regression_loss=[0.25, 0.06], regression_accuracy=[0.6, 0.95],
            angle=[90, 60], test_accuracy=[0.5, 0.95])  # fmt: skip
STUCK = data(loss=[0.25, 0.26], accuracy=[0.5, 0.5], regression_loss=[0.25, 0.26], regression_accuracy=[0.6, 0.6],
             angle=[95, 95], test_accuracy=[0.5, 0.5])  # fmt: skip
HIDDEN = data(
    loss=[0.25, 0.26],
    accuracy=[0.5, 0.5],
    regression_loss=[0.25, 0.06],
    regression_accuracy=[0.6, 0.95],
    angle=[95, 95],
)


def falling(**changed):
    steps = np.arange(21)
    curves = {
        "regression_loss": np.exp(-steps / 3.0),
        "gradient_norm": np.exp(-steps / 3.0),
        "angle": 89 - 50 * np.exp(-steps / 3) * (steps > 0),
        "direct_loss": 1.0 + steps,
    }
    return data("step", **(curves | changed))


RISING = np.linspace(0.05, 2.0, 5)[None] + np.linspace(-0.01, 0.01, RUNS)[:, None]
CASES = [
    ("C1", (GOOD, GOOD), "reproduced"),
    ("C1", (STUCK, GOOD), "partly"),
    ("C1", (STUCK, STUCK), "partly"),  # alike, and neither above 0.9
    ("C2", (STUCK,), "reproduced"),
    ("C2", (GOOD,), "not reproduced"),
    ("C3", (HIDDEN, HIDDEN, STUCK), "reproduced"),
    ("C3", (STUCK, GOOD, STUCK), "not reproduced"),
    ("C4", (GOOD, STUCK), "reproduced"),
    ("C4", (STUCK, GOOD), "not reproduced"),
    ("C5", (0.517, 0.9992), "reproduced"),
    ("C5", (0.9, 0.5), "not reproduced"),
    ("C6", (falling(),), "reproduced"),
    ("C6", (falling(regression_loss=np.linspace(1, 1.5, 21)),), "not reproduced"),
    ("C7", (falling(),), "reproduced"),
    ("C7", (falling(angle=np.r_[92.0, 89 - 50 * np.exp(-np.arange(1, 21) / 3)]),), "reproduced"),  # it starts above
    ("C7", (falling(angle=np.full(21, 95.0)),), "partly"),  # it ends above 80
    ("C7", (falling(angle=np.linspace(120, 20, 21)),), "not reproduced"),
    ("C8", (falling(),), "reproduced"),
    ("C8", (falling(regression_loss=np.exp(np.arange(21) / 3)),), "partly"),
    ("C9", (np.linspace(0.88, 0.9, 10), np.linspace(0.88, 0.9, 10)), "reproduced"),
    ("C9", (np.linspace(0.88, 0.9, 10), np.linspace(0.5, 0.6, 10)), "not reproduced"),
    ("C10", (np.linspace(0.1, 0.2, 10), np.zeros(10)), "reproduced"),
    ("C10", (np.linspace(0.1, 0.2, 10), np.linspace(0.1, 0.2, 10)), "partly"),
    ("C11", (GOOD, STUCK, GOOD, STUCK), "reproduced"),
    ("C11", (STUCK, GOOD, STUCK, GOOD), "not reproduced"),
    ("C12", ({"FA": falling()},), "reproduced"),
    ("C12", ({"FA": falling(direct_loss=np.exp(-np.arange(21)))},), "partly"),
    ("C13", ({"FA": RISING}, {"FA": 0 * RISING + 0.05}, {"FA": RISING}, 3.32), "reproduced"),
    ("C13", ({"FA": RISING + 3}, {"FA": 0 * RISING + 3}, {"FA": RISING}, 3.32), "artefact"),
    ("C14", (GOOD, {"FA": GOOD, "TF": GOOD}), "reproduced"),
    ("C14", (GOOD, {"FA": GOOD, "TF": STUCK}), "partly"),
    ("C15", (GOOD, {"FA": STUCK}), "not reproduced"),
    ("C16", (data(information=[0.2, 0.8, 0.5], information_null=[0.1, 0.1, 0.1]),), "reproduced"),
    ("C16", (data(information=[0.2, 0.5, 0.8], information_null=[0.1, 0.1, 0.1]),), "partly"),
    ("C17", (GOOD, GOOD), "reproduced"),
    ("C17", (GOOD, STUCK), "not reproduced"),
    ("C19", ({"IBReg": (GOOD, GOOD)},), "reproduced"),
    ("C19", ({"IBReg": (GOOD, STUCK)},), "not reproduced"),
    ("C20", (np.linspace(3, 3.5, 10), np.linspace(1, 1.2, 10)), "reproduced"),
    ("C20", (np.linspace(3, 3.5, 10), np.linspace(3, 3.5, 10)), "not reproduced"),
]


@pytest.mark.parametrize(("name", "evidence", "outcome"), CASES, ids=[f"{n}-{o}" for n, _, o in CASES])
def test_verdict(name, evidence, outcome):
    assert {claim.id: claim for claim in ledger.ALL}[name].judge(*evidence).outcome == outcome


@pytest.mark.parametrize(("floor", "outcome"), [(0.2, "reproduced"), (3.3, "artefact")])
def test_saturated_information_is_an_artefact(floor, outcome):
    full = data(information=[3.3, 3.3]).assign(ceiling=3.32)
    untrained = np.full(RUNS, floor) + np.linspace(0, 1e-3, RUNS)
    assert C18.judge({"BP": full, "TF": full}, untrained).outcome == outcome


def test_every_claim_has_a_case():
    assert {name for name, _, _ in CASES} | {"C18"} >= {f"C{n}" for n in range(1, 21)}


def test_box_speaks_plainly_and_escapes():
    verdict = C5.judge(0.517, 0.9992)
    bundle = verdict._repr_mimebundle_()
    assert bundle["text/plain"] == str(verdict)
    assert verdict.brief() == "C5 reproduced: yes, yes"
    assert "fa-verdict reproduced" in bundle["text/html"]
    claim = Claim("C99", "1", "a < b", "x", lambda: [Check("p < q", "<0.05", True)])
    assert "&lt;0.05" in claim.judge()._repr_mimebundle_()["text/html"]
    assert "<0.05" not in claim.judge()._repr_mimebundle_()["text/html"]


def notebook(*verdicts):
    cells = [{"cell_type": "code", "outputs": [{"data": verdict._repr_mimebundle_()}]} for verdict in verdicts]
    return json.dumps({"cells": [*cells, {"cell_type": "markdown"}]})


def test_collect_finds_verdicts_in_order(tmp_path):
    (tmp_path / "b.ipynb").write_text(notebook(C5.judge(0.517, 0.9992)))
    (tmp_path / "a.ipynb").write_text(notebook(C11.judge(GOOD, STUCK, GOOD, STUCK), C2.judge(STUCK)))
    records = ledger.collect(tmp_path)
    assert [(r["id"], r["chapter"], r["outcome"]) for r in records] == [
        ("C2", "a", "reproduced"), ("C5", "b", "reproduced"), ("C11", "a", "reproduced")]  # fmt: skip
    assert records == [r | {"chapter": r["chapter"]} for r in json.loads(json.dumps(records))]
    table = ledger.table(records)
    assert table.count("<tr") == 4
    assert "href='b.html'" in table
    assert "href='information.html'" in table  # which bears on C5
    small = ledger.miniature(records)
    assert small.count("<tr") == 5  # heads, and the four outcomes
    assert '<td>3</td><td><a href="a.html"' in small
    assert small.count("<td>0</td><td>none</td>") == 3


def test_collect_says_what_to_do_where_there_is_nothing(tmp_path):
    with pytest.raises(ValueError, match="make book"):
        ledger.collect(tmp_path)
    assert MIME.endswith("+json")
