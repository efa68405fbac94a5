"""The paper's claims on what follows from its theory (Section 2.4), each with its criterion.

The criteria were written down before the chapters were run. The ids are those of the book's ledger. Evidence is one
value a run: Datasets of `training.train` and `dynamics.simulate`, or arrays; each function says which. "Comparable" and
"similar" mean that the 95 % interval of the difference paired by run lies within `CLOSE` of zero.
"""

import numpy as np

from fa_lib.claims.evidence import CLOSE, Check, comparable, first, last, share, within
from fa_lib.claims.verdict import claim


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


@claim(
    "C12",
    "2.4",
    "FA, TF, NF and NFA all reduce the regression loss in the idealised dynamics; the direct loss mostly explodes.",
    "For each: at most a tenth of the regression loss is left, the direct loss grows in half of the draws or more.",
    "FA: .083 to .0020; direct loss grows in 91 of 200 draws",
)
def C12(channels):
    """Name to Dataset of the idealised dynamics, everything redrawn in each run."""
    checks = []
    for name, data in channels.items():
        left, grown = (
            last(data.regression_loss) / first(data.regression_loss),
            last(data.direct_loss) > first(data.direct_loss),
        )
        checks.append(within(f"{name}: at most a tenth of the regression loss is left", left, high=0.1))
        checks.append(share(f"{name}: direct loss grows in half of the draws or more", grown, at_least=0.5))
    return checks


@claim(
    "C13",
    "2.4",
    "FA, TF, NF and NFA all raise I(H;Y) in the idealised dynamics.",
    "The binned reading starts near its null and far below its ceiling, and rises; so does the true value.",
    "3.31 bits at the start, ceiling 3.32",
    artefact=1,
)
def C13(readings, nulls, exact, ceiling):
    """Name to binned information, to its null and to the true information, all (run, step), and the ceiling; bits."""
    start = np.concatenate([reading[:, 0] for reading in readings.values()])
    excess = start - np.concatenate([nulls[name][:, 0] for name in readings])
    checks = [
        within("at the start, where nothing is known, the reading is within 0.1 bits of its null", excess, -0.1, 0.1),
        within("and below a tenth of the ceiling, as a share of it", start / ceiling, high=0.1),
    ]
    for name in readings:
        checks.append(within(f"{name}: binned reading rises", readings[name][:, -1] - readings[name][:, 0], 0))
        checks.append(within(f"{name}: information rises", exact[name][:, -1] - exact[name][:, 0], 0.5))
    return checks


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
