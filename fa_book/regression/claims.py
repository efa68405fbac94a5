"""The claims of the paper on regression, Fig. 8, and on the decorrelation term."""

from fa_book.claims.evidence import comparable, last, within
from fa_book.claims.verdict import claim

FIG8 = "Fig. 8, means of 10 runs"


@claim(
    "C19a",
    "2.4",
    "TF and FA reach similar accuracy on IBRegTask.",
    "Final training correct rate of TF within 0.05 of FA's, paired by run.",
    shown=FIG8,
    rests="ibtask",
)
def C19a(tf, fa):
    """Datasets of TF and FA on IBRegTask."""
    return [comparable("TF", tf, fa, other="FA")]


@claim(
    "C19b",
    "2.4",
    "TF and FA reach similar accuracy on MNISTReg.",
    "Final share of images named by the nearest digit, TF within 0.05 of FA, paired by run. (The authors' measure "
    "counts an answer only from a digit's value up to the next, so that a perfect one with noise scores one half.)",
    shown=FIG8,
    rests="fig8",
)
def C19b(tf, fa):
    """Datasets of TF and FA on MNISTReg."""
    return [comparable("TF", tf, fa, "nearest_accuracy", other="FA")]


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
