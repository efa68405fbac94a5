"""Rules for every hidden layer, by depth: IBTask, MNIST as rows of pixels, and the convolutional network."""

from fa_lib.feedback import BP, DFA, DRTP, FA, TF, Centred, Chained, Direct, KolenPollack, SignSymmetry
from fa_lib.sweep import Cell

FED = Centred(FA())
RULES = (Chained(BP()), Chained(FA()), DFA(), DRTP(), Direct(TF(decorrelate=0.0)))
LEANING = (Chained(SignSymmetry()), Chained(KolenPollack()))  # on the weights: in the deepest networks
DEPTHS = (1, 2, 3, 4, 5, 6)
MAPS = (-2, -1, 0, 1)  # a convolutional network's layers below the last, its feature maps among them


def depth(runs: int = 10, epochs: int = 1000, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """IBTask for the epochs given; MNIST once through, with half the runs; its convolutional network with 3.

    The deepest networks on IBTask record what happens in each layer. The convolutional network sees 10 000 images
    twice. Last come two networks of other papers: 7 layers of 240 units, and one of 500.
    """
    block, half, few = range(runs), range((runs + 1) // 2), range(min(runs, 3))
    digits = {n: _mnist(n, half, seed, device) for n in DEPTHS}
    patterns = {n: _ib(n, block, epochs, seed, device) for n in DEPTHS}
    deepest = max(DEPTHS)
    others = [cell for n in reversed(DEPTHS) if n < deepest for cell in digits[n] + patterns[n]]
    options = {"samples": 10000, "device": device}
    rules = Chained(BP()), Direct(FED, ()), Direct(FED), Direct(FED, MAPS), DFA(MAPS)
    maps = [Cell("mnist", rule, few, 2, seed, **options) for rule in rules]
    maps.append(Cell("mnist", DFA(), few, 2, seed, learn_encoder=False, **options))
    options = {"widths": (240,) * 7, "device": device}
    seven = [Cell("mnist_rows", rule, few, 1, seed, **options) for rule in (Chained(BP()), DFA())]
    options = {"widths": (500,), "batch": 100, "device": device}
    wide = [Cell("mnist_rows", rule, few, 1, seed, **options) for rule in (Chained(BP()), DFA(), DRTP())]
    return digits[deepest] + patterns[deepest] + maps + seven + wide + others


def _mnist(deep: int, runs, seed: int, device: str) -> list[Cell]:
    options = {"widths": (100,) * deep, "device": device}
    rules = (*_rules(deep), Chained(FED), Direct(FED))
    cells = [Cell("mnist_rows", rule, runs, 1, seed, **options) for rule in _different(rules, deep)]
    return [*cells, Cell("mnist_rows", DFA(), runs, 1, seed, learn_encoder=False, **options)]


def _ib(deep: int, runs, epochs: int, seed: int, device: str) -> list[Cell]:
    options = {"widths": (8,) * (deep - 1) + (4,), "every": max(epochs // 10, 1), "device": device}
    options |= {"record": "layers"} if deep == max(DEPTHS) else {}
    cells = [Cell("ib", rule, runs, epochs, seed, **options) for rule in _different(_rules(deep), deep)]
    return [*cells, Cell("ib", DFA(), runs, epochs, seed, learn_encoder=False, **options)]


def _rules(deep: int) -> tuple:
    return RULES + (LEANING if deep == max(DEPTHS) else ())


def _different(rules, deep: int):
    """Without the direct forms of FA where there is one layer: they are the chained ones there."""
    return [rule for rule in rules if deep > 1 or rule not in (DFA(), Direct(FED))]
