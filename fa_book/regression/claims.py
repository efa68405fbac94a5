"""The claims of the paper on regression, Fig. 8, and on the decorrelation term."""

from fa_book.claims.evidence import CLOSE, last, within
from fa_book.claims.verdict import claim


@claim(
    "C19",
    "2.4",
    "TF and FA reach similar accuracy on IBRegTask and MNISTReg.",
    "Final accuracy of TF within 0.05 of FA's on each, paired by run.",
)
def C19(pairs):
    """Task name to (TF, FA) Datasets on IBRegTask and MNISTReg."""
    return [
        within(
            f"{name}: final accuracy, TF minus FA, within ±{CLOSE}",
            last(tf.accuracy) - last(fa.accuracy),
            -CLOSE,
            CLOSE,
        )
        for name, (tf, fa) in pairs.items()
    ]


@claim(
    "C20",
    "2.4",
    "The decorrelation term keeps H from collapsing under TF.",
    "Effective rank of H higher by 0.5 with the term, below 1.5 without it.",
)
def C20(with_term, without):
    """Effective rank of H at the end of training under TF, (run,): with the decorrelation term and without."""
    return [
        within("effective rank rises by the term by at least 0.5", with_term - without, 0.5),
        within("without it H collapses: effective rank below 1.5", without, high=1.5),
    ]
