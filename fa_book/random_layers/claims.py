"""The claim of the paper's Section 3 on large random layers, with what this book adds.

The paper leans on Cheng & Brown 2023, "Replay as a basis for backpropagation through time in the brain", where variants
of FA are set against echo state networks. Evidence is what a ridge regression reads of held-out samples, (run,): bits,
or R² where the target is a number.
"""

from collections.abc import Mapping

from fa_book.claims.evidence import BITS, best, median, within, worst
from fa_book.claims.verdict import claim


def _gain(tasks: Mapping):
    return [within(task, trained - random, BITS) for task, (random, trained) in tasks.items()]


@claim(
    "C26a",
    "3",
    "A large hidden layer does not optimise the information it holds merely by being large.",
    f"A layer of many more units than outputs tells {BITS} bits or more beyond a random one of its width once it is "
    "trained, by FA or by BP, whichever tells more: IBTask with 64 units for 2 outputs, MNIST with 128 for 10.",
    shown="no figure; cites Cheng & Brown 2023",
)
def C26a(matched: Mapping):
    """Task to (random, the better of the trained), of the same width."""
    return [
        worst(f"trained minus random, same width, at least {BITS} bits, of the two tasks the lower", _gain(matched))
    ]


@claim(
    "C26b",
    "3",
    "Learning by FA can outperform an echo state network.",
    f"Where memory is asked for, a recurrent layer of 32 units trained by FA reaches {BITS} more of R² than an echo "
    "state network of its size, with or without leak, whichever is better: in the median run, on one of two tasks at "
    "least.",
    shown="no figure; cites Cheng & Brown 2023",
)
def C26b(sequences: Mapping):
    """Task to (echo state network, trained by FA)."""
    each = [median(task, trained - echo, BITS) for task, (echo, trained) in sequences.items()]
    return [best(f"R² by FA minus echo state network at least {BITS}, of the two tasks the better", each)]


@claim(
    "C26c",
    "3",
    "A random layer, however wide, tells less than a narrow one that FA has trained.",
    f"A random layer of 2048 units tells {BITS} bits less than a narrow trained one: the paper's 8 and 4 units on "
    "IBTask, 32 units on MNIST.",
    ours=True,
)
def C26c(wide: Mapping):
    """Task to (widest random, narrow trained)."""
    each = [within(task, random - trained, high=-BITS) for task, (random, trained) in wide.items()]
    return [worst(f"wide random minus narrow trained at most -{BITS} bits, of the two tasks the higher", each)]


@claim(
    "C26d",
    "3",
    "FA makes more of a large layer than its random start does.",
    "As for C26a, trained by FA.",
    ours=True,
)
def C26d(matched: Mapping):
    """Task to (random, trained by FA), of the same width."""
    words = f"trained by FA minus random, same width, at least {BITS} bits, of the two tasks the lower"
    return [worst(words, _gain(matched))]
