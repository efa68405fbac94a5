"""The verdict on the discussion's claims comes out as evidence made to order says."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from fa_book.information.claims import C25a, C25b, rank_correlation

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
    "both follow": (bed(), {"FA": training(), "TF": training()}, "holds", "holds"),
    "none follows": (bed(FALLING, STILL), {"FA": training(FALLING, STILL)}, "does not hold", "does not hold"),
    "reduction alone": (bed(STILL), {"FA": training(FALLING)}, "does not hold", "holds"),
    "not where it is known": (bed(reduction=STILL), {"FA": training()}, "holds", "does not hold"),
    "not under TF": (bed(), {"FA": training(), "TF": training(RISING, FALLING)}, "holds", "does not hold"),
    "not across rules": (
        bed(), {"FA": training(), "TF": training(RISING + 5, RISING + 5, RISING - 5)}, "does not hold", "does not hold",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("known", "rules", "rate", "reduction"), CASES.values(), ids=CASES)
def test_c25(known, rules, rate, reduction):
    assert [claim.judge(known, rules).outcome for claim in (C25a, C25b)] == [rate, reduction]


def test_c25_is_undecided_where_runs_disagree():
    known = bed()
    known["coding_rate"][:] = np.stack([RISING] * 5 + [FALLING])
    assert C25a.judge(known, {"FA": training()}).outcome == "undecided"


def test_c25_counts_the_worst():
    check = C25b.judge(bed(), {"FA": training(), "TF": training(reduction=FALLING)}).checks[0]
    assert check.effect == -1


def test_c25_takes_the_axes_by_name():
    turned = {"FA": training().transpose("epoch", "run")}
    assert str(C25a.judge(bed().transpose("case", "run"), turned)) == str(C25a.judge(bed(), {"FA": training()}))


def test_rank_correlation_is_spearmans():
    random = np.random.default_rng(0)
    a, b = random.integers(0, 6, (5, 40)), random.normal(size=(5, 40))  # ties too
    expected = [stats.spearmanr(x, y).statistic for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(rank_correlation(a, b), expected, atol=1e-12)
    np.testing.assert_allclose(rank_correlation(a, b[0]), [stats.spearmanr(x, b[0]).statistic for x in a], atol=1e-12)


def test_what_never_moves_tracks_nothing():
    assert rank_correlation(np.ones((2, 5)), np.arange(5)).tolist() == [0, 0]
