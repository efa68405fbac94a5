"""Claims of the paper's discussion (Section 3) on what goes on in time and on what is there without learning.

Drift, updates out of step, and the random layer: the criteria were written down before the deciding runs. The ids are
those of the book's ledger. Evidence is one value a run.
"""

from collections.abc import Mapping

from fa_lib.claims.evidence import CLOSE, first, last, within
from fa_lib.claims.verdict import claim

TURN = 5  # degrees from which a move of H counts as more than another
BITS = 0.05  # bits to which information counts as the same


@claim(
    "C23",
    "3",
    "Noisy feedback models representational drift: H moves, the information stays.",
    "Started from one trained network, noise of sigma = 1 turns H by 5 degrees more than no noise does, and goes on "
    "turning it; what a readout tells of held-out samples stays within 0.05 bits and a refitted linear readout within "
    "0.05, but one frozen at the start falls 0.05 behind. The noise of the authors' code turns H by 5 degrees too.",
)
def C23(noisy, still, authors):
    """Datasets of `drift.follow` from the same weights: NFA with sigma = 1, FA, and NFA with the authors' 1e-3."""
    angle, half = noisy.angle, noisy.sizes["epoch"] // 2
    return [
        within("H turns by 5 degrees more than without noise", last(angle) - last(still.angle), TURN),
        within("and turns on, by 1 degree or more in the second half", last(angle) - angle.isel(epoch=half).values, 1),
        within(f"held-out information stays within ±{BITS} bits", last(noisy.told) - first(noisy.told), -BITS, BITS),
        within(f"a refitted readout stays within ±{CLOSE}", last(noisy.refitted) - first(noisy.refitted), -CLOSE,
               CLOSE),
        within(f"one frozen at the start falls {CLOSE} behind it", last(noisy.refitted) - last(noisy.frozen), CLOSE),
        within("the authors' noise turns H by 5 degrees more than none", last(authors.angle) - last(still.angle), TURN),
    ]  # fmt: skip


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


@claim(
    "C26",
    "3",
    "A large random hidden layer alone does not carry the target's information, a trained one does.",
    "Held out and read by the same ridge regression, a random layer tells 0.05 less than one of the same width trained "
    "by FA, in bits (R² for sequences); and so does a random layer of 2048 units (512 for sequences) beside the "
    "narrow trained one. At full resolution, two inputs of different class share an H.",
)
def C26(matched: Mapping, wide: Mapping, shared):
    """What a linear readout tells.

    Args:
        matched: task to (random, trained) of the same width, (run,) each.
        wide: task to (widest random, narrow trained).
        shared: share of the random layer's distinct states that patterns of different classes share, (run,).
    """
    checks = [
        within(f"{task}: random minus trained by FA, same width, at most -{BITS}", a - b, high=-BITS)
        for task, (a, b) in matched.items()
    ]
    checks += [
        within(f"{task}: wide random minus narrow trained by FA, at most -{BITS}", a - b, high=-BITS)
        for task, (a, b) in wide.items()
    ]
    return [*checks, within("states shared by different classes: more than none, as a share", shared, 1e-3)]
