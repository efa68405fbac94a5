"""The claim of the paper on updates out of step, Section 3."""

from collections.abc import Mapping

from fa_book.claims.evidence import CLOSE, within
from fa_book.claims.verdict import claim


@claim(
    "C24",
    "3",
    "TF needs no synchronous update: encoder and decoder may update at different times.",
    "Paired by run, TF's final test accuracy loses no more than 0.05 by any schedule out of step; and by the longest "
    "delay of the encoder and by training the encoder first, FA loses 0.05 more than TF does.",
)
def C24(lockstep: Mapping, schedules: Mapping, late: str, first_encoder: str):
    """What is lost by not keeping step.

    Args:
        lockstep: "TF" and "FA" to final test accuracy in step, (run,).
        schedules: name of the schedule to the same out of step.
        late: name of the schedule with the encoder's longest delay.
        first_encoder: name of the one that trains the encoder first.
    """
    lost = {name: {rule: lockstep[rule] - found[rule] for rule in lockstep} for name, found in schedules.items()}
    checks = [within(f"{name}: TF loses at most {CLOSE}", part["TF"], high=CLOSE) for name, part in lost.items()]
    return checks + [
        within(f"{name}: FA loses {CLOSE} more than TF", lost[name]["FA"] - lost[name]["TF"], CLOSE)
        for name in (late, first_encoder)
    ]
