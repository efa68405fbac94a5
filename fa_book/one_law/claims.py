"""The law in networks: what was predicted before the runs, and what they say. Successor of C30."""

import numpy as np

from fa_book.claims.evidence import Check, within
from fa_book.claims.verdict import claim
from fa_book.one_law import analysis

RIVALS = {"information": "information told", "bp_weights": "cosine through W_O at the weights"}


@claim(
    "C31",
    "3",
    "What teaches a hidden layer is whether B points where the best readout points; W_O hardly enters.",
    "Over the conditions of C30, new seeds, W_O frozen and learning: the rank correlation of the readout's gain with "
    "Eq. 11's cosine at the encoder's weights exceeds that with the information told and with the cosine through W_O, "
    "over runs (paired) and over conditions (bootstrap). In the paper's network under FA, the error's mean taken out, "
    "W_O and its interaction with B hold less than 10 % of the variance of the instantaneous gain in the median "
    "moment, and error and target agree in sign in at least 95 % of moments and decoders. The best readout comes "
    "within 80 degrees of B before W_O does in more runs than after it (sign test).",
)
def C31(conditions, moments, order):
    """The experiment's results.

    Args:
        conditions: "W_O frozen" and the like to the table of `analysis.table`.
        moments: Datasets with `gain_shares` and `gain_apart` of FA in the paper's network, W_O frozen and learning.
        order: of `analysis.order_in_time`.
    """
    checks = []
    for words, rows in conditions.items():
        law = analysis.by_run(rows, "eq11_weights")
        drawn = analysis.over_conditions(rows, ["eq11_weights", *RIVALS])
        for column, (account, rival) in enumerate(RIVALS.items(), 1):
            apart = law - analysis.by_run(rows, account)
            checks.append(within(f"{words}: Eq. 11 minus {rival}, rank correlation, over runs, above 0", apart, 0))
            low, high = analysis.spread(drawn[:, 0] - drawn[:, column])
            passed = True if low > 0 else False if high < 0 else None
            asked = f"{words}: the same over conditions, above 0"
            checks.append(Check(asked, f"[{low:.2f}, {high:.2f}]", passed))
    rest = np.concatenate([1 - _of(data.gain_shares, "encoder, centred", 0) for data in moments])
    middle = float(np.median(rest))
    asked = "variance of the gain that W_O and its interaction hold, median over moments, below 10 %"
    checks.append(Check(asked, f"{middle:.1%} ({len(rest)} moments)", middle < 0.1))
    same = float(np.concatenate([_of(data.gain_apart, "encoder, centred", 1) for data in moments]).mean())
    checks.append(Check("error and target agree in sign in at least 95 %", f"{same:.1%}", same >= 0.95))
    more = order["before"] > order["after"] and order["chance"] < 0.05
    found = f"{order['before']} before, {order['after']} after (p = {order['chance']:.3f})"
    reverse = order["before"] < order["after"] and order["chance"] < 0.05
    asked = "the best readout turns to B before W_O in more runs than after it"
    return [*checks, Check(asked, found, True if more else False if reverse else None)]


def _of(values, case: str, column: int) -> np.ndarray:
    """One column of a measure of (run, epoch, case, column) for a case, all moments of all runs, (moment,)."""
    return values.values[:, :, analysis.CASES.index(case), column].ravel()
