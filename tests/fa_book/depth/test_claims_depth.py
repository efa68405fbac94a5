"""The verdicts on deep networks come out as evidence made to order says."""

import numpy as np
import pytest
import xarray as xr

from fa_book.depth.claims import C22a, C22b, C22c


def ends(rate, start=0.1):
    """A Dataset of runs that end near a rate; the last epoch alone counts."""
    rates = np.stack([np.full(5, start), rate + np.linspace(-1e-3, 1e-3, 5)], 1)
    return xr.Dataset({"test_accuracy": (("run", "epoch"), rates)})


def tasks(*changed):
    usual = {"DFA": 0.9, "BP": 0.93, "FA chained": 0.92, "frozen": 0.5}
    made = [{name: ends(rate) for name, rate in (usual | one).items()} for one in changed]
    return dict(zip(("IBTask", "MNIST"), made, strict=True))


def uneven(rate, **bounds):
    """Runs so far apart that nothing is decided."""
    found = ends(rate)
    found["test_accuracy"][:, -1] = rate + np.array([-0.3, -0.1, 0, 0.1, 0.3])
    return found


@pytest.mark.parametrize(
    ("changed", "supports", "more", "direct"),
    [
        (({}, {}), "holds", "holds", "holds"),
        (({"frozen": 0.85}, {}), "does not hold", "holds", "holds"),  # random features do as well
        (({}, {"frozen": 0.85}), "does not hold", "holds", "holds"),
        (({"BP": 0.9}, {}), "holds", "does not hold", "holds"),
        (({"BP": 0.5}, {}), "holds", "does not hold", "holds"),
        (({"DFA": 0.85}, {}), "holds", "holds", "does not hold"),  # chaining is needed
        (({}, {"DFA": 0.1, "FA chained": 0.1}), "does not hold", "holds", "holds"),
    ],
)
def test_depth(changed, supports, more, direct):
    deepest = tasks(*changed)
    assert [claim.judge(deepest).outcome for claim in (C22a, C22b, C22c)] == [supports, more, direct]


def test_runs_too_far_apart_decide_nothing():
    deepest = tasks({}, {})
    deepest["IBTask"]["DFA"] = uneven(0.88)
    assert [claim.judge(deepest).outcome for claim in (C22b, C22c)] == ["undecided"] * 2
