"""The paper's claims on how feedback alignment works (Sections 2.1 to 2.3), each with its criterion.

The criteria were written down before the chapters were run. The ids are those of the book's ledger. Evidence is one
value a run: Datasets of `training.train` and `dynamics.simulate`, or arrays; each function says which.
"""

import numpy as np
from scipy import stats

from fa_lib.claims.evidence import CLOSE, SMALL, Check, first, last, share, within
from fa_lib.claims.verdict import claim


@claim(
    "C1",
    "2.1",
    "With W_O learning, FA and BP reach a similar loss and a correct rate above 0.9 on IBTask.",
    "Final loss of FA within 0.03 of BP's, paired by run; mean correct rate of each above 0.9.",
    "loss .080 and .055, correct rate .893 and .937 (8 seeds)",
)
def C1(fa, bp):
    """Datasets of FA and BP on IBTask, W_O learning."""
    return [
        within(f"final loss, FA minus BP, within ±{SMALL}", last(fa.loss) - last(bp.loss), -SMALL, SMALL),
        within("final correct rate of FA above 0.9", last(fa.accuracy), 0.9),
        within("final correct rate of BP above 0.9", last(bp.accuracy), 0.9),
    ]


@claim(
    "C2",
    "2.1",
    "With W_O frozen FA fails completely: loss and correct rate do not improve.",
    "Loss does not fall, correct rate gains at most 0.05, no run ends above 0.75.",
    "loss .296, correct rate .431; single seeds .125 to .875",
)
def C2(frozen):
    """Dataset of FA on IBTask, W_O frozen."""
    gain = last(frozen.accuracy) - first(frozen.accuracy)
    return [
        within("loss at the end minus at the start not below 0", last(frozen.loss) - first(frozen.loss), 0),
        within(f"correct rate gained at most {CLOSE}", gain, high=CLOSE),
        share("every run ends with a correct rate below 0.75", last(frozen.accuracy) < 0.75, at_least=1),
    ]


@claim(
    "C3",
    "2.1",
    "With W_O frozen a linear regression on H still improves under FA, close to BP's.",
    "Regression loss falls and ends within 0.03 of BP's; its correct rate 0.1 above a frozen encoder's.",
    "regression loss .100 (FA) and .076 (BP), frozen encoder .199",
)
def C3(frozen, bp_frozen, control):
    """Datasets on IBTask with W_O frozen: FA, BP, and the control whose encoder is frozen too."""
    gain = last(frozen.regression_accuracy) - last(control.regression_accuracy)
    change = last(frozen.regression_loss) - first(frozen.regression_loss)
    difference = last(frozen.regression_loss) - last(bp_frozen.regression_loss)
    return [
        within("change of the regression loss, below 0", change, high=0),
        within("regression correct rate at least 0.1 above the frozen encoder's", gain, 0.1),
        within(f"regression loss, FA minus BP, within ±{SMALL}", difference, -SMALL, SMALL),
    ]


