"""The claim of the paper's Section 3 on updates out of step, one proposition each.

Evidence: final test correct rates on IBTask, paired by run, (run,). "Lost" is the rate in step minus that out of step.
"""

from collections.abc import Mapping

from fa_book.claims.evidence import CLOSE, median, within, worst
from fa_book.claims.verdict import claim

PAPER = "no figure; an argument"


def _at_most(lost: Mapping):
    return [within(name, values, high=CLOSE) for name, values in lost.items()]


@claim(
    "C24a",
    "3",
    "Under TF encoder and decoder may be updated at different times.",
    f"TF loses at most {CLOSE} where the decoder follows gradients of long ago, where either moves at each third step "
    "only, where the two take turns, and where the encoder learns first and the decoder after it.",
    shown=PAPER,
)
def C24a(lost: Mapping):
    """Schedule to what TF loses by it, (run,)."""
    return [worst(f"TF loses at most {CLOSE}; the schedule with the largest loss", _at_most(lost))]


@claim(
    "C24b",
    "3",
    "TF's signal may come late.",
    f"TF loses at most {CLOSE} where every signal reaches the encoder 10 or 100 steps late.",
    shown=PAPER,
)
def C24b(lost: Mapping):
    """Delay to what TF loses by it, (run,)."""
    return [worst(f"TF loses at most {CLOSE}; the delay with the larger loss", _at_most(lost))]


@claim(
    "C24c",
    "3",
    "What TF puts into H is independent of the decoder.",
    "A linear regression on H has the same correct rate, within "
    f"{CLOSE}, whether W_O learned beside the encoder or was frozen at its random start.",
    shown=PAPER,
)
def C24c(frozen, learning):
    """Correct rate of the regression with W_O frozen and learning, (run,)."""
    return [within(f"regression on H, W_O frozen minus learning, within ±{CLOSE}", frozen - learning, -CLOSE, CLOSE)]


@claim(
    "C24d",
    "3",
    "BP, in contrast, does need its updates in step.",
    f"By signals 100 steps late BP loses {CLOSE} more than TF.",
    shown=PAPER,
)
def C24d(bp, tf):
    """What BP and TF lose by the longest delay of the signal, (run,)."""
    return [within(f"BP loses at least {CLOSE} more than TF by late signals", bp - tf, CLOSE)]


@claim(
    "C24e",
    "3",
    "FA needs them in the phase in which W_O aligns.",
    f"Where the encoder learns first, beside a random decoder, and the decoder after it, FA loses {CLOSE} more than "
    "TF in the median run. (The median since five runs had been seen, of which single ones lose much.)",
    shown=PAPER,
)
def C24e(fa, tf):
    """What FA and TF lose where the encoder learns first, (run,). The median, for single runs lose much."""
    return [median(f"FA loses at least {CLOSE} more than TF by training the encoder first", fa - tf, CLOSE)]


@claim(
    "C24f",
    "3",
    "Under TF the layers of the encoder need not keep step with each other either.",
    f"TF loses at most {CLOSE} where the encoder's whole gradient, its slopes and upper weights too, is 100 steps old.",
    ours=True,
)
def C24f(lost):
    """What TF loses by it, (run,)."""
    return [within(f"TF loses at most {CLOSE} by old gradients of the encoder", lost, high=CLOSE)]
