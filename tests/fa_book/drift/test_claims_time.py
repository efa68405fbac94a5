"""The verdicts on drift, updates out of step and random layers come out as evidence made to order says."""

import numpy as np
import pytest
import xarray as xr

from fa_book.delays.claims import C24
from fa_book.drift.claims import C23
from fa_book.random_layers.claims import C26

RUNS = 6
NEAR = np.linspace(-1e-3, 1e-3, RUNS)  # runs are near each other, but differ


def runs(value):
    return value + NEAR


def followed(angle=(0, 30, 40), told=(0.5, 0.5, 0.5), refitted=(0.9, 0.9, 0.9), frozen=(0.9, 0.8, 0.7)):
    values = {"angle": angle, "told": told, "refitted": refitted, "frozen": frozen}
    data = {name: (("run", "epoch"), np.asarray(curve) + NEAR[:, None]) for name, curve in values.items()}
    return xr.Dataset(data, coords={"epoch": [0, 50, 100]})


STILL, SMALL = followed(angle=(0, 2, 4)), followed(angle=(0, 2, 4.1))
DRIFT = {
    "drift": (followed(), [True] * 5 + [False]),
    "no more than learning": (followed(angle=(0, 3, 6)), [False, True, True, True, True, False]),
    "jitter": (followed(angle=(0, 40, 40)), [True, False, True, True, True, False]),
    "forgets": (followed(told=(0.5, 0.4, 0.3)), [True, True, False, True, True, False]),
    "unreadable": (followed(refitted=(0.9, 0.85, 0.8)), [True, True, True, False, True, False]),
    "nothing to follow": (followed(frozen=(0.9, 0.9, 0.9)), [True] * 4 + [False] * 2),
}


@pytest.mark.parametrize(("noisy", "expected"), DRIFT.values(), ids=DRIFT)
def test_c23(noisy, expected):
    assert [check.passed for check in C23.judge(noisy, STILL, SMALL).checks] == expected


def test_c23_wants_the_authors_noise_to_turn_h_too():
    assert C23.judge(followed(), STILL, followed()).outcome == "reproduced"


STEP = {"TF": runs(0.88), "FA": runs(0.87)}
NAMES = {"late": "encoder late", "first_encoder": "encoder first"}


def schedules(tf=0.87, fa=0.5, slow=0.86):
    names = [*NAMES.values(), "decoder slow"]
    found = {name: {"TF": runs(tf), "FA": runs(fa)} for name in names}
    found["decoder slow"]["TF"] = runs(slow)
    return found


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (schedules(), [True] * 5),
        (schedules(fa=0.86), [True] * 3 + [False] * 2),
        (schedules(slow=0.7), [True, True, False, True, True]),
        (schedules(tf=0.6, fa=0.5), [False, False, True, True, True]),
        (schedules(tf=0.4, fa=0.5), [False, False, True, False, False]),
    ],
    ids=["TF alone bears it", "so does FA", "one schedule fails", "TF fails, FA more", "TF fails most"],
)
def test_c24(found, expected):
    assert [check.passed for check in C24.judge(STEP, found, *NAMES.values()).checks] == expected


@pytest.mark.parametrize(
    ("random", "wide", "shared", "expected"),
    [
        (0.2, 0.3, 0.5, [True, True, True]),
        (0.2, 0.9, 0.0, [True, False, False]),
        (0.7, 0.9, 0.0, [False, False, False]),
        (0.68, 0.6, 0.0, [False, True, False]),
    ],
    ids=["as claimed", "width makes up for it", "never needed", "no less than 0.05"],
)
def test_c26(random, wide, shared, expected):
    matched, widest = {"IB": (runs(random), runs(0.7))}, {"IB": (runs(wide), runs(0.7))}
    checks = C26.judge(matched, widest, np.full(RUNS, shared)).checks
    assert [check.passed for check in checks] == expected
    assert len(C26.judge(matched | {"MNIST": matched["IB"]}, widest, runs(0)).checks) == 4
