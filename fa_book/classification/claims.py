"""The claims of the paper on classification, Fig. 7, each one proposition.

Three of the rules, as the authors run them, are one: NFA at their noise and NF at their error's size are FA to three
digits. They count once, as FA. NFA is judged with noise as large as B itself, NF where its tanh bends.
"""

import numpy as np

from fa_book.claims.alike import alike
from fa_book.claims.evidence import STUCK, change, first, last, share, within, worst
from fa_book.claims.verdict import claim

FIG7 = "Fig. 7, means of 10 runs"
SAME = 0.02  # two rules that end this near, in correct rate, converge alike


@claim(
    "C14a",
    "2.4",
    "FA and all its variants reduce the loss on IBTask.",
    "Change of the training loss below 0, for FA, TF, NF with bent units and NFA with noise as large as B.",
    shown=FIG7,
    rests="ibtask",
)
def C14a(rules):
    """Rule to Dataset on IBTask."""
    each = [within(name, change(data.loss), high=0) for name, data in rules.items()]
    return [worst("change of the loss below 0; the rule with the smallest fall", each)]


C14b = alike(
    "C14b",
    "FA and all its variants perform comparably to BP on IBTask.",
    "Final training correct rate of each",
    None,
    rest=": FA, TF, NF with bent units (its error times 3) and NFA with noise as large as B. (At first each was a "
    "claim of its own; the paper says it of all in one sentence.)",
    shown=FIG7,
    authors="FA .893, BP .937 (8 seeds)",
    rests="ibtask",
)
C15a = alike(
    "C15a",
    "FA performs comparably to BP on MNIST where it learns.",
    "Final test accuracy",
    "FA",
    variable="test_accuracy",
    learned=0.5,
    rest=", of the runs that left the start.",
    shown=FIG7,
    rests="fig7",
)
C15b = alike(
    "C15b",
    "TF performs comparably to BP on MNIST.",
    "Final test accuracy",
    "TF",
    variable="test_accuracy",
    shown=FIG7,
    rests="fig7",
)


@claim(
    "C16",
    "2.4",
    "TF compresses on IBTask: I(H;Y) rises, then falls.",
    "Information rises by 0.05 bits and falls again by 0.05; so does its excess over the shuffled null.",
    shown=FIG7,
    artefact=2,
    rests="ibtask",
)
def C16(tf):
    """Dataset of TF on IBTask."""
    peak = tf.information.max("epoch")
    excess = tf.information - tf.information_null
    falls = excess.max("epoch") - excess.isel(epoch=-1)
    return [
        within("information rises by at least 0.05 bits to its peak", peak - first(tf.information), 0.05),
        within("and falls by at least 0.05 bits from there", peak - last(tf.information), 0.05),
        within("the excess over the null falls from its peak by 0.05 bits too", falls, 0.05),
    ]


@claim(
    "C17a",
    "2.4",
    "NFA converges like FA when its noise is small.",
    f"Noise of a tenth of B's spread: final training correct rate within {SAME} of FA's, paired by run.",
    shown=FIG7,
    rests="ibtask",
)
def C17a(nfa, fa):
    """Datasets of NFA and FA on IBTask from the same starts."""
    gap = last(nfa.accuracy) - last(fa.accuracy)
    return [within(f"correct rate, NFA minus FA, within ±{SAME}", gap, -SAME, SAME)]


C17b, C17c = (  # sigma = 0.7 and 2.1, and FA, on IBTask from the same starts
    alike(
        id,
        f"NFA still converges like FA with noise {words} as B.",
        "Final training correct rate",
        "NFA",
        other="FA",
        ours=True,
        rests="ibtask",
    )
    for id, words in (("C17b", "as large"), ("C17c", "three times as large"))
)


@claim(
    "C17d",
    "2.4",
    "FA learns IBTask in every run.",
    f"At most 5 % of the runs end with a training correct rate below {STUCK}.",
    ours=True,
    rests="ibtask",
)
def C17d(fa):
    """Dataset of FA on IBTask, W_O learning."""
    return [share("runs that stay near chance, at most 5 %", last(fa.accuracy) < STUCK, 0.0, 0.05)]


def _peak(id: str, task: str, shown: str, words: str, rests: str):
    @claim(
        id,
        "2.4",
        f"BP and TF reach the peak of I(H;Y) on {task}{words}.",
        "Reading after the first epoch at 95 % of the ceiling, where an untrained network with shuffled labels reads "
        "at most half of it.",
        shown=shown,
        artefact=1,
        rests=rests,
    )
    def judged(readings, ceiling, untrained):
        """Name to the reading after the first epoch, (run,); the ceiling; that of an untrained network, (run,)."""
        each = [within(name, np.asarray(bits) / ceiling, 0.95, zero=1) for name, bits in readings.items()]
        return [
            worst("reading after the first epoch at least 95 % of the ceiling; the lower rule", each),
            within("an untrained network with shuffled labels reads at most half of it", untrained / ceiling, high=0.5),
        ]

    return judged


C18a = _peak("C18a", "MNIST", FIG7, "", "fig7")
C18b = _peak("C18b", "MNISTReg", "Fig. 8, means of 10 runs", " after one epoch", "fig8")
