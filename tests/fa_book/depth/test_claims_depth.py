"""The verdict on deep networks comes out as evidence made to order says."""

import numpy as np
import pytest
import xarray as xr

from fa_book.depth.claims import C22


def ends(rate, start=0.1):
    """A Dataset of runs that end near a rate; the last epoch alone counts."""
    rates = np.stack([np.full(5, start), rate + np.linspace(-1e-3, 1e-3, 5)], 1)
    return xr.Dataset({"test_accuracy": (("run", "epoch"), rates)})


def task(dfa=0.9, bp=0.93, chained=0.92, frozen=0.5):
    return {"DFA": ends(dfa), "BP": ends(bp), "FA chained": ends(chained), "frozen": ends(frozen)}


CASES = {
    "as claimed": ([task(), task()], "reproduced", []),
    "better than BP is not comparable": ([task(dfa=0.99), task()], "partly", [1]),
    "not on the second": ([task(), task(dfa=0.1, chained=0.1)], "partly", [3, 4]),
    "chaining is needed": ([task(bp=0.88, dfa=0.85), task()], "partly", [2]),
    "random features do": ([task(frozen=0.95), task()], "partly", [0]),
    "nothing": ([task(dfa=0.1), task(dfa=0.1)], "not reproduced", [0, 1, 2, 3, 4, 5]),
}


@pytest.mark.parametrize(("found", "outcome", "failing"), CASES.values(), ids=CASES)
def test_c22(found, outcome, failing):
    verdict = C22.judge(dict(zip(("IBTask", "MNIST"), found, strict=True)))
    assert verdict.outcome == outcome
    assert [number for number, check in enumerate(verdict.checks) if not check.passed] == failing
    assert len(verdict.checks) == 6
