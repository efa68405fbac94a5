"""Rules for every hidden layer, by depth: IBTask, MNIST as rows of pixels, and the convolutional network."""

from fa_lib.centred import Centred
from fa_lib.feedback import BP, DFA, DRTP, FA, TF, Chained, Direct, KolenPollack, SignSymmetry
from fa_lib.sweep.cells import Cell

FED = Centred(FA())
RULES = (Chained(BP()), Chained(FA()), DFA(), DRTP(), Direct(TF(decorrelate=0.0)))
LEANING = (Chained(SignSymmetry()), Chained(KolenPollack()))  # on the weights: in the deepest networks
DEPTHS = (1, 3, 6)
MAPS = (-2, -1, 0, 1)  # a convolutional network's layers below the last, its feature maps among them


def depth(runs: int = 10, epochs: int = 1000, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """IBTask for the epochs given; MNIST once through, with half the runs; its convolutional network with 3.

    The deepest networks on IBTask record what happens in each layer. The convolutional network sees 10 000 images
    twice. Last come two networks of other papers: 7 layers of 240 units, and one of 500.
    """
    block, half, few = range(runs), range((runs + 1) // 2), range(min(runs, 3))
    cells = []
    for deep in reversed(DEPTHS):
        rules = RULES + (LEANING if deep == max(DEPTHS) else ())
        options = {"widths": (100,) * deep, "device": device}
        centred = (Chained(FED), Direct(FED))
        cells += [Cell("mnist_rows", rule, half, 1, seed, **options) for rule in _different((*rules, *centred), deep)]
        cells.append(Cell("mnist_rows", DFA(), half, 1, seed, learn_encoder=False, **options))
        options = {"widths": (8,) * (deep - 1) + (4,), "every": max(epochs // 10, 1), "device": device}
        options |= {"record": "layers"} if deep == max(DEPTHS) else {}
        cells += [Cell("ib", rule, block, epochs, seed, **options) for rule in _different(rules, deep)]
        cells.append(Cell("ib", DFA(), block, epochs, seed, learn_encoder=False, **options))
    options = {"samples": 10000, "device": device}
    rules = Chained(BP()), Direct(FED, ()), Direct(FED), Direct(FED, MAPS), DFA(MAPS)
    cells += [Cell("mnist", rule, few, 2, seed, **options) for rule in rules]
    cells.append(Cell("mnist", DFA(), few, 2, seed, learn_encoder=False, **options))
    for widths, batch, others in (((240,) * 7, None, (DFA(), Direct(FED))), ((500,), 100, (DFA(), DRTP()))):
        options = {"widths": widths, "batch": batch, "device": device}
        cells += [Cell("mnist_rows", rule, few, 1, seed, **options) for rule in (Chained(BP()), *others)]
    return cells


def _different(rules, deep: int):
    """Without the direct forms of FA where there is one layer: they are the chained ones there."""
    return [rule for rule in rules if deep > 1 or rule not in (DFA(), Direct(FED))]