@claim(
    "C4",
    "2.1",
    "An FA update of W_I alone does not reduce the loss; alignment with BP needs W_O to learn.",
    "W_O frozen: loss does not fall and FA's signal stays 80 degrees or more from BP's; W_O learning: below 80.",
)
def C4(learning, frozen):
    """Datasets of FA on IBTask with `angle` to BP's signal recorded: W_O learning, W_O frozen."""
    late = slice(len(learning.epoch) // 2, None)
    return [
        within("W_O frozen: loss at the end minus at the start not below 0", last(frozen.loss) - first(frozen.loss), 0),
        within("W_O frozen: angle in the second half at least 80 degrees", frozen.angle[:, late].mean("epoch"), 80),
        within(
            "W_O learning: angle in the second half below 80 degrees", learning.angle[:, late].mean("epoch"), high=80
        ),
    ]


@claim(
    "C5",
    "2.1",
    "IBTask: P(y = 1) = 0.5 and I(X;Y) is about 0.99 bits.",
    "P(y = 1) within 0.02 of 0.5, I(X;Y) within 0.01 of 0.99 bits.",
    "0.517; 0.9992 bits",
)
def C5(p_one, bits):
    """Share of label 1 and I(X;Y) in bits over all 4096 patterns: two exact numbers."""
    return [
        Check("P(y = 1) is 0.5 within 0.02", f"{p_one:.4f}", bool(abs(p_one - 0.5) < 0.02)),
        Check("I(X;Y) is 0.99 bits within 0.01", f"{bits:.4f}", bool(abs(bits - 0.99) < 0.01)),
    ]


@claim(
    "C6",
    "2.2",
    "In the idealised dynamics the regression residual falls monotonically to near zero.",
    "In 95 % of the draws it never rises and at most 5 % of it is left after 20 steps.",
)
def C6(fa):
    """Dataset of the idealised dynamics under FA, everything redrawn in each run."""
    falling = (fa.regression_loss.diff("step") <= 0).all("step")
    left = last(fa.regression_loss) / first(fa.regression_loss)
    return [
        share("regression loss never rises, in at least 95 % of the draws", falling, at_least=0.95),
        share("at most 5 % of it is left, in at least 95 % of the draws", left <= 0.05, at_least=0.95),
    ]


@claim(
    "C7",
    "2.2",
    "The angle to the regression gradient starts near 90 degrees, falls quickly, recovers, and stays below 90.",
    "Mean start within 5 degrees of 90, 20 lower within 3 steps, 80 or more at the end; below 90 in 95 % of draws.",
)
def C7(fa):
    """Dataset of the idealised dynamics under FA, everything redrawn in each run."""
    early = fa.angle.sel(step=slice(1, 3)).min("step")
    return [
        within("angle at the start within 5 degrees of 90", first(fa.angle), 85, 95),
        within("lowest angle of steps 1 to 3 at least 20 degrees below the start", first(fa.angle) - early, 20),
        within("angle at the end at least 80 degrees", last(fa.angle), 80),
        share("angle below 90 degrees at every step, in at least 95 % of the draws", (fa.angle < 90).all("step"),
              at_least=0.95),
    ]  # fmt: skip


@claim(
    "C8",
    "2.2",
    "The angle's recovery goes with the convergence of the regression loss and of its gradient's norm.",
    "After the lowest angle its rank correlation with either is below -0.8 on average.",
)
def C8(fa):
    """Dataset of the idealised dynamics under FA, everything redrawn in each run."""

    def correlation(other):
        from_lowest = [
            stats.spearmanr(a[np.argmin(a) :], o[np.argmin(a) :]).statistic
            for a, o in zip(fa.angle.values, other.values, strict=True)
            if len(a) - np.argmin(a) > 2
        ]
        return np.array(from_lowest)

    return [
        within("after its lowest point the angle rises as L_R falls, rank correlation below -0.8",
               correlation(fa.regression_loss), high=-0.8),
        within("and as its gradient's norm falls, rank correlation below -0.8",
               correlation(fa.gradient_norm), high=-0.8),
    ]  # fmt: skip


@claim(
    "C9",
    "2.3",
    "Encoder and decoder are sub-processes that work independently.",
    "An encoder trained with W_O frozen and a decoder trained afterwards end within 0.05 of joint training.",
)
def C9(joint, apart):
    """Final test correct rates, (run,): FA jointly; encoder by FA with W_O frozen, then a decoder on it."""
    return [
        within(f"trained apart minus jointly, test correct rate, within ±{CLOSE}", apart - joint, -CLOSE, CLOSE),
        within("trained apart, test correct rate at least 0.8", apart, 0.8),
    ]


@claim(
    "C10",
    "2.3",
    "Dead zones, states the signal asks for and tanh cannot reach, exist for FA and not for BP.",
    "More than 1 % of all (sample, unit) pairs under FA, at most a tenth of that under BP.",
)
def C10(fa, bp):
    """Shares of (sample, unit) in a dead zone at the end of training, (run,): under FA and under BP."""
    return [
        within("share in a dead zone under FA above 1 %", fa, 0.01),
        within("BP's share in a dead zone minus a tenth of FA's, at most 0", bp - fa / 10, high=0),
    ]
