"""The verdicts on updates out of step come out as evidence made to order says."""

import numpy as np
import pytest

from fa_book.delays.claims import C24a, C24b, C24c, C24d, C24e, C24f

NEAR = np.linspace(-1e-3, 1e-3, 12)  # runs are near each other, but differ
FAR = np.linspace(-0.3, 0.3, 12)


@pytest.mark.parametrize(
    ("lost", "outcome"), [(NEAR, "holds"), (0.2 + NEAR, "does not hold"), (0.05 + NEAR, "undecided")]
)
def test_one_schedule_is_enough_to_fail(lost, outcome):
    assert C24a.judge({"decoder late": NEAR, "turns": lost}).outcome == outcome
    assert C24b.judge({"10 late": NEAR, "100 late": lost}).outcome == outcome
    assert C24f.judge(lost).outcome == outcome


def test_to_gain_is_not_to_lose():
    assert C24a.judge({"turns": NEAR - 0.3}).outcome == "holds"


@pytest.mark.parametrize(
    ("frozen", "outcome"), [(0.88, "holds"), (0.95, "does not hold"), (0.8, "does not hold"), (0.93, "undecided")]
)
def test_c24c_is_an_equivalence(frozen, outcome):
    assert C24c.judge(frozen + NEAR, 0.88 - NEAR).outcome == outcome


@pytest.mark.parametrize(
    ("lost", "outcome"), [(0.3 + NEAR, "holds"), (0.02 + NEAR, "does not hold"), (0.06 + FAR, "undecided")]
)
def test_the_others_need_step(lost, outcome):
    assert C24d.judge(lost, NEAR).outcome == outcome
    assert C24e.judge(lost, NEAR).outcome == outcome


def test_c24e_is_of_the_median_run():
    single = np.where(np.arange(12) == 0, 5.0, NEAR)  # one run that loses all decides nothing
    assert C24e.judge(single, np.zeros(12)).outcome == "does not hold"
