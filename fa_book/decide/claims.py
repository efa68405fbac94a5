"""The paper's thesis itself, against the explanation it wants to replace.

The criterion was written down before the experiment was run.
"""

import numpy as np

from fa_book.claims.evidence import CLOSE, within
from fa_book.claims.verdict import claim
from fa_book.decide.decision import added

CARRIERS = ("error", "target")


@claim(
    "C30",
    "3",
    "The thesis: a channel works by what it tells of the target, not by pointing along the gradient.",
    "W_O frozen and W_O learning alike: a signal turned by 90 or 180 degrees from the gradient, telling the same, ends "
    "with a readout within 0.05 of the unturned one's; turned by 90, with all information, it ends 0.1 or more above "
    "one of random labels, which has the same cosine, zero; and over all conditions information adds more to the "
    "explained variance of readout and of test answers than alignment does.",
)
def C30(frozen, learning):
    """Tables of `decision.table` of the experiment on IBTask, W_O frozen and W_O learning."""
    checks = []
    for words, rows in (("W_O frozen", frozen), ("W_O learns", learning)):
        for angle in (90, 180):
            gap = _both(rows, f"turned {angle}") - _both(rows, "turned 0")
            checks.append(within(f"{words}: readout turned {angle} minus unturned within ±{CLOSE}", gap, -CLOSE, CLOSE))
        gap = _both(rows, "turned 90") - _both(rows, "noise 1, turned 0")
        checks.append(within(f"{words}: readout turned 90 minus random labels at least 0.1", gap, 0.1))
        for outcome, name in (("readout", "readout"), ("answer", "test answers")):
            found = added(rows, outcome, ("information", "alignment"))
            more = (found.information - found.alignment).values
            checks.append(within(f"{words}: information adds more R² than alignment, {name}", more, 0))
    return checks


def _both(rows, what: str) -> np.ndarray:
    """Readout of error and target carriers, mean of the two, (run,)."""
    return np.mean([rows.readout.sel(condition=f"{carrier}, {what}").values for carrier in CARRIERS], axis=0)
