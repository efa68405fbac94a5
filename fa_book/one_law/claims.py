"""The law in networks, in two claims, with criteria from before the runs. Successors of C30."""

from collections.abc import Mapping, Sequence

import numpy as np

from fa_book.claims.evidence import Check, within
from fa_book.claims.verdict import claim
from fa_book.one_law import analysis

RIVALS = {"information": "information told", "bp_weights": "cosine through W_O at the weights"}
CASE = "encoder, centred"


@claim(
    "C31",
    "3",
    "What teaches a hidden layer in a network is whether B points where the best readout points; W_O hardly enters.",
    "In the paper's network under FA, W_O frozen and learning, the error's mean taken out: of the variance of the "
    "instantaneous gain over matrices B and decoders, W_O and its interaction with B hold less than 10 % in the median "
    "moment; and the gain under the target alone has the sign of that under the error in at least 95 % of moments and "
    "decoders. The best readout comes within 80 degrees of B before W_O does in more of 40 runs than after it (sign "
    "test, 5 %). Under DFA and the target to every layer of three, W_O frozen and learning, Eq. 11's cosine at every "
    "layer's weights, mean over training, is above 0 (95 % interval over runs).",
)
def C31(moments: Sequence, order: Mapping, layers: Mapping):
    """The experiment's results.

    Args:
        moments: Datasets with `gain_shares` and `gain_apart` of FA in the paper's network, W_O frozen and learning.
        order: of `analysis.order_in_time`.
        layers: words to a Dataset with `eq11_weights`.
    """
    rest = np.concatenate([1 - _of(data.gain_shares, 0) for data in moments])
    middle = float(np.median(rest))
    asked = "variance of the gain that W_O and its interaction hold, median over moments, below 10 %"
    checks = [Check(asked, f"{middle:.1%} ({len(rest)} moments)", middle < 0.1)]
    same = float(np.concatenate([_of(data.gain_apart, 1) for data in moments]).mean())
    checks.append(Check("error and target agree in sign in at least 95 %", f"{same:.1%}", same >= 0.95))
    decided = order["chance"] < 0.05
    found = f"{order['before']} before, {order['after']} after (p = {order['chance']:.3f})"
    asked = "the best readout turns to B before W_O in more runs than after it"
    checks.append(Check(asked, found, order["before"] > order["after"] if decided else None))
    for words, data in layers.items():
        for number, values in enumerate(data.eq11_weights.mean("epoch").values.T, 1):
            checks.append(within(f"{words}, layer {number}: Eq. 11's cosine above 0", values, 0))
    return checks


@claim(
    "C32",
    "3",
    "What the readout gains goes with Eq. 11's cosine more than with the information told or the cosine through W_O.",
    "Over the conditions of C30, new seeds, W_O frozen and learning: the rank correlation of the readout's gain with "
    "Eq. 11's cosine at the encoder's weights, mean over training, exceeds those with the information told and "
    "with the cosine through W_O at the weights, over runs (paired) and over conditions (bootstrap).",
)
def C32(conditions: Mapping):
    """Words such as "W_O frozen" to the table of `analysis.table`."""
    checks = []
    for words, rows in conditions.items():
        law = analysis.by_run(rows, "eq11_weights")
        drawn = analysis.over_conditions(rows, ["eq11_weights", *RIVALS])
        for column, (account, rival) in enumerate(RIVALS.items(), 1):
            apart = law - analysis.by_run(rows, account)
            checks.append(within(f"{words}: Eq. 11 minus {rival}, rank correlation, over runs, above 0", apart, 0))
            low, high = analysis.spread(drawn[:, 0] - drawn[:, column])
            passed = True if low > 0 else False if high < 0 else None
            checks.append(Check(f"{words}: the same over conditions, above 0", f"[{low:.2f}, {high:.2f}]", passed))
    return checks


def _of(values, column: int) -> np.ndarray:
    """One column of a measure of (run, epoch, case, column) for the criterion's case, of all moments, (moment,)."""
    return values.values[:, :, analysis.CASES.index(CASE), column].ravel()
