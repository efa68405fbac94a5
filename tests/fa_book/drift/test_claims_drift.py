"""The verdicts on drift come out as evidence made to order says."""

import numpy as np
import pytest
import xarray as xr

from fa_book.drift.claims import C23a, C23b, C23c, C23d, C23e

RUNS = 12
NEAR = np.linspace(-1e-3, 1e-3, RUNS)  # runs are near each other, but differ
FAR = np.linspace(-120, 120, RUNS)


def followed(angle=(0, 30, 40), told=(0.5, 0.5, 0.5), refitted=(0.9, 0.9, 0.9), frozen=(0.9, 0.8, 0.7), spread=NEAR):
    values = {"angle": angle, "told": told, "refitted": refitted, "frozen": frozen}
    data = {name: (("run", "epoch"), np.asarray(curve) + NEAR[:, None]) for name, curve in values.items()}
    made = xr.Dataset(data, coords={"epoch": [0, 50, 100]})
    made["angle"][:, -1] += spread
    return made


STILL = followed(angle=(0, 2, 4))
DRIFT = {
    "drift": (followed(), ["holds"] * 4),
    "no more than learning": (followed(angle=(0, 3, 6)), ["does not hold", "holds", "holds", "holds"]),
    "jitter": (followed(angle=(0, 40, 40)), ["holds", "does not hold", "holds", "holds"]),
    "forgets": (followed(told=(0.5, 0.4, 0.3)), ["holds", "holds", "does not hold", "holds"]),
    "unreadable": (followed(refitted=(0.9, 0.85, 0.8)), ["holds", "holds", "does not hold", "holds"]),
    "nothing to follow": (followed(frozen=(0.9, 0.9, 0.9)), ["holds", "holds", "holds", "does not hold"]),
    "runs far apart": (followed(spread=FAR), ["undecided", "undecided", "holds", "holds"]),
}


@pytest.mark.parametrize(("noisy", "expected"), DRIFT.values(), ids=DRIFT)
def test_c23(noisy, expected):
    found = [C23a.judge(noisy, STILL), *(claim.judge(noisy) for claim in (C23b, C23c, C23d))]
    assert [verdict.outcome for verdict in found] == expected


def test_one_run_that_falls_far_is_no_median_run():
    one = followed(frozen=(0.9, 0.9, 0.9))
    one["frozen"][0, -1] = -5.0
    assert C23d.judge(one).outcome == "does not hold"


@pytest.mark.parametrize(("angle", "outcome"), [(40, "holds"), (4.1, "does not hold")])
def test_c23e_asks_for_small_noise(angle, outcome):
    assert C23e.judge(followed(angle=(0, 2, angle)), STILL).outcome == outcome
