"""Verdicts: the same claim must hold, fail, rest on an artefact or stay open as the evidence says."""

import json

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from fa_book import ledger
from fa_book.claims.evidence import Check, clopper_pearson, decisive, exact, median, share, within, worst
from fa_book.claims.verdict import MIME, OUTCOMES, Claim, read
from fa_book.introduction.claims import C5a
from fa_book.ledger import forest
from fa_lib.statistics import Interval, interval, rounded

RUNS = 100


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


def test_a_share_has_the_exact_interval():
    for count, n in ((0, 10), (3, 10), (10, 10), (22, 100)):
        found = stats.binomtest(count, n).proportion_ci(method="exact")
        np.testing.assert_allclose(clopper_pearson(count, n)[1:], (found.low, found.high), atol=1e-12)
    with pytest.raises(ValueError, match="count must be between 0 and n"):
        clopper_pearson(3, 2)
    with pytest.raises(ValueError, match="count must be between 0 and n"):
        clopper_pearson(0, 0)


def test_a_share_is_decided_by_its_interval():
    holds = np.arange(100) < 22
    assert share("", holds, 0.05).passed is True
    assert share("", holds, 0.25).passed is None
    assert share("", holds, 0.0, 0.1).passed is False
    assert share("", holds, 0.05).found == "22 of 100 [0.143, 0.314]"


@pytest.mark.parametrize("n", [6, 9, 30, 101])
def test_the_interval_of_a_median_covers_it_in_95_of_100(n):
    # of any distribution: the interval between the r-th value from below and from above misses the median with the
    # probability that fewer than r of n coins fall one way, twice
    values = np.arange(n, dtype=float)
    low, high = median("", values)[4:6]
    rank = int(low) + 1
    assert high == n - rank
    assert 1 - 2 * stats.binom.cdf(rank - 1, n, 0.5) >= 0.95
    assert 1 - 2 * stats.binom.cdf(rank, n, 0.5) < 0.95  # and the next one would not


def test_a_median_of_few_has_no_interval():
    assert median("", [1.0, 2, 3, 4, 5], 0).passed is None


def test_a_margin_that_matters_is_marked():
    values = np.array([0.045, 0.047, 0.049])
    assert within("", values, -0.05, 0.05).fragile
    assert not within("", values / 2, -0.05, 0.05).fragile
    assert share("", np.arange(100) < 99, 0.95).fragile  # [0.946, 1]: 0.94 would be met
    assert not exact("", 0.9992, 0.985, 0.995, zero=0.99).fragile


def test_the_worst_check_decides():
    good, open_, bad = (within(name, [0.9, 1.0, 1.1], low, 2) for name, low in (("a", 0), ("b", 1), ("c", 1.5)))
    assert worst("w", [good, open_, bad]).passed is False
    assert worst("w", [good, open_]).passed is None
    near = within("n", [0.9, 1.0, 1.1], 0.7, 2)
    assert worst("w", [good, near]).bounds == (0.7, 2)
    assert worst("w", [good, near]).asked == "w"


def test_the_check_that_decides_is_chosen_in_one_way():
    def check(passed, low, high, bounds):
        return Check("", "", passed, 0.0, low, high, bounds)

    inf = np.inf
    fails, open_, far = check(False, 2, 3, (0, 1)), check(None, 0.5, 3, (0, 1)), check(True, 0.4, 0.6, (0, 1))
    near, endless = check(True, 0.1, 0.5, (0, inf)), check(None, -inf, inf, (-inf, 1))
    assert decisive([far, open_, fails]) == 2
    assert decisive([far, open_]) == 1
    assert decisive([far, near]) == 1
    assert decisive([near, near]) == 0
    assert decisive([endless, open_]) == 1  # an end at infinity is near to nothing
    for checks in ([far, open_, fails], [near, far], [endless, open_]):
        claim = Claim("C1", "1", "s", "c", lambda checks=checks: checks)
        record = json.loads(json.dumps(claim.judge().record()))
        assert ledger.decisive(record) is record["checks"][decisive(checks)]
        assert [read(found) for found in record["checks"]] == checks


def test_ids_are_in_order_and_texts_are_there():
    ids = [claim.id for claim in ledger.ALL]
    assert ids == sorted(ids, key=ledger.order)
    assert len(set(ids)) == len(ids)
    assert {ledger.order(id)[0] for id in ids} >= set(range(1, 21))
    assert all(claim.statement and claim.criterion for claim in ledger.ALL)


