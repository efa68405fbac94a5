"""The claims of the paper on regression, Fig. 8, and on the decorrelation term."""

from fa_book.claims.alike import alike
from fa_book.claims.evidence import CLOSE, last, within
from fa_book.claims.verdict import claim

FIG8 = "Fig. 8, means of 10 runs"


C19a = alike(
    "C19a",
    "TF and FA reach similar accuracy on IBRegTask.",
    "Final training correct rate of TF",
    "TF",
    other="FA",
    shown=FIG8,
    rests="ibtask",
)
C19b = alike(
    "C19b",
    "TF and FA reach similar accuracy on MNISTReg.",
    "",
    "TF",
    other="FA",
    variable="nearest_accuracy",
    criterion=f"Final share of images named by the nearest digit, TF within {CLOSE} of FA, paired by run. (The "
    "authors' measure counts an answer only from a digit's value up to the next, so that a perfect one with noise "
    "scores one half.)",
    shown=FIG8,
    rests="fig8",
)


@claim(
    "C20",
    "2.4",
    "The decorrelation term keeps the information in H from collapsing under TF.",
    "Effective rank of H higher by 0.5 with the term than without, paired by run.",
    rests="ibtask",
)
def C20(with_term, without):
    """Datasets of TF with and without the term, with the effective rank of H."""
    return [within("effective rank rises by the term by at least 0.5", last(with_term["rank"]) - last(without["rank"]),
                   0.5)]  # fmt: skip
