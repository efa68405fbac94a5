"""The claims of the paper on classification, Fig. 7."""

from fa_book.claims.evidence import Check, comparable, first, last, within
from fa_book.claims.verdict import claim


@claim(
    "C14",
    "2.4",
    "All variants are comparable to BP on IBTask.",
    "Final correct rate of each within 0.05 of BP's, paired by run.",
)
def C14(bp, variants):
    """Dataset of BP and name to Dataset of the variants, all on IBTask with one setting of gamma."""
    return [comparable(name, data, bp) for name, data in variants.items()]


@claim(
    "C15",
    "2.4",
    "All variants are comparable to BP on MNIST.",
    "Final test accuracy of each within 0.05 of BP's, paired by run.",
)
def C15(bp, variants):
    """As for C14, on MNIST."""
    return [comparable(name, data, bp, "test_accuracy") for name, data in variants.items()]


@claim(
    "C16",
    "2.4",
    "TF compresses on IBTask: I(H;Y) rises, then falls.",
    "Information rises by 0.05 bits and falls again by 0.05; so does its excess over the shuffled null.",
)
def C16(tf):
    """Dataset of TF on IBTask."""
    peak = tf.information.max("epoch")
    excess = tf.information - tf.information_null
    return [
        within("information rises by at least 0.05 bits to its peak", peak - tf.information.isel(epoch=0), 0.05),
        within("and falls by at least 0.05 bits from there", peak - tf.information.isel(epoch=-1), 0.05),
        within(
            "the excess over the null falls from its peak by 0.05 bits too",
            excess.max("epoch") - excess.isel(epoch=-1),
            0.05,
        ),
    ]


@claim(
    "C17",
    "2.4",
    "NFA converges like FA when its noise is small.",
    "Final correct rates within 0.02 of each other, mean curves never more than 0.05 apart.",
)
def C17(fa, nfa):
    """Datasets of FA and NFA on IBTask from the same starts."""
    gap = abs(nfa.accuracy.mean("run") - fa.accuracy.mean("run")).max().item()
    return [
        within("final correct rate, NFA minus FA, within ±0.02", last(nfa.accuracy) - last(fa.accuracy), -0.02, 0.02),
        Check("mean curves never more than 0.05 apart", f"{gap:.3g}", gap <= 0.05),
    ]


@claim(
    "C18",
    "2.4",
    "BP and TF reach the peak of I(H;Y) on MNIST after an epoch.",
    "Reading at 95 % of the ceiling, where an untrained network with shuffled labels reads at most half of it.",
    artefact=2,
)
def C18(results, untrained):
    """Name to Dataset for BP and TF on MNIST; binned reading of an untrained network with shuffled labels, (run,)."""
    ceiling = float(next(iter(results.values())).ceiling)
    reach = [
        within(
            f"{name}: reading after the first epoch at least 95 % of the ceiling",
            first(data.information) / ceiling,
            0.95,
        )
        for name, data in results.items()
    ]
    return [
        *reach,
        within("an untrained network with shuffled labels reads at most half of it", untrained / ceiling, high=0.5),
    ]