GOOD = data(loss=[0.25, 0.05], accuracy=[0.5, 0.95], regression_loss=[0.25, 0.06], regression_accuracy=[0.6, 0.95],
            angle=[90, 60], test_accuracy=[0.5, 0.95], nearest_accuracy=[0.1, 0.9], rank=[3, 3.0])  # fmt: skip
BAD = data(loss=[0.25, 0.26], accuracy=[0.5, 0.5], regression_loss=[0.25, 0.26], regression_accuracy=[0.6, 0.6],
           angle=[95, 95], test_accuracy=[0.4, 0.4], nearest_accuracy=[0.1, 0.1], rank=[3, 1.0])  # fmt: skip
HALF = xr.concat([GOOD.isel(run=slice(50)), BAD.isel(run=slice(50, 100))], "run")  # a coin decides


def falling(**changed):
    steps = np.arange(21)
    curves = {
        "regression_loss": np.exp(-steps / 3.0),
        "gradient_norm": np.exp(-steps / 3.0),
        "angle": 89 - 50 * np.exp(-steps / 3) * (steps > 0),
        "direct_loss": 1.0 + steps,
    }
    return data("step", **(curves | changed))


def rising(start=0.05):
    return np.linspace(start, start + 2.0, 5)[None] + np.linspace(-0.01, 0.01, RUNS)[:, None]


BACK_AND_FORTH = np.r_[89.0, 20 + 30 * (1 - np.cos(np.arange(20)))]  # goes with the loss, and not with the clock
RATES = np.linspace(0.88, 0.9, RUNS)
DEAD = np.where(np.arange(RUNS) < 22, 0.05, 0.0)
FULL = np.full(RUNS, 3.3) + np.linspace(0, 1e-3, RUNS)
PEAK = {"BP": FULL, "TF": FULL}
YES, NO, OPEN, ARTEFACT = OUTCOMES[0], OUTCOMES[1], OUTCOMES[3], OUTCOMES[2]
CASES = [
    ("C1a", (GOOD, GOOD), YES), ("C1a", (BAD, GOOD), NO), ("C1b", (GOOD,), YES), ("C1b", (BAD,), NO),
    ("C1c", (GOOD,), YES), ("C1c", (BAD,), NO), ("C2a", (BAD,), YES), ("C2a", (GOOD,), NO),
    ("C2b", (BAD,), YES), ("C2b", (HALF,), NO), ("C3a", (GOOD, BAD), YES), ("C3a", (BAD, BAD), NO),
    ("C3b", (GOOD, GOOD), YES), ("C3b", (BAD, GOOD), NO), ("C4a", (BAD,), YES), ("C4a", (HALF,), NO),
    ("C4b", (GOOD,), YES), ("C4b", (HALF,), NO), ("C4c", (HALF,), YES), ("C4c", (GOOD,), NO),
    ("C5a", (0.517,), YES), ("C5a", (0.56,), NO), ("C5b", (0.992,), YES), ("C5b", (0.9992,), NO),
    ("C6a", (falling(),), YES), ("C6a", (falling(regression_loss=np.linspace(1, 1.5, 21)),), NO),
    ("C6b", (falling(),), YES), ("C6b", (falling(regression_loss=np.linspace(1, 0.5, 21)),), NO),
    ("C6c", (falling(),), YES), ("C6c", (falling(regression_loss=np.linspace(1, 0.5, 21)),), NO),
    ("C7a", (falling(),), YES), ("C7a", (falling(angle=np.full(21, 50.0)),), NO),
    ("C7b", (falling(),), YES), ("C7b", (falling(angle=np.full(21, 88.0)),), NO),
    ("C7c", (falling(),), YES), ("C7c", (falling(angle=np.linspace(90, 20, 21)),), NO),
    ("C7d", (falling(angle=np.r_[92.0, 89 - 50 * np.exp(-np.arange(1, 21) / 3)]),), YES),  # it starts above
    ("C7d", (falling(angle=np.full(21, 95.0)),), NO),
    ("C7e", (falling(angle=np.full(21, 95.0)),), NO),
    ("C8", (falling(),), ARTEFACT),  # two monotone curves
    ("C8", (falling(angle=BACK_AND_FORTH, regression_loss=1 - BACK_AND_FORTH / 100,
                    gradient_norm=1 - BACK_AND_FORTH / 100),), YES),
    ("C8", (falling(regression_loss=np.exp(np.arange(21) / 3)),), ARTEFACT),
    ("C9", (RATES, RATES - 0.01), YES), ("C9", (RATES, RATES - 0.3), NO),
    ("C9", (RATES, RATES - np.resize([0.5, -0.5], RUNS) - 0.05), OPEN),
    ("C10a", (DEAD,), YES), ("C10a", (0 * DEAD,), NO), ("C10b", (0 * DEAD,), YES), ("C10b", (DEAD,), NO),
    ("C11a", (GOOD, BAD), YES), ("C11a", (GOOD, GOOD), NO), ("C11b", (GOOD, BAD), YES), ("C11b", (GOOD, GOOD), NO),
    ("C11c", (GOOD, GOOD), YES), ("C11c", (HALF, GOOD), NO),
    ("C12a", ({"FA": falling()},), YES),
    ("C12a", ({"FA": falling(), "TF": falling(regression_loss=np.linspace(1, 0.5, 21))},), NO),
    ("C12b", ({"FA": falling()},), YES), ("C12b", ({"FA": falling(direct_loss=np.linspace(1, 2, 21))},), NO),
    ("C13a", ({"FA": rising()},), YES), ("C13a", ({"FA": rising(), "TF": 0 * rising()},), NO),
    ("C13b", ({"FA": rising()}, 3.32), YES), ("C13b", ({"FA": rising(3)}, 3.32), ARTEFACT),
    ("C14a", ({"FA": GOOD},), YES), ("C14a", ({"FA": GOOD, "TF": BAD},), NO),
("C14b", ({"FA": (GOOD, GOOD)},), YES), ("C14b", ({"FA": (GOOD, GOOD), "TF": (BAD, GOOD)},), NO),
    ("C15a", (HALF, GOOD), YES), ("C15a", (GOOD - 0.1, GOOD), NO),
    ("C15b", (GOOD, GOOD), YES), ("C15b", (BAD, GOOD), NO),
    ("C16", (data(information=[0.2, 0.8, 0.5], information_null=[0.1, 0.1, 0.1]),), YES),
    ("C16", (data(information=[0.2, 0.8, 0.5], information_null=[0.1, 0.5, 0.1]),), ARTEFACT),
    ("C17a", (GOOD, GOOD), YES), ("C17a", (BAD, GOOD), NO), ("C17b", (GOOD, GOOD), YES), ("C17b", (BAD, GOOD), NO),
    ("C17c", (GOOD, GOOD), YES), ("C17c", (BAD, GOOD), NO), ("C17d", (GOOD,), YES), ("C17d", (HALF,), NO),
    *((id, (PEAK, 3.32, floor), outcome) for id in ("C18a", "C18b")
      for floor, outcome in ((FULL / 10, YES), (FULL, ARTEFACT))),
    ("C19a", (GOOD, GOOD), YES), ("C19a", (BAD, GOOD), NO), ("C19b", (GOOD, GOOD), YES), ("C19b", (BAD, GOOD), NO),
    ("C20", (GOOD, BAD), YES), ("C20", (BAD, BAD), NO),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "evidence", "outcome"), CASES, ids=[f"{n}-{o}-{i}" for i, (n, _, o) in enumerate(CASES)]
)
def test_verdict(name, evidence, outcome):
    assert {claim.id: claim for claim in ledger.ALL}[name].judge(*evidence).outcome == outcome


