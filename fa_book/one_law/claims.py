"""The law in networks, proposition by proposition, with criteria from before the runs. Successors of C30."""

from collections.abc import Mapping, Sequence

import numpy as np

from fa_book.claims.evidence import exact, share, within, worst
from fa_book.claims.verdict import claim
from fa_book.one_law import analysis

CASE = "encoder, centred"


@claim(
    "C31a",
    "3",
    "In the paper's network W_O hardly enters into how fast FA's readout gains at one moment.",
    "W_O frozen and learning, decoders with a linear output, the error's mean taken out: of the variance of the "
    "instantaneous gain over matrices B and decoders, W_O and its interaction with B hold less than 10 % in the median "
    "moment.",
    ours=True,
    rests="one_law",
)
def C31a(moments: Sequence):
    """Datasets with `gain_shares` of FA in the paper's network, W_O frozen and learning."""
    rest = np.concatenate([1 - _of(data.gain_shares, 0) for data in moments])
    middle = float(np.median(rest))
    asked = "variance of the gain that W_O and its interaction hold, median over moments, below 10 %"
    return [exact(asked, middle, high=0.1, text=f"{middle:.1%} ({len(rest)} moments)")]


@claim(
    "C31b",
    "3",
    "In the paper's network the target alone teaches where the error does.",
    "As for C31a: the gain under the target alone has the sign of that under the error in at least 95 % of moments and "
    "decoders.",
    ours=True,
    rests="one_law",
)
def C31b(moments: Sequence):
    """Datasets with `gain_apart`, as for `C31a`."""
    same = float(np.concatenate([_of(data.gain_apart, 1) for data in moments]).mean())
    return [exact("error and target agree in sign in at least 95 %", same, 0.95, zero=1.0, text=f"{same:.1%}")]


@claim(
    "C31c",
    "3",
    "Under FA the best readout turns to B before W_O does.",
    "W_O learning, 40 runs: the best readout comes within 80 degrees of B at an earlier epoch than W_O in more runs "
    "than at a later one (exact 95 % interval of the share, as a sign test has it).",
    ours=True,
    rests="one_law",
)
def C31c(order: Mapping):
    """Of `analysis.order_in_time`."""
    holds = np.repeat([True, False], [order["before"], order["after"]])
    return [share("of runs in which they differ, the best readout is first in more than half", holds, 0.5)]


@claim(
    "C31d",
    "3",
    "Direct feedback of error or target points, at every layer's weights, where the best readout of H wants them.",
    "Networks of three layers, DFA and the target to every layer, W_O frozen and learning: Eq. 11's cosine at every "
    "layer's weights, mean over training, is above 0 (95 % interval over runs).",
    ours=True,
    rests="one_law",
    price="20 runs in place of 5: a core hour at most",
)
def C31d(layers: Mapping):
    """Words to a Dataset with `eq11_weights`."""
    each = [
        within(f"{words}, layer {number}", values, 0)
        for words, data in layers.items()
        for number, values in enumerate(data.eq11_weights.mean("epoch").values.T, 1)
    ]
    return [worst(f"Eq. 11's cosine at the weights above 0 at {len(each)} layers; the one that decides", each)]


def _of(values, column: int) -> np.ndarray:
    """One column of a measure of (run, epoch, case, column) for the criterion's case, of all moments, (moment,)."""
    return values.values[:, :, analysis.CASES.index(CASE), column].ravel()
