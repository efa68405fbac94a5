"""The verdicts on settings, predictive coding and the climbed rate come out as evidence made to order says."""

import numpy as np
import pytest
import xarray as xr

from fa_book import ledger
from fa_book.coding_rate.claims import CLIMBED
from fa_book.predictive_coding.claims import C27
from fa_book.sensitivity.claims import C28, order, reversed_pairs

SPREAD = np.linspace(-1e-3, 1e-3, 6)
PAPER = {"BP": 0.9 + SPREAD, "FA": 0.85 - SPREAD, "TF": 0.85 + SPREAD}


def test_order_is_paired_and_knows_what_is_not_decided():
    wide = np.linspace(0, 1, 6)
    assert order({"BP": wide + 0.1 + SPREAD, "FA": wide, "TF": 1 - wide}) == {
        ("BP", "FA"): 1, ("BP", "TF"): 0, ("FA", "TF"): 0
    }  # fmt: skip
    assert order(PAPER) == {("BP", "FA"): 1, ("BP", "TF"): 1, ("FA", "TF"): 0}
    turned = PAPER | {"BP": 0.5 + SPREAD}
    assert reversed_pairs(order(PAPER), order(turned)) == [("BP", "FA"), ("BP", "TF")]
    assert reversed_pairs(order(PAPER), order(PAPER | {"TF": 0.8 + SPREAD})) == []  # undecided at first


@pytest.mark.parametrize(
    ("others", "outcome"),
    [
        ([PAPER] * 10, "reproduced"),
        ([PAPER] * 9 + [PAPER | {"BP": 0.5 + SPREAD}], "reproduced"),
        ([PAPER] * 8 + [PAPER | {"BP": 0.5 + SPREAD}] * 2, "partly"),
        ([PAPER | {"BP": 0.85 + SPREAD}] * 10, "partly"),  # nobody is ahead any more
        ([PAPER | {"BP": 0.5 + SPREAD}] * 10, "not reproduced"),
    ],
)
def test_settings(others, outcome):
    assert C28.judge(PAPER, {str(n): rates for n, rates in enumerate(others)}).outcome == outcome


def test_who_is_ahead_of_bp_does_not_hang_on_the_order_of_names():
    turned = {"TF": 0.95 + SPREAD, "FA": 0.85 - SPREAD, "BP": 0.9 + SPREAD}
    assert [check.passed for check in C28.judge(turned, {"same": turned}).checks] == [True, False, True]


def test_predictive():
    bad, good = np.full(6, 0.4) + SPREAD, SPREAD**2
    rates = 0.9 + SPREAD
    verdict = C27.judge({"FA": bad, "TF": good}, {"FA": True, "TF": False}, {"FA": rates - 0.01}, rates)
    assert [check.passed for check in verdict.checks] == [False, False, True]
    assert verdict.checks[1].found == "does not hear it"
    verdict = C27.judge({"BP": good}, {"BP": True}, {"BP": rates - 0.2}, rates)
    assert [check.passed for check in verdict.checks] == [True, False]


def test_climbed():
    def data(final, held):
        return xr.Dataset({"test_accuracy": (("run", "epoch"), (final + SPREAD)[:, None]),
                           "held_out": (("run", "epoch"), (held + SPREAD)[:, None])})  # fmt: skip

    target, untrained = {"A": data(0.9, 0.9)}, {"A": 0.6 + SPREAD}
    for final, held, outcome in ((0.88, 0.9, "reproduced"), (0.99, 0.9, "reproduced"), (0.7, 0.9, "partly"),
                                 (0.88, 0.61, "partly"), (0.5, 0.6, "not reproduced")):  # fmt: skip
        assert CLIMBED.judge({"A": data(final, held)}, target, untrained).outcome == outcome


def test_the_ledger_has_the_claims_and_not_the_books_own_criterion():
    assert {C27, C28} < set(ledger.ALL)
    assert CLIMBED not in ledger.ALL