def test_every_claim_of_sections_1_to_2_has_a_case():
    early = {claim.id for claim in ledger.ALL if ledger.order(claim.id)[0] <= 20}
    assert {name for name, _, _ in CASES} == early


def test_box_speaks_plainly_and_escapes():
    verdict = C5a.judge(0.517)
    bundle = verdict._repr_mimebundle_()
    assert bundle["text/plain"] == str(verdict)
    assert verdict.brief() == "C5a holds: yes"
    assert "fa-verdict holds" in bundle["text/html"]
    claim = Claim("C99", "1", "a < b", "x", lambda: [Check("p < q", "<0.05", True)])
    assert "&lt;0.05" in claim.judge()._repr_mimebundle_()["text/html"]
    assert "<0.05" not in claim.judge()._repr_mimebundle_()["text/html"]


def test_a_record_says_where_its_criterion_is():
    path, line = C5a.code.split("#L")
    lines = (ledger.Path(__file__).parents[2] / path).read_text().splitlines()
    assert "@claim(" in lines[int(line) - 1]


def notebook(*verdicts):
    cells = [{"cell_type": "code", "outputs": [{"data": verdict._repr_mimebundle_()}]} for verdict in verdicts]
    return json.dumps({"cells": [*cells, {"cell_type": "markdown"}]})


