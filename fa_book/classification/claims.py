"""The claims of the paper on classification, Fig. 7, each one proposition.

Three of the rules, as the authors run them, are one: NFA at their noise and NF at their error's size are FA to three
digits. They count once, as FA. NFA is judged with noise as large as B itself, NF where its tanh bends.
"""

import numpy as np

from fa_book.claims.evidence import CLOSE, STUCK, change, comparable, first, last, share, within, worst
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


def _ib(letter: str, name: str, words: str, authors: str = ""):
    @claim(
        f"C14{letter}",
        "2.4",
        f"{words} performs comparably to BP on IBTask.",
        f"Final training correct rate within {CLOSE} of BP's, paired by run.",
        shown=FIG7,
        authors=authors,
        rests="ibtask",
    )
    def judged(data, bp):
        """Datasets of the rule and of BP on IBTask."""
        return [comparable(name, data, bp)]

    return judged


C14b = _ib("b", "FA", "FA", ".893 against .937 (8 seeds)")
C14c = _ib("c", "TF", "TF")
C14d = _ib("d", "NF", "NF, where its units bend (its error times 3),")
C14e = _ib("e", "NFA", "NFA, with noise as large as B,")


@claim(
    "C15a",
    "2.4",
    "FA performs comparably to BP on MNIST where it learns.",
    f"Final test accuracy within {CLOSE} of BP's, paired by run, of the runs that left the start.",
    shown=FIG7,
    rests="fig7",
)
def C15a(fa, bp):
    """Datasets of FA and of BP on MNIST."""
    return [comparable("FA", fa, bp, "test_accuracy", learned=last(fa.test_accuracy) > 0.5)]


@claim(
    "C15b",
    "2.4",
    "TF performs comparably to BP on MNIST.",
    f"Final test accuracy within {CLOSE} of BP's, paired by run.",
    shown=FIG7,
    rests="fig7",
)
def C15b(tf, bp):
    """Datasets of TF and of BP on MNIST."""
    return [comparable("TF", tf, bp, "test_accuracy")]


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


@claim(
    "C17b",
    "2.4",
    "NFA still converges like FA with noise as large as B.",
    f"Final training correct rate within {CLOSE} of FA's, paired by run.",
    ours=True,
    rests="ibtask",
)
def C17b(nfa, fa):
    """Datasets of NFA, sigma = 0.7, and FA on IBTask from the same starts."""
    return [comparable("NFA", nfa, fa, other="FA")]


@claim(
    "C17c",
    "2.4",
    "NFA still converges like FA with noise three times as large as B.",
    f"Final training correct rate within {CLOSE} of FA's, paired by run.",
    ours=True,
    rests="ibtask",
)
def C17c(nfa, fa):
    """Datasets of NFA, sigma = 2.1, and FA on IBTask from the same starts."""
    return [comparable("NFA", nfa, fa, other="FA")]


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
