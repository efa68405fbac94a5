"""The verdicts on the climbed rate come out as evidence made to order says."""

import numpy as np
import pytest
import xarray as xr

from fa_book.coding_rate.claims import C25c, C25d

SPREAD = np.linspace(-1e-3, 1e-3, 6)


def data(final, held):
    return xr.Dataset({"test_accuracy": (("run", "epoch"), (final + SPREAD)[:, None]),
                       "held_out": (("run", "epoch"), (held + SPREAD)[:, None])})  # fmt: skip


@pytest.mark.parametrize(
    ("final", "held", "informs", "learns"),
    [
        (0.88, 0.9, "holds", "holds"),
        (0.99, 0.9, "holds", "holds"),
        (0.7, 0.9, "holds", "does not hold"),
        (0.88, 0.61, "does not hold", "holds"),
        (0.85, 0.65, "undecided", "undecided"),
    ],
)
def test_climbed(final, held, informs, learns):
    climbing = {"A": data(0.9, 0.9), "B": data(final, held)}
    assert C25c.judge(climbing, dict.fromkeys("AB", 0.6 - SPREAD)).outcome == informs
    assert C25d.judge(climbing, dict.fromkeys("AB", data(0.9, 0) - 2 * data(0, 0))).outcome == learns
