"""The cells of the paper's Figs 1, 4, 7 and 8 at the full protocol.

The order is that of importance, so that a sweep that is stopped early has the main comparison: first the networks as
the paper first defines them (no gamma), then gamma for all rules. The authors' setting, gamma for all rules but BP, is
made of the same cells. Runs come in blocks, because a block costs less than its runs one by one.
"""

from fa_lib.feedback import BP, FA, NF, NFA, TF, Centred
from fa_lib.sweep import Cell, blocks

BLOCK = 5  # MNIST: about half the time a run of one alone; larger blocks gain little and lose more when interrupted


def fig1(runs: int = 10, epochs: int = 1000, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """BP and FA on IBTask, W_O learning and frozen."""
    return [
        Cell("ib", rule, block, epochs, seed, learn_decoder=learn, device=device)
        for learn in (True, False)
        for rule in (BP(), FA())
        for block in blocks(runs, 10)
    ]


def fig4(runs: int = 30, epochs: int | None = None, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """FA and BP with and without gamma on IBTask (1000 epochs) and on the clipped polynomial (100)."""
    return [
        Cell(task, rule, block, epochs or own, seed, scale=scale, device=device)
        for task, own in (("ib", 1000), ("clipped_polynomial", 100))
        for rule in (FA(), BP())
        for scale in (False, True)
        for block in blocks(runs, 10)
    ]


def fig7(runs: int = 10, epochs: int = 10, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """MNIST by all five rules, with and without gamma; TF with the K term and FA without its mean for the first block.

    The noise of NFA is the authors' on MNIST; so is TF without the K term. With it, its weight is the authors' on
    MNISTReg.
    """
    rules, extras = (BP(), FA(), NFA(sigma=1e-4), NF(), TF(decorrelate=0.0)), (TF(decorrelate=100.0), Centred(FA()))
    return _both("mnist", rules, extras, runs, epochs, seed, device)


def fig8(runs: int = 10, epochs: int = 30, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """MNISTReg by BP, FA and TF, with and without gamma; TF with a weak K term and without it for the first block."""
    rules, extras = (BP(), FA(), TF(decorrelate=100.0)), (TF(decorrelate=0.0), TF(decorrelate=4.0))
    return _both("mnist_regression", rules, extras, runs, epochs, seed, device)


def fig7_judged(runs: int = 10, epochs: int = 10, seed: int = 2026, device: str = "cpu") -> list[Cell]:
    """Of fig7 what C15a, C15b and C18a rest on, with a second seed."""
    return _each("mnist", (FA(), TF(decorrelate=0.0), BP()), runs, epochs, seed, device)


def fig8_judged(runs: int = 10, epochs: int = 30, seed: int = 2026, device: str = "cpu") -> list[Cell]:
    """Of fig8 what C19b and C18b rest on, with a second seed; of BP only the first epoch is judged, so it has one."""
    return [
        *_each("mnist_regression", (BP(),), runs, 1, seed, device),
        *_each("mnist_regression", (TF(decorrelate=100.0), FA()), runs, epochs, seed, device),
    ]


def _each(task: str, rules, runs: int, epochs: int, seed: int, device: str) -> list[Cell]:
    return [Cell(task, rule, block, epochs, seed, device=device) for block in blocks(runs, BLOCK) for rule in rules]


def _both(task: str, rules, extras, runs: int, epochs: int, seed: int, device: str) -> list[Cell]:
    cells = []
    for number, block in enumerate(blocks(runs, BLOCK)):
        for scale in (False, True):
            for rule in (*rules, *(extras if number == 0 else ())):
                cells.append(Cell(task, rule, block, epochs, seed, scale=scale, device=device))
    return cells
