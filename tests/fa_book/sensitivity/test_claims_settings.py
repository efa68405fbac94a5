"""The verdicts on settings come out as evidence made to order says."""

import numpy as np
import pytest

from fa_book.sensitivity import settings
from fa_book.sensitivity.claims import C28a, C28b, C28c, order, reversed_pairs

SPREAD = np.linspace(-1e-3, 1e-3, 6)
PAPER = {"BP": 0.9 + SPREAD, "FA": 0.85 - SPREAD, "TF": 0.85 + SPREAD}
BEHIND = PAPER | {"BP": 0.5 + SPREAD}
LEVEL = PAPER | {"BP": 0.85 + SPREAD}  # nobody is ahead any more


def test_order_is_paired_and_knows_what_is_not_decided():
    wide = np.linspace(0, 1, 6)
    assert order({"BP": wide + 0.1 + SPREAD, "FA": wide, "TF": 1 - wide}) == {
        ("BP", "FA"): 1, ("BP", "TF"): 0, ("FA", "TF"): 0
    }  # fmt: skip
    assert order(PAPER) == {("BP", "FA"): 1, ("BP", "TF"): 1, ("FA", "TF"): 0}
    turned = PAPER | {"BP": 0.5 + SPREAD}
    assert reversed_pairs(order(PAPER), order(turned)) == [("BP", "FA"), ("BP", "TF")]
    assert reversed_pairs(order(PAPER), order(PAPER | {"TF": 0.8 + SPREAD})) == []  # undecided at first


def several(*rates):
    return {str(number): one for number, one in enumerate(rates)}


@pytest.mark.parametrize(
    ("others", "places", "alike", "behind"),
    [
        ([PAPER] * 10, "holds", "holds", "holds"),
        ([PAPER] * 9 + [BEHIND], "holds", "holds", "holds"),
        ([PAPER] * 5 + [BEHIND] * 5, "undecided", "undecided", "undecided"),
        ([LEVEL] * 10, "holds", "does not hold", "holds"),  # not reversed is not confirmed
        ([BEHIND] * 10, "does not hold", "does not hold", "does not hold"),
    ],
)
def test_settings(others, places, alike, behind):
    others = several(*others)
    found = C28a.judge(PAPER, others), C28b.judge(PAPER, others), C28c.judge(others)
    assert [verdict.outcome for verdict in found] == [places, alike, behind]


def test_a_pair_that_is_not_there_is_not_kept():
    few = several(*[PAPER] * 10, *[{"BP": PAPER["BP"], "FA": PAPER["FA"]}] * 30)
    check = C28b.judge(PAPER, few).checks[0]
    assert (check.n, check.unit) == (10, "settings")


def test_who_is_ahead_of_bp_does_not_hang_on_the_order_of_names():
    ahead = {"TF": 0.95 + SPREAD, "FA": 0.85 - SPREAD, "BP": 0.9 + SPREAD}
    assert C28c.judge(several(*[ahead] * 10)).outcome == "does not hold"


def test_rules_run_anew():
    anew = settings.run_anew("ib")
    assert settings.USUAL not in anew
    assert anew["noise of NFA", 10.0] == {"NFA"}
    assert anew["B drawn", "uniform"] == {"FA", "TF"}
    assert anew["learning rate", 1e-2] == {"BP", "FA", "NFA", "NF", "TF"}
