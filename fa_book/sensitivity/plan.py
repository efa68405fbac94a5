"""Sensitivity: one setting of the protocol changed at a time, all five rules from the same weights.

A batch smaller than all samples makes more steps in an epoch. The number of steps is what is kept, near that of the
paper, by fewer epochs.
"""

from fa_lib.feedback import BP, FA, NF, NFA, TF
from fa_lib.feedback.centred import Centred
from fa_lib.feedback.init import Initial
from fa_lib.sweep.cells import Cell, blocks

RULES = (BP(), FA(), NFA(sigma=1e-3), NF(), TF(decorrelate=0.0))
FIXED = (FA(), TF(decorrelate=0.0))  # one fixed matrix, for the error and for the target
SAMPLES = 3277  # of IBTask
DIGITS = {"samples": 6000, "test_samples": 2000, "widths": (64, 32), "batch": 64}


def sensitivity(runs: int = 10, epochs: int = 1000, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """IBTask with 10 runs at 1000 epochs, then MNIST as rows of pixels, 6000 of them, with half the runs.

    On MNIST FA without the mean of its signal is a sixth rule, and the epochs are a hundredth of those on IBTask.
    """
    cells = []
    for block in blocks(runs, 10):
        usual = {"epochs": epochs, "seed": seed, "every": max(epochs // 10, 1), "device": device}
        cells += [Cell("ib", rule, block, **usual | change) for rule, change in _changes("ib", epochs)]
    for block in blocks(max(runs // 2, 1), 5):
        few = max(epochs // 100, 1)
        usual = {"epochs": few, "seed": seed, "every": few, "device": device} | DIGITS
        for rule, change in _changes("mnist_rows", few):
            cells.append(Cell("mnist_rows", rule, block, **usual | change))
    return cells


def _changes(task: str, epochs: int):
    """Rules with what is changed about the cell, the paper's setting first."""
    ib = task == "ib"
    rules = RULES if ib else (*RULES, Centred(FA()))
    protocols = [{}]
    protocols += [{"lr": lr} for lr in ((1e-4, 3e-4, 1e-2, 1e-1) if ib else (1e-4, 1e-2))]
    protocols += [{"optimizer": "sgd", "lr": lr} for lr in ((1.0, 10.0) if ib else (1.0,))]
    protocols += [{"nonlinearity": name} for name in ("relu", "linear") if ib]
    for batch in (64, 16) if ib else ():
        passes = max(round(epochs / -(-SAMPLES // batch)), 1)
        protocols.append({"batch": batch, "epochs": passes, "every": max(passes // 10, 1)})
    for protocol in protocols:
        yield from ((rule, protocol) for rule in rules)
    if not ib:
        return
    for sigma in (1.0, 10.0, 100.0):
        yield NFA(sigma=sigma), {}
    for size in (0.01, 100.0):
        yield from ((Initial(rule, size=size), {}) for rule in FIXED)
    for size in (0.1, 10.0):
        yield from ((Initial(rule, size=size), {"optimizer": "sgd", "lr": 1.0}) for rule in FIXED)
    for kind in ("uniform", "orthogonal", "sparse"):
        yield from ((Initial(rule, kind=kind), {}) for rule in FIXED)
    for lr in (None, 1e-4, 1e-2):
        yield from ((rule, {"scale": True} | ({"lr": lr} if lr else {})) for rule in (BP(), FA()))
