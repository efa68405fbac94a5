"""More signals on MNIST, for what is said of signals in general. Written before their runs were made.

C30d was open: fifteen signals carry the target there, and its interval is over signals. The price set was sixty. So
every kind has four times as many, in the proportions of the fifteen: turned, lumped into groups, of low rank, with
random labels, with classes exchanged, through a random B. If the fifteen are typical, sixty decide in two cases of
three, and a hundred and twenty in nineteen of twenty.

Two looks are planned. The first is at all sixty (`decide_more`). Only if it leaves C30d open there is a second and last
one, with the same sixty signals made of the error in place of the target (`decide_further`): error channels on MNIST
belonged to the first plan of this experiment and were left out for time. The runs, their starts and the untrained
encoder are those of `decide`. No other claim is judged on them.
"""

from dataclasses import replace
from pathlib import Path

import xarray as xr

from fa_book.decide.decision import table
from fa_book.decide.label_corruption import Mixed, Told
from fa_book.decide.plan import FLOOR, GROUPS, TARGET, angle_of, experiment, published
from fa_book.decide.rules import Rotated
from fa_lib.feedback import BP, FA, Centred, Projection, Rule
from fa_lib.feedback.init import Initial
from fa_lib.sweep import Cell, blocks, named

RUNS = 5
CARRIERS = {"target": (TARGET, Projection()), "error": (BP(), FA())}  # through W_O and through a random B
ANGLES = (5, *(angle for angle in range(10, 180, 10) if angle != 90), 175)
RANKS = {0: (3, 4, 6, 7, 8, 9), 90: (1, 2, 5)}  # angle by which it is turned, too, to the ranks
SHARES = (0.25, 0.6, 0.75, 0.8, 0.9, 0.95)  # of labels replaced


def fifteen(base: Rule, random: Rule) -> dict[str, Rule]:
    """The fifteen signals of `decide`, of any carrier; `random` is the carrier with its B drawn at random."""
    made = {f"turned {a:g}": Rotated(base, a) for a in (0, *map(angle_of, GROUPS), 90, 135, 180)}
    made |= {f"{groups} groups": Mixed(base, "groups", groups) for groups in GROUPS}
    made |= {f"rank {rank}": Mixed(base, "rank", rank) for rank in (5, 2, 1)}
    made |= {f"noise {share:g}": Told(base, "noise", share) for share in (0.5, 1.0)}
    return made | {"classes exchanged": Mixed(base, "shift", 1), "random B": random}


def forty_five(base: Rule, random: Rule) -> dict[str, Rule]:
    """Forty-five others, in the same proportions."""
    made = {f"turned {a}": Rotated(base, a) for a in ANGLES}
    made |= {f"{groups} groups": Mixed(base, "groups", groups) for groups in (3, 4, 6, 7, 8, 9)}
    made |= {f"rank {rank}": Mixed(base, "rank", rank) for rank in RANKS[0]}
    made |= {f"rank {rank}, turned {a}": Rotated(Mixed(base, "rank", rank), a) for a in (90,) for rank in RANKS[a]}
    made |= {f"noise {share:g}": Told(base, "noise", share) for share in SHARES}
    made |= {f"classes exchanged, by {shift}": Mixed(base, "shift", shift) for shift in (2, 3, 5)}
    return made | {f"random B, {kind}": Initial(random, kind=kind) for kind in ("uniform", "orthogonal", "sparse")}


def signals(carrier: str) -> dict[str, object]:
    """Name to rule of the signals that are added: 45 that carry the target, 60 that carry the error; all centred."""
    base = CARRIERS[carrier]
    made = forty_five(*base) if carrier == "target" else fifteen(*base) | forty_five(*base)
    return {f"{carrier}, {name}": Centred(rule) for name, rule in made.items()}


def planned(carrier: str) -> dict[tuple[bool, str], Cell]:
    """Whether W_O learns, and the signal's name, to one run of it."""
    made = {}
    for learn in (False, True):
        intact = experiment("mnist_rows", learn)["target, turned 0"]
        for name, rule in signals(carrier).items():
            made[learn, name] = replace(intact, feedback=replace(intact.feedback, rule=rule))
    return made


def _cells(carrier: str, runs: int, epochs: int | None, seed: int, device: str) -> list[Cell]:
    return [
        replace(cell, runs=block, epochs=epochs or cell.epochs, seed=seed, device=device)
        for cell in planned(carrier).values()
        for block in blocks(runs, RUNS)
    ]


def decide_more(runs: int = RUNS, epochs: int | None = None, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """The first look: signals that carry the target."""
    return _cells("target", runs, epochs, seed, device)


def decide_further(runs: int = RUNS, epochs: int | None = None, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """The second look: signals that carry the error."""
    return _cells("error", runs, epochs, seed, device)


def tables(folder: str | Path) -> dict[bool, xr.Dataset]:
    """What C30d is judged on: whether W_O learns to the table of all signals on MNIST, see `decision.table`.

    Args:
        folder: of the merged files `decide.nc` and, where they are there, `decide_more.nc` and `decide_further.nc`.
    """
    first, made = published(Path(folder) / "decide.nc"), {}
    for learn in (False, True):
        results = first["mnist_rows", learn]
        every = {name: data for name, data in results.items() if name.startswith("target,")}
        for carrier, name in (("target", "decide_more"), ("error", "decide_further")):
            path = Path(folder) / f"{name}.nc"
            if path.exists():
                found = named(path, planned(carrier), whatever=["seed"])
                every |= {name: data for (learned, name), data in found.items() if learned == learn}
        made[learn] = table(every, results[FLOOR])
    return made
