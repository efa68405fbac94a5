"""The cells behind "Beside published numbers": every rule under a source's own protocol, and the grid of rates before.

BP has the source's own learning rate. The other rules have the one of two that did better on a held-out fifth of the
training data (`published_rates`, `published_rates_mnist`); on MNIST-1D those that lean on W take FA's, and on MNIST
Kolen-Pollack's takes that of sign-symmetry, which leans on W as it does.
"""

from fa_book.decide.rules import Signs
from fa_book.published_numbers import tasks  # registers them
from fa_book.systems.neighbours import WeightMirror
from fa_book.systems.sparse import SparseFA
from fa_lib.feedback import BP, DFA, DRTP, FA, NF, NFA, TF, Centred, Chained, Direct, KolenPollack, Rule, SignSymmetry
from fa_lib.feedback.layers import ForLayers
from fa_lib.sweep import Cell, register

register(__name__, rules=(SparseFA, WeightMirror))

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
    "weight mirror": Chained(WeightMirror(rate=0.05)),
    "sparse DFA": Direct(SparseFA(kept=1)),  # Crafton's: a unit hears one output
    "sDFA": Direct(Signs(FA())),  # Frenkel's: the errors' signs
    "NF": Direct(NF()),
}
FACTORS = (0.25, 1.0)  # of the source's rate
TRIED = ("FA", "DFA", "DRTP", "TF")  # rules with a grid
CHOSEN = dict.fromkeys(RULES, 0.25) | {"BP": 1.0, "TF": 1.0}  # on MNIST-1D; all but BP's and TF's as FA's
RATES = {"mnist_1d": 1e-2, "psa_mnist": 1e-4, "dfc_mnist": 2e-3, "dfc_fashion": 4e-4}  # the sources'
LENGTHS = {"mnist_1d": (5, 150), "psa_mnist": (5, 100), "dfc_mnist": (5, 40), "dfc_fashion": (5, 40)}  # runs, epochs
ROWS = (
    *(("mnist_1d", rule) for rule in ("BP", "FA", "DFA", LAST, "sign-symmetry", "Kolen-Pollack", "DRTP")),
    *(("mnist_1d", rule) for rule in ("centred FA", "TF", "noisy FA")),
    ("psa_mnist", "BP"),
    ("dfc_mnist", "BP"),
)
MORE = (("mnist_1d", "weight mirror"), ("mnist_1d", "sparse DFA"), ("mnist_1d", "sDFA"), ("mnist_1d", "NF"))


def cell(task: str, rule: str, lr: float, runs: int, epochs: int, seed: int = 0, device: str = "cpu") -> Cell:
    """A training of the first runs by the rule of that name, measured at four epochs."""
    return Cell(task, RULES[rule], range(runs), epochs, seed, learn_encoder=rule != LAST, every=max(epochs // 3, 1),
                lr=lr, device=device)  # fmt: skip


def rule_of(cell: Cell) -> str:
    """The name under which the tables have a cell's rule."""
    return next(name for name, rule in RULES.items() if rule == cell.feedback and (name == LAST) != cell.learn_encoder)


def published_rates(runs: int = 3, epochs: int = 30, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """MNIST-1D: two learning rates for four rules, judged on a held-out fifth of the training data."""
    task, lr = f"mnist_1d{tasks.HELD}", RATES["mnist_1d"]
    return [cell(task, rule, factor * lr, runs, epochs, seed, device) for rule in TRIED for factor in FACTORS]


# On MNIST: factors of the source's rate, rules and epochs of the grid. With PSA's one hidden layer FA is DFA.
GRIDS = {
    "dfc_mnist": ((0.25, 1.0), ("FA", "DFA", LAST, "sign-symmetry", "TF", "DRTP"), 6),
    "psa_mnist": ((1.0, 4.0), ("FA", LAST, "sign-symmetry", "TF", "DRTP"), 20),
}


def published_rates_mnist(runs: int = 2, epochs: int | None = None, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """MNIST as strong_dfc and PSA have it: two learning rates a rule, judged on a held-out fifth of the images.

    6 of 40 epochs and 20 of 100: what is chosen is the rate that does better early.
    """
    return [
        cell(f"{task}{tasks.HELD}", rule, factor * RATES[task], runs, epochs or length, seed, device)
        for task, (factors, rules, length) in GRIDS.items()
        for rule in rules
        for factor in factors
    ]


def published(runs: int | None = None, epochs: int | None = None, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """The first rows: ten rules on MNIST-1D, BP on MNIST, at the sources' full length."""
    return _at_length(ROWS, runs, epochs, seed, device)


def published_more(
    runs: int | None = None, epochs: int | None = None, seed: int = 0, device: str = "cpu"
) -> list[Cell]:
    """Four more rules on MNIST-1D at full length; their rate is FA's."""
    return _at_length(MORE, runs, epochs, seed, device)


def _at_length(
    rows: tuple[tuple[str, str], ...], runs: int | None, epochs: int | None, seed: int, device: str
) -> list[Cell]:
    cells = []
    for task, rule in rows:
        known = LENGTHS[task]
        lr = RATES[task] * (CHOSEN[rule] if task == "mnist_1d" else 1.0)
        cells.append(cell(task, rule, lr, runs or known[0], epochs or known[1], seed, device))
    return cells


# On MNIST, of `published_rates_mnist`, chosen before the rows were run: rule to the factor of the source's rate.
CHOSEN_ON_MNIST = {
    "psa_mnist": {"FA": 4.0, "sign-symmetry": 4.0, "Kolen-Pollack": 4.0, "DRTP": 4.0, "TF": 1.0, LAST: 4.0},
    "dfc_mnist": dict.fromkeys(("FA", "DFA", "sign-symmetry", "Kolen-Pollack", "DRTP", "TF", LAST), 1.0),
}
# On Fashion-MNIST the same network: the source's rate for every rule, as the grid chose on MNIST.
ON_FASHION = {"dfc_fashion": dict.fromkeys(("FA", "DFA", "sign-symmetry", LAST), 1.0)}


def published_psa(runs: int | None = None, epochs: int | None = None, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """The other rules at PSA's network on MNIST, at full length."""
    return _others("psa_mnist", runs, epochs, seed, device)


def published_dfc(runs: int | None = None, epochs: int | None = None, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """The other rules at strong_dfc's network on MNIST, at full length."""
    return _others("dfc_mnist", runs, epochs, seed, device)


def published_dfc_fashion(
    runs: int | None = None, epochs: int | None = None, seed: int = 0, device: str = "cpu"
) -> list[Cell]:
    """Four rules at strong_dfc's network on Fashion-MNIST, at full length; needs the whole data set (`fetch`)."""
    return _others("dfc_fashion", runs, epochs, seed, device)


def _others(task: str, runs: int | None, epochs: int | None, seed: int, device: str) -> list[Cell]:
    known, lr = LENGTHS[task], RATES[task]
    return [
        cell(task, rule, factor * lr, runs or known[0], epochs or known[1], seed, device)
        for rule, factor in (CHOSEN_ON_MNIST | ON_FASHION)[task].items()
    ]


def published_fashion(
    runs: int | None = None, epochs: int | None = None, seed: int = 0, device: str = "cpu"
) -> list[Cell]:
    """BP on Fashion-MNIST as strong_dfc has it, at full length; needs the whole data set (`fetch`)."""
    known = LENGTHS["dfc_fashion"]
    return [cell("dfc_fashion", "BP", RATES["dfc_fashion"], runs or known[0], epochs or known[1], seed, device)]
