"""Sensitivity: one setting of the protocol changed at a time, all five rules from the same weights.

A batch smaller than all samples makes more steps in an epoch. The number of steps is what is kept, near that of the
paper, by fewer epochs.
"""

from collections.abc import Iterator

from fa_lib.feedback import BP, FA, NF, NFA, TF, Centred, Rule, Wrapper
from fa_lib.feedback.init import Initial
from fa_lib.sweep import Cell, blocks

Setting = tuple[str, object]  # a factor and its value
USUAL: Setting = ("usual", "")  # the paper's
RULES = (BP(), FA(), NFA(sigma=1e-3), NF(), TF(decorrelate=0.0))
FIXED = (FA(), TF(decorrelate=0.0))  # one fixed matrix, for the error and for the target
SAMPLES = 3277  # of IBTask
DIGITS = {"samples": 6000, "test_samples": 2000, "widths": (64, 32), "batch": 64}


def sensitivity(runs: int = 10, epochs: int = 1000, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """IBTask with 10 runs at 1000 epochs, then MNIST as rows of pixels, 6000 of them, with half the runs.

    On MNIST FA without the mean of its signal is a sixth rule, and the epochs are a hundredth of those on IBTask.
    """
    cells = []
    for task, most, size in (("ib", runs, 10), ("mnist_rows", max(runs // 2, 1), 5)):
        for block in blocks(most, size):
            cells += planned(task, block, epochs, seed, device).values()
    return cells


def planned(
    task: str, runs=(0,), epochs: int = 1000, seed: int = 0, device: str = "cpu"
) -> dict[tuple[Setting, str], Cell]:
    """The cells on "ib" or "mnist_rows" by setting and rule.

    The factors: "learning rate", "SGD" with its rate, "activation", "batch", "size of B", "size of B, SGD" (at rate 1),
    "B drawn", "noise of NFA", and "gamma" with the learning rate, None for the usual.
    """
    if task == "ib":
        usual = {"epochs": epochs, "every": max(epochs // 10, 1), "seed": seed, "device": device}
    else:
        epochs = max(epochs // 100, 1)
        usual = {"epochs": epochs, "every": epochs, "seed": seed, "device": device} | DIGITS
    return {
        (setting, _name(rule)): Cell(task, rule, runs, **usual | change)
        for setting, rule, change in _changes(task, epochs)
    }


def _name(rule: Rule) -> str:
    """The rule inside, and whether it is centred."""
    around = ", centred" if isinstance(rule, Centred) else ""
    return (rule.rule if isinstance(rule, Wrapper) else rule).word() + around


def _changes(task: str, epochs: int) -> Iterator[tuple[Setting, Rule, dict]]:
    """Settings with their rules and what is changed about the cell, the paper's setting first."""
    ib = task == "ib"
    rules = RULES if ib else (*RULES, Centred(FA()))
    protocols = {USUAL: {}}
    protocols |= {("learning rate", lr): {"lr": lr} for lr in ((1e-4, 3e-4, 1e-2, 1e-1) if ib else (1e-4, 1e-2))}
    protocols |= {("SGD", lr): {"optimizer": "sgd", "lr": lr} for lr in ((1.0, 10.0) if ib else (1.0,))}
    protocols |= {("activation", name): {"nonlinearity": name} for name in ("relu", "linear") if ib}
    for batch in (64, 16) if ib else ():
        passes = max(round(epochs / -(-SAMPLES // batch)), 1)
        protocols["batch", batch] = {"batch": batch, "epochs": passes, "every": max(passes // 10, 1)}
    for setting, protocol in protocols.items():
        yield from ((setting, rule, protocol) for rule in rules)
    if not ib:
        return
    for sigma in (1.0, 10.0, 100.0):
        yield ("noise of NFA", sigma), NFA(sigma=sigma), {}
    for size in (0.01, 100.0):
        yield from ((("size of B", size), Initial(rule, size=size), {}) for rule in FIXED)
    for size in (0.1, 10.0):
        sgd = {"optimizer": "sgd", "lr": 1.0}
        yield from ((("size of B, SGD", size), Initial(rule, size=size), sgd) for rule in FIXED)
    for kind in ("uniform", "orthogonal", "sparse"):
        yield from ((("B drawn", kind), Initial(rule, kind=kind), {}) for rule in FIXED)
    for lr in (None, 1e-4, 1e-2):
        yield from ((("gamma", lr), rule, {"scale": True} | ({"lr": lr} if lr else {})) for rule in (BP(), FA()))
