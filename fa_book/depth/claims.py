"""The claim of the paper's discussion on deep networks, with its criterion, written down before the runs."""

from fa_book.claims.evidence import CLOSE, last, within
from fa_book.claims.verdict import claim


@claim(
    "C22",
    "3",
    "DFA: one random matrix per layer trains a deep net without chaining.",
    "In a network of six hidden layers, on IBTask and on MNIST, DFA's final test correct rate is above that of the "
    "same network with all hidden layers frozen, within 0.05 of BP's, and at most 0.05 below that of FA handed on from "
    "layer to layer; all paired by run.",
)
def C22(deepest):
    """Task to rule to Dataset of the deepest network: "DFA", "BP", "FA chained" and "frozen" (only W_O learns)."""
    checks = []
    for task, rules in deepest.items():
        rates = {rule: last(data.test_accuracy) for rule, data in rules.items()}
        checks += [
            within(f"{task}: DFA minus frozen hidden layers, above 0", rates["DFA"] - rates["frozen"], 0),
            within(f"{task}: DFA minus BP, within ±{CLOSE}", rates["DFA"] - rates["BP"], -CLOSE, CLOSE),
            within(f"{task}: DFA minus FA chained, at least -{CLOSE}", rates["DFA"] - rates["FA chained"], -CLOSE),
        ]
    return checks
