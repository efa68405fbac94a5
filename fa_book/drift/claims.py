"""The claim of the paper's Section 3 on drift, one proposition each.

Evidence: Datasets of `study.noises` from the same weights, one value a run. "Noisy" is NFA with sigma = 1, 1.4 times
the standard deviation of B, set in at the reference; "still" is FA.
"""

from fa_book.claims.evidence import BITS, CLOSE, first, last, median, within, worst
from fa_book.claims.verdict import claim

TURN = 5  # degrees from which a move of H counts as more than another


@claim(
    "C23a",
    "3",
    "Under noisy feedback the activity of H changes more than learning alone changes it.",
    f"Noise of sigma = 1 turns H by {TURN} degrees more in 600 steps than no noise does.",
    price="some 4000 runs, 3 core hours, if the 5.4 degrees of 200 runs are the truth: it lies at the margin",
    rests="drift",
)
def C23a(noisy, still):
    """As at the head of this file."""
    return [within(f"H turns by {TURN} degrees more than without noise", last(noisy.angle) - last(still.angle), TURN)]


@claim(
    "C23b",
    "3",
    "The activity goes on changing over time.",
    "With that noise H turns further from the reference by 1 degree or more in the second half of the 600 steps.",
    rests="drift",
)
def C23b(noisy):
    """As at the head of this file."""
    half = noisy.angle.isel(epoch=noisy.sizes["epoch"] // 2).values
    return [within("turn away from the reference in the second half, 1 degree or more", last(noisy.angle) - half, 1)]


@claim(
    "C23c",
    "3",
    "The information in H stays the same meanwhile.",
    f"What a nonlinear readout tells of held-out samples changes by less than {BITS} bits, and a refitted linear "
    f"readout by less than {CLOSE}.",
    rests="drift",
)
def C23c(noisy):
    """As at the head of this file."""
    told, read = (last(noisy[name]) - first(noisy[name]) for name in ("told", "refitted"))
    each = [within("held-out bits", told, -BITS, BITS), within("refitted readout", read, -CLOSE, CLOSE)]
    return [worst(f"change of held-out information and of a refitted readout within ±{BITS}; the larger", each)]


@claim(
    "C23d",
    "3",
    "A readout that is not refitted loses H.",
    f"A linear readout frozen at the reference ends {CLOSE} or more behind a refitted one in the median run.",
    ours=True,
    rests="drift",
)
def C23d(noisy):
    """As at the head of this file. The median, for single runs fall far."""
    return [median(f"refitted minus frozen at least {CLOSE}", last(noisy.refitted) - last(noisy.frozen), CLOSE)]


@claim(
    "C23e",
    "3",
    "The small noise of the authors' code, sigma = 0.001, makes H drift.",
    f"It turns H by {TURN} degrees more than no noise does.",
    ours=True,
    rests="drift",
)
def C23e(small, still):
    """NFA with sigma = 0.001, and FA."""
    return [within(f"H turns by {TURN} degrees more than without noise", last(small.angle) - last(still.angle), TURN)]
