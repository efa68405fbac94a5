"""The verdicts on predictive coding come out as evidence made to order says."""

import numpy as np
import pytest

from fa_book.predictive_coding.claims import C27a, C27b

SPREAD = np.linspace(-1e-3, 1e-3, 10)
CURLED, FLAT, RATES = 0.4 + SPREAD, SPREAD**2, 0.9 + SPREAD


@pytest.mark.parametrize(
    ("curls", "hears", "outcome"),
    [
        ({"NF": FLAT, "TF": FLAT}, {"NF": True, "TF": True}, "holds"),
        ({"NF": FLAT, "TF": FLAT}, {"NF": True, "TF": False}, "does not hold"),  # deaf, and so flat
        ({"NF": CURLED, "TF": FLAT}, {"NF": True, "TF": True}, "does not hold"),
        ({"NF": 0.05 + SPREAD, "TF": FLAT}, {"NF": True, "TF": True}, "undecided"),
    ],
)
def test_energy(curls, hears, outcome):
    verdict = C27a.judge(curls, hears)
    assert verdict.outcome == outcome
    assert ("it does not" in str(verdict)) == (not all(hears.values()))


@pytest.mark.parametrize(
    ("lost", "outcome"), [(0.01, "holds"), (0.2, "does not hold"), (-0.2, "does not hold"), (0.05, "undecided")]
)
def test_learning(lost, outcome):
    assert C27b.judge({"NF": RATES, "TF": RATES - lost + SPREAD}, RATES).outcome == outcome


def test_one_late_run_is_no_median_run():
    late = RATES - np.where(np.arange(10) == 0, 0.4, 0)
    assert C27b.judge({"NF": late}, RATES).outcome == "holds"
