"""Claims of the paper's discussion (Section 3) on what goes on in time and on what is there without learning.

Drift, updates out of step, and the random layer: the criteria were written down before the deciding runs. The ids are
those of the book's ledger. Evidence is one value a run.
"""

from fa_book.claims.evidence import BITS, CLOSE, first, last, within
from fa_book.claims.verdict import claim

TURN = 5  # degrees from which a move of H counts as more than another


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
