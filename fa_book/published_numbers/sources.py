"""What others report, row by row, and what it costs to meet it: accuracy in per cent, mean and standard deviation.

Seconds are those of one core for five runs of a rule at the source's full length, from a timed part of an epoch on an
AMD EPYC (torch 2.13, November 2026), a tenth more or less. There a step of strong_dfc's network takes 17.8 ms, of which
its matrix products alone would take 12.4, and one of PSA's 8.3 and 6.0: nothing else is left to be made much faster.
"""

from typing import NamedTuple


class Row(NamedTuple):
    """One rule's number in a source."""

    rule: str
    theirs: float  #: accuracy, per cent
    sd: float | None = None  #: over their runs; None if they report one run or no spread
    why: str = ""  #: why it is empty, where that is not its source's reason


class Source(NamedTuple):
    """A table of somebody else's."""

    name: str
    protocol: str
    where: str
    rows: tuple[Row, ...]
    seconds: int  #: of one core for five runs of a rule
    why: str = ""  #: why rows are empty
    same: bool = True  #: whether our network is theirs, so that the numbers can be asked to agree


OTHERS = "no rule of this library"
SOURCES = (
    Source(
        "IBTask, the paper's Fig. 1",
        "12-8-4-2 tanh, Adam 1e-3, 1000 steps, training set",
        "the authors' code, run with 8 seeds",
        (Row("BP", 93.7, 1.8), Row("FA", 89.3, 1.4)),
        12,
    ),
    Source(
        "MNIST-1D",
        "40-100-100-10 ReLU with a way around, Adam 1e-2, batch 100, 6000 steps, cross-entropy",
        "github.com/greydanus/mnist1d, notebooks/mnist1d-classification",
        (Row("BP", 65.1), Row("logistic regression", 31.5)),
        13,
    ),
    Source(
        "MNIST-1D, convolutions",
        "three convolutions of 25 channels, kernels 5, 3, 3, ReLU, otherwise as above",
        "as above, one run",
        (Row("BP", 92.3),),
        90,
    ),
    Source(
        "PSA's baselines",
        "784-128-10 ReLU, AdamW 1e-4, batch 256, 50 000 images, 100 epochs, best validation accuracy",
        "github.com/tcotten-scrypted/persistent-stochastic-ablation-mlp, results, 10 runs",
        (Row("BP", 97.37, 0.14),),
        165,
        "widths 512 and 1024 cost 600 s and 1150 s",
    ),
    Source(
        "strong_dfc, MNIST",
        "784-256-256-256-10 tanh, Adam 2e-3 with epsilon 2e-3, 55 000 images, 40 epochs",
        "github.com/mariacer/strong_dfc, dfc/EXPERIMENTS.rst",
        (Row("BP", 98.17), Row("DFC", 97.80, why=OTHERS), Row("Strong-DFC", 97.72, why=OTHERS)),
        305,
    ),
    Source(
        "strong_dfc, Fashion-MNIST",
        "the same, Adam 4e-4 with epsilon 2e-4",
        "as above",
        (Row("BP", 89.40), Row("DFC", 88.70, why=OTHERS), Row("Strong-DFC", 87.26, why=OTHERS)),
        305,
        "Kolen-Pollack, DRTP and TF: `published_dfc_fashion` has the four rules that were planned",
    ),
    Source(
        "Nøkland, 7 x 240",
        "784-240(7)-10 tanh, RMSprop 1e-4, batch 64, binary cross-entropy, until no error is left, or 299 epochs",
        "Nøkland 2016, Table 1",
        (Row("BP", 97.84), Row("DFA", 97.68)),
        6200,
        "2 x 800 costs 11 000 s",
    ),
    Source(
        "Lillicrap 2014",
        "784-1000-10 logistic units, squared error, eta 1e-3 an image, 1.5 million images (ours in steps of 50)",
        "repeated at github.com/iboudhaine/feedback-alignment-reprod, report, one run",
        (Row("BP", 89.96), Row("FA", 90.02)),
        580,
    ),
    Source(
        "biotorch, MNIST",
        "LeNet, SGD with momentum, 100 epochs",
        "biotorch, Benchmarks.md",
        (Row("BP", 99.09), Row("FA", 98.30), Row("DFA", 98.39), Row("sign-symmetry", 99.06)),
        4000,
        "its learning rates on MNIST are not in its repository, whose configuration files are CIFAR-10's, and LeNet is "
        "not written here; the price is that of this book's network of two convolutions",
    ),
    Source(
        "Nakajima 2022, mixer",
        "three blocks, cut at their outputs; ours: 16 patches of 7 x 7 pixels, 32 features, Adam, batch 128, 10 epochs",
        "Nakajima et al. 2022, Table 2 (MLP-mixer-3)",
        (Row("BP", 98.90), Row("DFA", 98.36), Row("last layer only", 92.85)),
        300,
        same=False,
    ),
    Source(
        "Nakajima 2022, transformer",
        "the same with attention between the patches",
        "the same (ViT-3)",
        (Row("BP", 98.23), Row("DFA", 98.04), Row("last layer only", 47.6)),
        350,
        same=False,
    ),
)


def named(name: str) -> Source:
    """The source of that name; KeyError if there is none."""
    return {source.name: source for source in SOURCES}[name]
