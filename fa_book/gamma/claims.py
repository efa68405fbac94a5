"""The claims of the paper on the scaling factor gamma, Fig. 4."""

import numpy as np

from fa_book.claims.evidence import STUCK, last, median, share, within
from fa_book.claims.verdict import claim

GAIN = 0.01  # of R² or correct rate: less would not be worth a parameter
R2 = "Fig. 4b, one curve a setting"


@claim(
    "C11a",
    "2.4",
    "FA with gamma outperforms FA without on IBTask.",
    f"Median over runs of the change of the training correct rate by gamma, paired by run: at least {GAIN}.",
    shown="the text; Fig. 4's caption names another task",
    rests="ibtask",
)
def C11a(on, off):
    """Datasets of FA on IBTask with gamma on and off."""
    gain = last(on.accuracy) - last(off.accuracy)
    return [median(f"gain in correct rate by gamma at least {GAIN}", gain, GAIN)]


@claim(
    "C11b",
    "2.4",
    "FA with gamma outperforms FA without on the clipped polynomial.",
    f"Mean change of R² by gamma, paired by run: at least {GAIN}.",
    shown=R2,
)
def C11b(on, off):
    """Datasets of FA on the clipped polynomial with gamma on and off."""
    return [within(f"gain in R² by gamma at least {GAIN}", last(on.accuracy) - last(off.accuracy), GAIN)]


@claim(
    "C11c",
    "2.4",
    "Gamma does not make more runs of FA on IBTask stay near chance.",
    f"Runs that end below {STUCK} with gamma and not without it: at most one in ten.",
    ours=True,
    rests="ibtask",
)
def C11c(on, off):
    """Datasets of FA on IBTask with gamma on and off."""
    lost = np.logical_and(last(on.accuracy) < STUCK, last(off.accuracy) >= STUCK)
    return [share("runs that gamma keeps near chance, at most 10 %", lost, 0.0, 0.1)]
