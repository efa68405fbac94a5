"""The cells behind "Beside published numbers": every rule under a source's own protocol, and the grids of rates before.

BP has the source's own learning rate. Every other rule has the one of three that did best on a held-out fifth of the
training data (`published_rates`); Fashion-MNIST takes MNIST's choice in units of the source's rate.
"""

from fa_book.published_numbers import tasks  # registers them
from fa_lib.feedback import BP, DFA, DRTP, FA, NFA, TF, Centred, Chained, Direct, KolenPollack, Rule, SignSymmetry
from fa_lib.feedback.layers import ForLayers
from fa_lib.sweep import Cell

LAST = "last layer only"  # no rule: the encoder stays as it was drawn
RULES: dict[str, Rule | ForLayers] = {  # by the names of the tables
    "BP": BP(),
    "FA": Chained(FA()),
    "DFA": DFA(),
    "sign-symmetry": Chained(SignSymmetry()),
    "Kolen-Pollack": Chained(KolenPollack(decay=0.1)),
    "DRTP": DRTP(),
    "centred FA": Chained(Centred(FA())),
    "noisy FA": Chained(NFA(sigma=0.1)),
    "TF": Direct(TF(decorrelate=0.0)),
    LAST: DFA(),
}
FACTORS = (0.25, 1.0, 4.0)  # of the source's rate
SOURCES = {  # task: the source's rate; runs, epochs and rules of the full length; of the grid
    "mnist_1d": (1e-2, 10, 150, tuple(RULES), 5, 50),
    "psa_mnist": (1e-4, 5, 100, ("BP", "FA", "DRTP", LAST), 2, 5),
    "dfc_mnist": (2e-3, 5, 40, ("BP", "FA", "DFA", "DRTP", "sign-symmetry", "Kolen-Pollack", LAST), 2, 3),
}


def cell(task: str, rule: str, lr: float, runs: int, epochs: int, seed: int = 0, device: str = "cpu") -> Cell:
    """A training of the first runs by the rule of that name, measured at four epochs."""
    return Cell(task, RULES[rule], range(runs), epochs, seed, learn_encoder=rule != LAST, every=max(epochs // 3, 1),
                lr=lr, device=device)  # fmt: skip


def published_rates(
    runs: int | None = None, epochs: int | None = None, seed: int = 0, device: str = "cpu"
) -> list[Cell]:
    """Three learning rates for every rule but BP, judged on a held-out fifth of the training data."""
    return [
        cell(f"{task}{tasks.HELD}", rule, factor * lr, runs or few, epochs or short, seed, device)
        for task, (lr, _, _, rules, few, short) in SOURCES.items()
        for rule in rules
        if rule != "BP"
        for factor in FACTORS
    ]
