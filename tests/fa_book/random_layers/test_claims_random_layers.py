"""The verdicts on large random layers come out as evidence made to order says."""

import numpy as np
import pytest

from fa_book.claims.evidence import best, within
from fa_book.random_layers.claims import C26a, C26b, C26c, C26d

RUNS = 12
NEAR = np.linspace(-1e-3, 1e-3, RUNS)


def tasks(*trained, random=0.5, spread=NEAR):
    return {name: (random + NEAR, one - spread) for name, one in zip("AB", trained, strict=True)}


@pytest.mark.parametrize("claim", [C26a, C26d])
@pytest.mark.parametrize(
    ("trained", "outcome"),
    [((0.9, 0.9), "holds"), ((0.9, 0.5), "does not hold"), ((0.3, 0.9), "does not hold"), ((0.9, 0.55), "undecided")],
)
def test_training_of_a_large_layer(claim, trained, outcome):
    assert claim.judge(tasks(*trained)).outcome == outcome


@pytest.mark.parametrize(
    ("trained", "outcome"),
    [((0.9, 0.9), "holds"), ((0.9, 0.2), "holds"), ((0.5, 0.2), "does not hold"), ((0.55, 0.2), "undecided")],
)
def test_c26b_is_that_it_can(trained, outcome):
    assert C26b.judge(tasks(*trained)).outcome == outcome


def test_c26b_is_of_the_median_run():
    lost = np.where(np.arange(RUNS) < 2, 5.0, 0)  # two runs that fail altogether
    assert C26b.judge(tasks(0.9, 0.9, spread=lost)).outcome == "holds"


@pytest.mark.parametrize(
    ("trained", "outcome"), [((0.9, 0.9), "holds"), ((0.9, 0.4), "does not hold"), ((0.9, 0.55), "undecided")]
)
def test_width_makes_up_for_learning(trained, outcome):
    assert C26c.judge(tasks(*trained)).outcome == outcome


def test_the_best_of_many_checks():
    yes, no, open_ = (within(word, values, 0) for word, values in (("a", 1 + NEAR), ("b", NEAR - 1), ("c", NEAR)))
    assert best("one", [no, open_, yes])._replace(asked="a") == yes
    assert best("one", [no, open_]).passed is None
    assert best("one", [no]).passed is False
    assert best("one", [no]).asked == "one"
