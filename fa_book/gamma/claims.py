"""The claim of the paper on the scaling factor gamma, Fig. 4."""

from fa_book.claims.evidence import last, within
from fa_book.claims.verdict import claim


@claim(
    "C11",
    "2.4",
    "The gamma scaling improves FA.",
    "Paired by run, loss falls and correct rate rises on IBTask, and R² rises on the clipped polynomial.",
)
def C11(ib_on, ib_off, polynomial_on, polynomial_off):
    """Datasets of FA with gamma on and off: IBTask, clipped polynomial."""
    return [
        within("IBTask: change of the loss by gamma, below 0", last(ib_on.loss) - last(ib_off.loss), high=0),
        within("IBTask: change of the correct rate, above 0", last(ib_on.accuracy) - last(ib_off.accuracy), 0),
        within(
            "clipped polynomial: change of R², above 0", last(polynomial_on.accuracy) - last(polynomial_off.accuracy), 0
        ),
    ]