BY_ID = {claim.id: claim for claim in ledger.ALL}


@pytest.fixture
def records(tmp_path):
    (tmp_path / "b.ipynb").write_text(notebook(BY_ID["C5b"].judge(0.9992)))
    (tmp_path / "a.ipynb").write_text(notebook(BY_ID["C11b"].judge(GOOD, BAD), BY_ID["C2b"].judge(BAD),
                                               BY_ID["C17d"].judge(GOOD)))  # fmt: skip
    return ledger.current(ledger.collect(tmp_path))


def test_collect_finds_verdicts_in_order(records):
    assert [(r["id"], r["chapter"], r["outcome"]) for r in records] == [
        ("C2b", "a", "holds"), ("C5b", "b", "does not hold"), ("C11b", "a", "holds"), ("C17d", "a", "holds"),
    ]  # fmt: skip
    assert records == [r | {"chapter": r["chapter"]} for r in json.loads(json.dumps(records))]


def test_the_words_are_those_of_the_code(records):
    old = [record | {"statement": "what it said once", "outcome": "as judged"} for record in records]
    new = ledger.current(old)
    assert [record["statement"] for record in new] == [BY_ID[record["id"]].statement for record in records]
    assert {record["outcome"] for record in new} == {"as judged"}


def test_the_page_has_a_row_a_claim_and_ours_apart(records):
    second = {"C2b": records[0] | {"outcome": "does not hold"}}
    shown = forest.page(records, second, "https://example.org/r")
    paper, ours = shown.split("What this book adds")
    assert paper.split("<table")[0].count("<svg") == 2  # the legend's
    assert paper.count("<svg") == 2 + 3
    assert f"{records[0]['checks'][0]['asked']}:</small> <b>{records[0]['checks'][0]['found']}" in paper
    assert ours.count("<svg") == 1
    assert "href='b.html#C5b'" in paper
    assert "href='information.html'" in paper  # which bears on C5b
    assert "https://example.org/r/blob/main/fa_book/introduction/claims.py#L" in paper
    assert "https://example.org/r/blob/main/book/results/ibtask.nc" in paper
    assert paper.split("<table")[1].count("fa-second") == 1  # the claim that was judged again
    assert ours.count("not repeated") == 1


def test_a_price_is_shown_where_a_verdict_is_open(records):
    priced = [record | {"price": "an hour"} for record in records]
    assert "an hour" not in forest.page(priced, {}, "")
    priced[0]["outcome"] = "undecided"
    assert forest.page(priced, {}, "").count("to decide it: an hour") == 1


def test_every_filter_names_what_rows_have(records):
    shown = forest.page(records, {}, "")
    rows = "".join(part.split("'")[1] + " " for part in shown.split("<tr class=")[1:])
    for value in ("holds", "does-not-hold", "section-2-1", "section-2-4"):
        assert f"input[value='{value}']:checked" in shown
        assert f"value='{value}'" in shown
        assert value in rows


def test_a_picture_stays_inside_and_shows_the_range():
    far = BY_ID["C1a"].judge(BAD, GOOD).record()["checks"][0]
    shown = forest.picture(far)
    numbers = [float(part.split("'")[1]) for part in shown.split("cx=")[1:]]
    assert all(0 < number < forest.WIDTH for number in numbers)
    assert far["asked"] in shown.replace("&#x27;", "'")
    inside = forest.picture(BY_ID["C1a"].judge(GOOD, GOOD).record()["checks"][0])
    assert "cx='80.0'" in inside  # no difference: in the middle of the band


def test_the_replication_is_a_table(records, tmp_path):
    assert ledger.replicated(tmp_path / "missing.json") == {}
    path = tmp_path / "replication.json"
    path.write_text(json.dumps({"seed": 1, "verdicts": [records[0], records[1] | {"outcome": "holds"}]}))
    rows = ledger.compare(records, ledger.replicated(path))
    assert [row["agree"] for row in rows] == [True, False, None, None]
    assert rows[0]["found"] == rows[0]["found again"] == "100 of 100 [0.964, 1.000]"


def test_miniature_counts_the_papers(records):
    small = forest.miniature(records)
    assert small.count("<tr") == 5  # heads, and the four outcomes
    assert '<td>2</td><td><a href="a.html#C2b"' in small
    assert small.count("<td>0</td><td>none</td>") == 2


def test_collect_says_what_to_do_where_there_is_nothing(tmp_path):
    with pytest.raises(ValueError, match="make book"):
        ledger.collect(tmp_path)
    assert MIME.endswith("+json")
