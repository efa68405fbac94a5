"""The claims of the paper on encoder and decoder as processes of their own, Section 2.3."""

from fa_book.claims.evidence import CLOSE, share, within
from fa_book.claims.verdict import claim

SOME = 0.01  # share of (sample, unit) pairs in a dead zone from which a run counts as one with a dead zone
RARE = 0.05  # share of runs up to which a thing counts as not happening


@claim(
    "C9",
    "2.3",
    "Encoder and decoder are two processes that work independently.",
    f"An encoder trained behind a frozen W_O, and a decoder trained afterwards, lose at most {CLOSE} of test correct "
    "rate against training them together, paired by run.",
    shown="Fig. 1, dashed, W_O frozen",
    rests="apart",
)
def C9(joint, apart):
    """Final test correct rates, (run,): FA jointly; encoder by FA with W_O frozen, then a decoder on it."""
    return [within(f"apart minus jointly, test correct rate, at least -{CLOSE}", apart - joint, -CLOSE)]


@claim(
    "C10a",
    "2.3",
    "Dead zones exist under FA: it asks for states that tanh cannot reach.",
    f"More than {RARE:.0%} of the runs end with more than 1 % of all (sample, unit) pairs in one.",
    rests="ibtask",
)
def C10a(fa):
    """Share of (sample, unit) in a dead zone at the end of training under FA, (run,)."""
    return [share(f"runs of FA with a dead zone, more than {RARE:.0%}", fa > SOME, RARE)]


@claim(
    "C10b",
    "2.3",
    "Under BP dead zones do not appear.",
    f"At most {RARE:.0%} of the runs end with more than 1 % of all (sample, unit) pairs in one.",
    rests="ibtask",
)
def C10b(bp):
    """Share of (sample, unit) in a dead zone at the end of training under BP, (run,)."""
    return [share(f"runs of BP with a dead zone, at most {RARE:.0%}", bp > SOME, 0.0, RARE)]
