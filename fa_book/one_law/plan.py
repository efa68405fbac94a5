"""The law put to the test in networks: what is computed, and what was expected before it was.

Written and committed before any cell was computed. Known before: the proofs; the results of `fa_book.decide` on seed 0
and a pilot of Eq. 11's cosine there with 4 runs (rank correlation with the gain 0.86, information 0.72, cosine through
W_O 0.28); one look at 10 runs of 20 epochs to see that the measures work, in which B held 81 to 97 % of the variance of
the gain with the error's mean taken out. All seeds here are new ones (`SEED`).

1. **What goes with the gain** (`conditions`, IBTask, 5 runs). Over the conditions, the rank correlation of the
   readout's gain with Eq. 11's cosine at the encoder's weights, mean over training, is higher than with the information
   told, and higher than with the cosine through W_O at the same weights; with W_O frozen and learning. Criterion: the
   95 % interval of each difference lies above 0 over runs (paired t) and over conditions (bootstrap, 2000 draws).
   The gain is a sum over steps of lengths times this cosine, so a high correlation is the law at work and no discovery;
   that it beats information is not given by the law. With Eq. 11 from the first quarter of training alone no
   prediction is made, and the number is shown.
2. **W_O hardly enters** (`depths`, FA and DFA, networks of 1 to 3 layers). Of the variance of the instantaneous gain
   over 6 matrices B and 9 decoders, the error's mean taken out, W_O and its interaction with B hold less than 10 % in
   the median over moments in the paper's network (2 layers, FA). With the mean left in, more. With depth, more.
3. **Error or target** (the same cells). The gain under the target alone has the sign of that under the error in at
   least 95 % of moments and decoders, the mean taken out, in the paper's network.
4. **Order in time** (`order`, 40 runs, FA with W_O learning, every 5th epoch). The best readout comes within 80 degrees
   of B before W_O does, in more runs than the other way round (two-sided sign test, 5 %).
5. **Every layer** (`depths`). Under DFA and under the target to every layer, Eq. 11's cosine at the weights, mean over
   training, is above 0 in every layer of 3 (95 % interval over runs).
6. **Budget** (`budget`, 5 runs). Over the cells in which N or a fixed share q of random labels is varied, the held-out
   readout goes with N (1 - q)^2, rank correlation at least 0.9. Signs, a sparse B, rank one and seldom steps leave
   N (1 - q)^2 as it was: they end within 0.03 of the intact rule. Fresh noise averages out over steps: it ends above
   fixed noise of the same q.

One look at the results is planned: when all cells are there. Before any result was read the plan was cut for lack of
processor time: 5 runs in place of 20 or 10, 3 layers in place of 4, and, but in `order`, three times the task's
learning rate for 200 epochs in place of 600 to 1000 at the task's own.
"""

from dataclasses import replace
from pathlib import Path

import xarray as xr

from fa_book.decide import plan as decide
from fa_book.decide.label_corruption import Mixed, Told
from fa_book.decide.rules import Signs
from fa_book.one_law.measures import BUDGET, LAW, LAYERS, TURNING
from fa_book.one_law.thinning import Few, Polar, Sometimes, Sparse
from fa_lib.feedback import BP, DFA, FA, NFA, Centred, Chained, Direct, Projection, Rule
from fa_lib.sweep import Cell, blocks, named, register

register(__name__, measures={"law": LAW, "law layers": LAYERS, "law budget": BUDGET, "law turning": TURNING})

SEED = 1800  # of no other experiment of the book
FASTER = {"lr": 3e-3, "epochs": 200, "every": 40}  # three times the task's rate, for a third of the steps
ALL = 2458  # told samples where none is left out but those that are kept for the readout's test
NUMBERS = (32, 128, 512)
NOISE = (0.0, 0.5, 0.75)
CARRIERS = {"error": FA(), "target": Projection()}


def conditions(task: str, learn: bool) -> dict[str, Cell]:
    """The conditions of `decide` on "ib" or "mnist_rows", W_O learning or frozen, with the law's measures."""
    faster = FASTER if task == "ib" else {}
    experiment = decide.experiment(task, learn)
    return {name: replace(cell, record="law", seed=SEED, **faster) for name, cell in experiment.items()}


def depths() -> dict[tuple[str, int, bool], Cell]:
    """Rule, number of hidden layers, and whether W_O learns, to cell: IBTask with 1 to 3 layers."""
    rules = {
        "BP": Chained(BP()),
        "FA": Direct(FA(), ()),
        "FA, chained": Chained(FA()),
        "DFA": DFA(),
        "DFA, centred": Direct(Centred(FA())),
        "target": Direct(Centred(Projection())),
        "NFA": Direct(NFA(sigma=1.0), ()),
    }
    made = {}
    for deep in (1, 2, 3):
        for name, rule in rules.items():
            if deep == 1 and name in ("FA, chained", "DFA"):  # those are FA there
                continue
            for learn in (False, True):
                options = FASTER | {"learn_decoder": learn, "record": "law layers", "seed": SEED}
                made[name, deep, learn] = Cell("ib", rule, (0,), widths=(8,) * (deep - 1) + (4,), **options)
    return made


