"""The claims of the paper on encoder and decoder as processes of their own, Section 2.3."""

from fa_book.claims.evidence import CLOSE, within
from fa_book.claims.verdict import claim


@claim(
    "C9",
    "2.3",
    "Encoder and decoder are sub-processes that work independently.",
    "An encoder trained with W_O frozen and a decoder trained afterwards end within 0.05 of joint training.",
)
def C9(joint, apart):
    """Final test correct rates, (run,): FA jointly; encoder by FA with W_O frozen, then a decoder on it."""
    return [
        within(f"trained apart minus jointly, test correct rate, within ±{CLOSE}", apart - joint, -CLOSE, CLOSE),
        within("trained apart, test correct rate at least 0.8", apart, 0.8),
    ]


@claim(
    "C10",
    "2.3",
    "Dead zones, states the signal asks for and tanh cannot reach, exist for FA and not for BP.",
    "More than 1 % of all (sample, unit) pairs under FA, at most a tenth of that under BP.",
)
def C10(fa, bp):
    """Shares of (sample, unit) in a dead zone at the end of training, (run,): under FA and under BP."""
    return [
        within("share in a dead zone under FA above 1 %", fa, 0.01),
        within("BP's share in a dead zone minus a tenth of FA's, at most 0", bp - fa / 10, high=0),
    ]
