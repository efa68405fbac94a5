"""The verdict on the discussion's claims comes out as evidence made to order says."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from fa_book import ledger
from fa_book.information.claims import C25, rank_correlation

RUNS, RISING = 6, np.linspace(0.1, 1, 9)


def curves(dim, **values):
    """A Dataset of curves that every run shares, but for a little that keeps their order."""
    spread = 1 + np.linspace(-1e-3, 1e-3, RUNS)[:, None]
    return xr.Dataset({name: (("run", dim), np.asarray(curve)[None] * spread) for name, curve in values.items()})


def bed(rate=RISING, reduction=RISING):
    return curves("case", coding_rate=rate, rate_reduction=reduction).assign(bits=("case", RISING))


def training(rate=RISING, reduction=RISING, told=RISING):
    return curves("epoch", coding_rate=rate, rate_reduction=reduction, told=told)


FALLING, STILL = RISING[::-1], np.full(9, 0.5)
CASES = {
    "all follow": (bed(), {"FA": training(), "TF": training()}, "reproduced"),
    "none follows": (bed(FALLING, STILL), {"FA": training(FALLING, STILL)}, "not reproduced"),
    "reduction alone": (bed(STILL), {"FA": training(FALLING)}, "partly"),
    "not under TF": (bed(), {"FA": training(), "TF": training(FALLING, FALLING)}, "partly"),
    "not across rules": (bed(), {"FA": training(), "TF": training(RISING + 5, RISING + 5, RISING - 5)}, "partly"),
}


@pytest.mark.parametrize(("known", "rules", "outcome"), CASES.values(), ids=CASES)
def test_c25(known, rules, outcome):
    assert C25.judge(known, rules).outcome == outcome


def test_c25_counts_the_worst_rule_and_says_which_measure_fails():
    verdict = C25.judge(bed(), {"FA": training(), "TF": training(reduction=FALLING)})
    assert [check.passed for check in verdict.checks] == [True, True, True, True, False, False]
    assert verdict.checks[4].asked.startswith("rate reduction: with held-out information over training, in the worst")
    assert float(verdict.checks[4].found.split()[0]) == -1


def test_c25_takes_the_axes_by_name():
    turned = {"FA": training().transpose("epoch", "run")}
    assert str(C25.judge(bed().transpose("case", "run"), turned)) == str(C25.judge(bed(), {"FA": training()}))


def test_rank_correlation_is_spearmans():
    random = np.random.default_rng(0)
    a, b = random.integers(0, 6, (5, 40)), random.normal(size=(5, 40))  # ties too
    expected = [stats.spearmanr(x, y).statistic for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(rank_correlation(a, b), expected, atol=1e-12)
    np.testing.assert_allclose(rank_correlation(a, b[0]), [stats.spearmanr(x, b[0]).statistic for x in a], atol=1e-12)


def test_what_never_moves_tracks_nothing():
    assert rank_correlation(np.ones((2, 5)), np.arange(5)).tolist() == [0, 0]


def test_it_stands_in_the_ledger():
    assert C25 in ledger.ALL
    assert [claim.id for claim in ledger.ALL] == sorted((claim.id for claim in ledger.ALL), key=lambda i: int(i[1:]))
