"""Rules for every hidden layer, by depth: IBTask, MNIST as rows of pixels, and the convolutional network."""

from fa_lib.centred import Centred
from fa_lib.feedback import BP, DFA, DRTP, FA, TF, Chained, Direct, KolenPollack, SignSymmetry
from fa_lib.sweep.cells import Cell

RULES = (
    Chained(BP()), Chained(FA()), DFA(), DRTP(), Direct(TF(decorrelate=0.0)), Chained(SignSymmetry()),
    Chained(KolenPollack()),
)  # fmt: skip
CENTRED = (Chained(Centred(FA())), Direct(Centred(FA())))
DEPTHS = (1, 2, 4, 6)
MAPS = (-2, -1, 0, 1)  # a convolutional network's layers below the last, its feature maps among them


def depth(runs: int = 10, epochs: int = 1000, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """IBTask for the epochs given; MNIST with half the runs and 2 epochs, its convolutional network with 3 runs.

    The deepest networks on IBTask record what happens in each layer. Two networks of other papers come last: 500 units
    in one layer, and 7 layers of 240.
    """
    block, half, few = range(runs), range((runs + 1) // 2), range(min(runs, 3))
    cells = []
    for deep in reversed(DEPTHS):
        options = {"widths": (8,) * (deep - 1) + (4,), "every": max(epochs // 10, 1), "device": device}
        options |= {"record": "layers"} if deep == max(DEPTHS) else {}
        cells += [Cell("ib", rule, block, epochs, seed, **options) for rule in RULES]
        cells.append(Cell("ib", DFA(), block, epochs, seed, learn_encoder=False, **options))
        options = {"widths": (100,) * deep, "device": device}
        cells += [Cell("mnist_rows", rule, half, 2, seed, **options) for rule in (*RULES, *CENTRED)]
        cells.append(Cell("mnist_rows", DFA(), half, 2, seed, learn_encoder=False, **options))
    options = {"samples": 20000, "device": device}
    fed = Centred(FA())
    rules = Chained(BP()), Direct(fed, ()), Direct(fed), Direct(fed, MAPS), DFA(MAPS), DRTP(MAPS)
    cells += [Cell("mnist", rule, few, 2, seed, **options) for rule in rules]
    cells.append(Cell("mnist", DFA(), few, 2, seed, learn_encoder=False, **options))
    for widths, batch, others in (((500,), 100, (DRTP(),)), ((240,) * 7, None, (Direct(fed),))):
        options = {"widths": widths, "batch": batch, "device": device}
        cells += [Cell("mnist_rows", rule, few, 2, seed, **options) for rule in (Chained(BP()), DFA(), *others)]
    return cells
