"""The paper's claims on how feedback alignment works (Section 2.1), each one proposition with its criterion.

The criteria were written down, and committed, before the hundred runs were made that they are judged on. Evidence is
one value a run: Datasets of `training.train` or of a sweep.
"""

from fa_book.claims.evidence import CLOSE, LOSS, STUCK, change, last, share, within
from fa_book.claims.verdict import claim

FIG1 = "Fig. 1, one curve a rule"


@claim(
    "C1a",
    "2.1",
    "With W_O learning, FA and BP reduce the loss to a similar level on IBTask.",
    f"Final training loss, FA minus BP, paired by run, within {LOSS}, a tenth of the loss of chance.",
    shown=FIG1,
    authors="loss .080 and .055 (8 seeds)",
    rests="ibtask",
)
def C1a(fa, bp):
    """Datasets of FA and BP on IBTask, W_O learning."""
    return [within(f"final loss, FA minus BP, within ±{LOSS}", last(fa.loss) - last(bp.loss), -LOSS, LOSS)]


@claim(
    "C1b",
    "2.1",
    "With W_O learning, FA's correct rate on IBTask is above 0.9.",
    "Mean final training correct rate above 0.9.",
    shown=FIG1,
    authors=".893 (8 seeds)",
    rests="ibtask",
)
def C1b(fa):
    """Dataset of FA on IBTask, W_O learning."""
    return [within("final correct rate of FA above 0.9", last(fa.accuracy), 0.9, zero=1)]


@claim(
    "C1c",
    "2.1",
    "With W_O learning, BP's correct rate on IBTask is above 0.9.",
    "Mean final training correct rate above 0.9.",
    shown=FIG1,
    authors=".937 (8 seeds)",
    rests="ibtask",
)
def C1c(bp):
    """Dataset of BP on IBTask, W_O learning."""
    return [within("final correct rate of BP above 0.9", last(bp.accuracy), 0.9, zero=1)]


@claim(
    "C2a",
    "2.1",
    "With W_O frozen, FA on average does no better than chance on IBTask.",
    f"Mean final training correct rate within {CLOSE} of one half.",
    shown=FIG1,
    authors=".431; single seeds .125 to .875",
    rests="ibtask",
)
def C2a(frozen):
    """Dataset of FA on IBTask, W_O frozen."""
    return [
        within(f"mean final correct rate within {CLOSE} of 0.5", last(frozen.accuracy), 0.5 - CLOSE, 0.5 + CLOSE,
               zero=0.5)
    ]  # fmt: skip


@claim(
    "C2b",
    "2.1",
    "With W_O frozen, FA fails in every run on IBTask.",
    f"At least 95 % of the runs end with a training correct rate below {STUCK}.",
    shown=FIG1,
    authors="4 of 8 seeds",
    rests="ibtask",
)
def C2b(frozen):
    """Dataset of FA on IBTask, W_O frozen."""
    return [share(f"runs that end below {STUCK}, at least 95 %", last(frozen.accuracy) < STUCK, 0.95)]


@claim(
    "C3a",
    "2.1",
    "With W_O frozen, a linear regression on H still gets better under FA.",
    "Correct rate of the regression, FA minus an encoder frozen too, paired by run: at least 0.1.",
    shown=FIG1 + ", dashed",
    authors=".853 against .685",
    rests="ibtask",
)
def C3a(frozen, control):
    """Datasets on IBTask with W_O frozen: FA, and the control whose encoder is frozen too."""
    gain = last(frozen.regression_accuracy) - last(control.regression_accuracy)
    return [within("regression's correct rate at least 0.1 above the frozen encoder's", gain, 0.1)]


@claim(
    "C3b",
    "2.1",
    "With W_O frozen, the regression on H under FA comes close to that under BP.",
    f"Final regression loss, FA minus BP, paired by run, within {LOSS}.",
    shown=FIG1 + ", dashed",
    authors="regression loss .100 and .076",
    rests="ibtask",
)
def C3b(frozen, bp_frozen):
    """Datasets on IBTask with W_O frozen: FA and BP."""
    gap = last(frozen.regression_loss) - last(bp_frozen.regression_loss)
    return [within(f"regression loss, FA minus BP, within ±{LOSS}", gap, -LOSS, LOSS)]


@claim(
    "C4a",
    "2.1",
    "An FA update of W_I alone is usually not sufficient to reduce the loss.",
    "W_O frozen: the loss fails to fall in at least three of four runs.",
    shown=FIG1,
    rests="ibtask",
)
def C4a(frozen):
    """Dataset of FA on IBTask, W_O frozen."""
    return [share("runs whose loss does not fall, at least 75 %", change(frozen.loss) >= 0, 0.75, zero=1)]


def _acute(data):
    """Whether the mean angle of the second half of training is below 90 degrees, (run,)."""
    return data.angle[:, len(data.epoch) // 2 :].mean("epoch").values < 90


@claim(
    "C4b",
    "2.1",
    "While W_O learns, FA's signal lies within 90 degrees of BP's (Eq. 9).",
    "Mean angle of the second half of training below 90 degrees in at least 95 % of the runs.",
    rests="ibtask",
)
def C4b(learning):
    """Dataset of FA on IBTask with `angle` to BP's signal, W_O learning."""
    return [share("runs below 90 degrees, at least 95 %", _acute(learning), 0.95)]


@claim(
    "C4c",
    "2.1",
    "Without learning of W_O, Eq. 9 does not hold.",
    "Mean angle of the second half of training below 90 degrees in at most 75 % of the runs: no better than a coin "
    "that favours it three to one.",
    rests="ibtask",
)
def C4c(frozen):
    """Dataset of FA on IBTask with `angle` to BP's signal, W_O frozen."""
    return [share("runs below 90 degrees, at most 75 %", _acute(frozen), 0.0, 0.75, zero=1)]