def digits() -> dict[str, Cell]:
    """Rules of a network of 3 layers on MNIST, the signal as it is and with all its directions alike."""
    rules = {
        "BP": Chained(BP()),
        "FA, chained": Chained(FA()),
        "DFA": DFA(),
        "target": Direct(Centred(Projection())),
        "FA, chained, round": Chained(Polar(FA())),
        "DFA, round": Direct(Polar(FA())),
        "target, round": Direct(Polar(Centred(Projection()))),
    }
    options = decide.DIGITS | {"widths": (64, 64, 32), "epochs": 15, "every": 5, "record": "law layers", "seed": SEED}
    return {name: Cell("mnist_rows", rule, (0,), **options) for name, rule in rules.items()}


def order() -> dict[str, Cell]:
    """FA with W_O learning, looked at often."""
    options = {"epochs": 600, "every": 5, "record": "law turning", "seed": SEED}
    return {"FA": Cell("ib", Direct(FA(), ()), (0,), **options)}


def thinned(base: Rule, all_told: int) -> dict[tuple[str, int, float], Rule]:
    """Way of thinning, told samples N and share q of random labels, to rule; `all_told` where no sample is left out."""
    noisy = {q: Centred(Told(base, "noise", q) if q else base) for q in (*NOISE, 0.9)}
    fresh = {q: Centred(Told(base, "fresh noise", q)) for q in (0.5, 0.75, 0.9)}
    rules = {("fixed noise", n, q): Few(noisy[q], n) for n in (*NUMBERS, all_told) for q in NOISE}
    rules["fixed noise", all_told, 0.9] = Few(noisy[0.9], all_told)
    rules |= {("fresh noise", n, q): Few(rule, n) for n in (128, all_told) for q, rule in fresh.items()}
    for n in (128, all_told):
        rules |= {
            ("sparse B", n, 0.0): Few(Sparse(Centred(base)), n),
            ("rank one", n, 0.0): Few(Centred(Mixed(base, "rank", 1)), n),
            ("a fifth of steps", n, 0.0): Sometimes(Few(Centred(base), n), 0.2),
            ("a twentieth of steps", n, 0.0): Sometimes(Few(Centred(base), n), 0.05),
        }
        if isinstance(base, FA):
            rules["signs", n, 0.0] = Few(Centred(Signs(base)), n)
    return rules


def budget() -> dict[tuple[str, str, int, float], Cell]:
    """Carrier, way of thinning, told samples N and share q of random labels, to cell; W_O frozen."""
    options = FASTER | {"learn_decoder": False, "record": "law budget", "seed": SEED}
    made = {}
    for carrier, base in CARRIERS.items():
        rules = thinned(base, ALL)
        made |= {(carrier, *name): Cell("ib", Direct(rule, ()), (0,), **options) for name, rule in rules.items()}
    floor = Cell("ib", Direct(BP(), ()), (0,), learn_encoder=False, **options)
    return made | {("encoder frozen", "", 0, 0.0): floor}


RUNS = {"order": 40}  # of a part, where it is not 5
RULES = ("BP", "FA", "DFA", "target")  # of `depths`, those that predictions name


def planned() -> dict[tuple, Cell]:
    """Every condition by the part of the experiment and its name there, the important ones first."""
    made = {("order", name): cell for name, cell in order().items()}
    made |= {("depths", *name): cell for name, cell in depths().items()}
    made |= {("conditions", "ib", False, name): cell for name, cell in conditions("ib", False).items()}
    made |= {("budget", *name): cell for name, cell in budget().items()}
    made |= {("conditions", "ib", True, name): cell for name, cell in conditions("ib", True).items()}
    made |= {("digits", name): cell for name, cell in digits().items()}
    return made | {("conditions", "mnist_rows", False, name): c for name, c in conditions("mnist_rows", False).items()}


def _cells(names, runs: int | None, epochs: int | None, seed: int, device: str) -> list[Cell]:
    cells, every = [], planned()
    for name in names:
        cell = every[name]
        options = {"epochs": epochs or cell.epochs, "seed": seed, "device": device}
        block = range(min(RUNS.get(name[0], 5), runs or 1000))
        cells += [replace(cell, runs=some, **options) for some in blocks(len(block), 20)]
    return cells


def _early(name: tuple) -> bool:
    return name[0] == "order" or (name[0] == "depths" and name[1] in RULES)


def one_law(runs: int | None = None, epochs: int | None = None, seed: int = SEED, device: str = "cpu") -> list[Cell]:
    """The order in time and the depths of four rules: predictions 2 to 5."""
    return _cells(filter(_early, planned()), runs, epochs, seed, device)


def one_law_further(
    runs: int | None = None, epochs: int | None = None, seed: int = SEED, device: str = "cpu"
) -> list[Cell]:
    """All the rest: predictions 1 and 6, other rules, and MNIST."""
    return _cells((name for name in planned() if not _early(name)), runs, epochs, seed, device)


def published(path: str | Path) -> dict[tuple, xr.Dataset]:
    """The merged results by the names of `planned`, of whatever seed; what the file lacks is left out.

    The runs of a second look (`fa_book.one_law.more`) are added where their file lies beside it.
    """
    found, more = named(path, planned(), whatever=["seed"]), Path(path).with_name("one_law_more.nc")
    further = named(more, planned(), whatever=["seed"]) if more.exists() else {}
    for name in further.keys() & found.keys():
        both = [found[name], further[name]]
        found[name] = xr.concat(both, "run", join="exact", data_vars="minimal", coords="minimal", compat="override",
                                combine_attrs="override")  # fmt: skip
    return found
