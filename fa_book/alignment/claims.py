"""The paper's claims on how feedback alignment works (Sections 2.1 to 2.3), each with its criterion.

The criteria were written down before the chapters were run. The ids are those of the book's ledger. Evidence is one
value a run: Datasets of `training.train` and `dynamics.simulate`, or arrays; each function says which.
"""

from fa_book.claims.evidence import CLOSE, SMALL, first, last, share, within
from fa_book.claims.verdict import claim


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
