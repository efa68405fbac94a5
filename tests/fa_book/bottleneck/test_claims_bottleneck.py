"""The verdicts on what a channel must carry come out as evidence made to order says."""

import numpy as np
import pytest
import xarray as xr

from fa_book.bottleneck.claims import C21, C29


def rules(**rates):
    """Datasets of runs that end near a rate; only the last epoch counts."""
    made = {}
    for name, rate in rates.items():
        values = np.stack([np.full(5, 0.1), rate + np.linspace(-1e-3, 1e-3, 5) * (1 if name == "FA" else 2)], 1)
        made[name.replace("_", " ").replace("rank", ", rank").replace(" ,", ",")] = xr.Dataset(
            {"test_accuracy": (("run", "epoch"), values)}
        )
    return made


def evidence(full=0.9, exact=0.9, numbers=0.9, one=0.9, narrow=0.6, lost=0.3):
    digits = {10: rules(BP=0.92, FA=exact), 20: rules(BP=0.92, FA=full, FA_rank_1=one), 4: rules(BP=0.6, FA=narrow)}
    return digits, {16: rules(BP=0.92, FA=numbers, FA_rank_4=lost)}


CASES = {
    "as claimed": ({}, "reproduced", []),
    "rank is what counts": ({"one": 0.4, "narrow": 0.4}, "partly", [3, 4]),
    "random feedback does not do": ({"full": 0.5, "one": 0.5}, "partly", [1]),
    "p = m is not enough": ({"exact": 0.5}, "partly", [0]),
    "better than BP is no defect below p": ({"narrow": 0.8}, "reproduced", []),
    "numbers fail": ({"numbers": 0.5}, "partly", [2]),
    "what is lost is not missed": ({"lost": 0.89}, "partly", [5]),
    "nothing": (
        {"full": 0.5, "exact": 0.5, "numbers": 0.5, "one": 0.2, "narrow": 0.2, "lost": 0.5},
        "not reproduced", [0, 1, 2, 3, 4, 5],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("found", "outcome", "failing"), CASES.values(), ids=CASES)
def test_c21(found, outcome, failing):
    verdict = C21.judge(*evidence(**found))
    assert [number for number, check in enumerate(verdict.checks) if not check.passed] == failing
    assert (verdict.outcome, len(verdict.checks)) == (outcome, 6)


def pairs(gains):
    return {m: rules(FA=0.5, autoencoder=0.5 + gain) for m, gain in gains.items()}


@pytest.mark.parametrize(
    ("digits", "numbers", "outcome", "failing"),
    [
        ({2: 0.1, 4: 0.1, 20: 0.0}, {2: 0.1, 4: 0.1, 16: 0.0}, "reproduced", []),
        ({2: -0.1, 4: 0.1, 20: 0.0}, {2: 0.1, 4: 0.1, 16: -0.2}, "partly", [0, 5]),
        ({2: -0.1, 4: -0.1, 20: -0.1}, {2: -0.1, 4: -0.1, 16: -0.2}, "not reproduced", [0, 1, 2, 3, 4, 5]),
    ],
)
def test_c29(digits, numbers, outcome, failing):
    verdict = C29.judge(pairs(digits), pairs(numbers))
    assert [number for number, check in enumerate(verdict.checks) if not check.passed] == failing
    assert verdict.outcome == outcome
