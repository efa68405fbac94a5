"""The claim of the paper on large random layers, Section 3."""

from collections.abc import Mapping

from fa_book.claims.evidence import BITS, within
from fa_book.claims.verdict import claim


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
