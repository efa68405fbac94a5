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
RATES = {"mnist_1d": 1e-2, "psa_mnist": 1e-4, "dfc_mnist": 2e-3, "dfc_fashion": 4e-4}  # the sources'
CHOSEN: dict[str, float] = {}  # rule to factor, on MNIST-1D
LENGTHS = {"mnist_1d": (10, 150), "psa_mnist": (5, 100), "dfc_mnist": (5, 40), "dfc_fashion": (5, 40)}  # runs, epochs


def cell(task: str, rule: str, lr: float, runs: int, epochs: int, seed: int = 0, device: str = "cpu") -> Cell:
    """A training of the first runs by the rule of that name, measured at four epochs."""
    return Cell(task, RULES[rule], range(runs), epochs, seed, learn_encoder=rule != LAST, every=max(epochs // 3, 1),
                lr=lr, device=device)  # fmt: skip


def published_rates(runs: int = 3, epochs: int = 30, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """MNIST-1D: three learning rates for every rule but BP, judged on a held-out fifth of the training data."""
    task = f"mnist_1d{tasks.HELD}"
    return [
        cell(task, rule, factor * RATES["mnist_1d"], runs, epochs, seed, device)
        for rule in RULES
        if rule != "BP"
        for factor in FACTORS
    ]


def published(runs: int | None = None, epochs: int | None = None, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """Every rule on MNIST-1D, and on MNIST what an hour of a shared core allows, by the sources' protocols."""
    rows = [("mnist_1d", rule) for rule in RULES]
    rows += [("psa_mnist", "BP"), ("dfc_mnist", "BP"), ("psa_mnist", "FA"), ("dfc_mnist", "FA")]
    cells = []
    for task, rule in rows:
        known = LENGTHS[task]
        lr = RATES[task] * (CHOSEN.get(rule, 1.0) if task == "mnist_1d" else 1.0)
        cells.append(cell(task, rule, lr, runs or known[0], epochs or known[1], seed, device))
    return cells
