"""The law in networks, proposition by proposition, with criteria from before the runs. Successors of C30."""

from collections.abc import Mapping, Sequence

import numpy as np

from fa_book.claims.evidence import share, within, worst
from fa_book.claims.verdict import claim
from fa_book.one_law import analysis
from fa_book.one_law.further.claims import THIRD, C31e, C31f, C31g, C31h, C31i, C31j, C31k, C31l, C31m, C31o

__all__ = ["C31a", "C31b", "C31c", "C31d", "C31e", "C31f", "C31g", "C31h", "C31i", "C31j", "C31k", "C31l", "C31m"]
__all__ += ["C31n", "C31o"]

CASE = "encoder, centred"


@claim(
    "C31a",
    "3",
    "In the paper's network W_O hardly enters into how fast FA's readout gains at one moment.",
    "W_O frozen and learning, decoders with a linear output, the error's mean taken out: of the variance of the "
    "instantaneous gain over matrices B and decoders, W_O and its interaction with B hold less than 10 % in the median "
    "moment of a run.",
    ours=True,
    rests="one_law",
)
def C31a(moments: Sequence):
    """Datasets with `gain_shares` of FA in the paper's network, W_O frozen and learning."""
    rest = np.median(1 - _by_run(moments, "gain_shares", 0), 1)
    return [within("variance of the gain that W_O and its interaction hold, a run's median moment, below 10 %", rest,
                   high=0.1)]  # fmt: skip


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
    same = _by_run(moments, "gain_apart", 1).mean(1)
    return [within("error and target agree in sign in at least 95 % of a run's moments and decoders", same, 0.95,
                   zero=1.0)]  # fmt: skip


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
    "Direct feedback of error or target points, at the weights of the first two of three layers, where the best "
    "readout of H wants them.",
    "Networks of three layers, DFA and the target to every layer, W_O frozen and learning: Eq. 11's cosine at the "
    "weights of the first two layers, mean over training, is above 0 (95 % interval over runs)." + THIRD,
    ours=True,
    rests="one_law_fresh",
)
def C31d(layers: Mapping):
    """Words to a Dataset with `eq11_weights`."""
    each = [
        within(f"{words}, layer {number}", values, 0)
        for words, data in layers.items()
        for number, values in enumerate(data.eq11_weights.mean("epoch").values.T[:2], 1)
    ]
    return [worst(f"Eq. 11's cosine at the weights above 0 at {len(each)} layers; the one that decides", each)]


@claim(
    "C31n",
    "3",
    "At the last layer, with W_O frozen, it points neither there nor away.",
    "As for C31d, at the last of the three layers, W_O frozen: within 0.05 of 0, a twentieth of what a signal that "
    "points there has." + THIRD,
    ours=True,
    rests="one_law_fresh",
)
def C31n(layers: Mapping):
    """As for `C31d`; words with "frozen" in them count."""
    each = [
        within(words, data.eq11_weights.mean("epoch").values[:, -1], -0.05, 0.05)
        for words, data in layers.items()
        if "frozen" in words
    ]
    return [
        worst(f"Eq. 11's cosine at the last layer's weights within ±0.05, of {len(each)} the one that decides", each)
    ]


def _by_run(moments: Sequence, name: str, column: int) -> np.ndarray:
    """One column of a measure (run, epoch, case, column) in the criterion's case: all moments of a run, (run, moment).

    The settings share their starts, so that a run's moments under both are one unit.
    """
    case = analysis.CASES.index(CASE)
    return np.concatenate([data[name].values[:, :, case, column] for data in moments], 1)
