"""Information set against alignment: rules that differ in what they tell, or in where they point."""

import math
from dataclasses import replace
from pathlib import Path

import xarray as xr

from fa_book.decide.label_corruption import Mixed, Told
from fa_book.decide.measures import SIGNAL
from fa_book.decide.rules import MeanOnly, Own, Rotated, Signs
from fa_lib.feedback import BP, FA, NF, Centred, Direct, Projection
from fa_lib.sweep import Cell, blocks, named, register

register(__name__, measures={"signal": SIGNAL})

TARGET = Own("target")  # minus y through W_O, the error with nothing answered
FLOOR = "encoder frozen"
DIGITS = {"samples": 10_000, "test_samples": 2000, "widths": (64, 32), "batch": 1000, "lr": 3e-3}
SHARES = (0.5, 0.75, 1.0)  # of labels replaced
GROUPS = (5, 2)  # of ten classes
BETWEEN = [f"error, turned {angle}" for angle in range(15, 180, 30)]


def unlabelled() -> dict[str, object]:
    """Two rules that hear no label, added after a first look at IBTask: growth of what is answered, and a constant.

    The first turns the error against the labels' mean around, so that answers drive themselves. The second pushes all
    samples alike.
    """
    return {
        "no label, answers grow": Rotated(Told(BP(), "mean"), 180),
        "no label, constant push": Mixed(TARGET, "sum"),
    }


def angle_of(groups: int, p: int = 10) -> float:
    """The angle, in degrees, between one-hot targets and the means of so many equal groups of them, both centred."""
    return round(math.degrees(math.acos(math.sqrt((groups - 1) / (p - 1)))), 1)


def pattern_rules() -> dict[str, object]:
    """The rules on IBTask by name: what is carried, what is done to it, how far it is turned."""
    made = {f"error, turned {a}": Rotated(BP(), a) for a in range(0, 181, 15)}
    made |= {f"target, turned {a}": Rotated(TARGET, a) for a in range(0, 181, 30)}
    for share in SHARES[::-1]:
        for a in (0, 90, 180):
            for name, base in (("error", BP()), ("target", TARGET)):
                made[f"{name}, noise {share:g}, turned {a}"] = Rotated(Told(base, "noise", share), a)
    made |= {
        "error, random B": FA(),
        "target, random B": Projection(),
        "error, random B, sum": Mixed(FA(), "sum"),
        "error, random B, difference": Mixed(FA(), "difference"),
        "target, random B, sum": Mixed(Projection(), "sum"),
        "target, random B, difference": Mixed(Projection(), "difference"),
        "error, mean only": MeanOnly(BP()),
        "error, told the mean": Told(BP(), "mean"),
        "error, neighbour's": Told(BP(), "neighbour's"),
        "target, neighbour's": Told(TARGET, "neighbour's"),
        "error, signs": Signs(BP()),
        "error, network": NF(),
        "error, classes exchanged": Mixed(BP(), "shift", 1),
        "target, classes exchanged": Mixed(TARGET, "shift", 1),
        "error, fresh noise 0.75, turned 0": Rotated(Told(BP(), "fresh noise", 0.75), 0),
        "error, fresh noise 0.75, turned 90": Rotated(Told(BP(), "fresh noise", 0.75), 90),
        "target, fresh noise 0.75, turned 0": Rotated(Told(TARGET, "fresh noise", 0.75), 0),
        "error, first W_O, turned 0": Rotated(Own(follow=False), 0),
        "error, first W_O, turned 90": Rotated(Own(follow=False), 90),
        "error, first W_O, turned 180": Rotated(Own(follow=False), 180),
        "error, centred, turned 0": Centred(Rotated(BP(), 0)),
        "error, centred, turned 180": Centred(Rotated(BP(), 180)),
    }
    return {name: Centred(rule) if name.startswith("target") else rule for name, rule in made.items()}


def digit_rules() -> dict[str, object]:
    """The rules on MNIST's ten classes by name: all carry the target, centred, and tell the same at every step."""
    made = {f"target, turned {a:g}": Rotated(TARGET, a) for a in (0, *map(angle_of, GROUPS), 90, 135, 180)}
    made |= {f"target, {groups} groups": Mixed(TARGET, "groups", groups) for groups in GROUPS}
    made |= {f"target, rank {rank}": Mixed(TARGET, "rank", rank) for rank in (5, 2, 1)}
    made |= {f"target, noise {share:g}": Told(TARGET, "noise", share) for share in (0.5, 1.0)}
    made |= {"target, classes exchanged": Mixed(TARGET, "shift", 1), "target, random B": Projection()}
    return {name: Centred(rule) for name, rule in made.items()}


def experiment(task: str, learn: bool) -> dict[str, Cell]:
    """One run of every condition on "ib" or "mnist_rows", W_O learning or frozen: name to cell."""
    by_name = pattern_rules() if task == "ib" else digit_rules()
    options = {"epochs": 600, "every": 75} if task == "ib" else {"epochs": 15, "every": 5} | DIGITS
    by_name |= unlabelled()
    options |= {"runs": (0,), "learn_decoder": learn, "record": "signal"}
    if not learn:  # with W_O frozen the first is the only one
        by_name = {name: rule for name, rule in by_name.items() if "first W_O" not in name}
    cells = {name: Cell(task, Direct(rule, ()), **options) for name, rule in by_name.items()}
    return cells | {FLOOR: Cell(task, Direct(BP(), ()), learn_encoder=False, **options)}


def decide(runs: int = 10, epochs: int | None = None, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """IBTask with all runs and MNIST with the first five, W_O learning and frozen; angles between at the end."""
    first, later = [], []
    for task, most in (("ib", runs), ("mnist_rows", min(runs, 5))):
        for learn in (False, True):
            for name, cell in experiment(task, learn).items():
                options = {"epochs": epochs or cell.epochs, "seed": seed, "device": device}
                several = [replace(cell, runs=block, **options) for block in blocks(most, 10)]
                (later if task == "ib" and name in BETWEEN else first).extend(several)
    return first + later


def published(path: str | Path) -> dict[tuple[str, bool], dict[str, xr.Dataset]]:
    """The merged results of this plan by the names that `experiment` gives.

    Args:
        path: of the merged file.

    Returns:
        Task and whether W_O learned, to name of the condition to Dataset; conditions that the file lacks are left out.
    """
    settings = [(task, learn) for task in ("ib", "mnist_rows") for learn in (False, True)]
    planned = {(setting, name): cell for setting in settings for name, cell in experiment(*setting).items()}
    found: dict[tuple[str, bool], dict[str, xr.Dataset]] = {setting: {} for setting in settings}
    for (setting, name), data in named(path, planned, whatever=["seed"]).items():
        found[setting][name] = data
    return found
