"""The cells of a sweep by name: a plan, or a TOML file of one's own.

A file says `runs`, `epochs`, `task` and `[[feedback]]`, and whatever else a cell has. A list stands for each of its
values, and the sweep has every combination:

    runs = 10                  # runs 0 to 9 ...
    block = 5                  # ... in cells of 5 runs each; all in one cell if left out
    epochs = 200
    task = "ib"                # or ["ib", "ib_regression"]
    scale = [false, true]
    lr = [0.003, 0.01]         # the task's own if left out; so are batch, samples, test_samples, widths,
                               # optimizer ("adam" or "sgd") and nonlinearity ("tanh", "relu" or "linear")
    widths = [[8, 4], [16, 4]]

    [[feedback]]
    rule = "FA"

    [[feedback]]
    rule = "NFA"
    sigma = [1e-4, 1e-3, 1e-2]

    [[feedback]]
    rule = "Centred"
    channel = {rule = "FA"}    # the rule within

Rules, tasks and sets of measures of one's own are registered by a module (see `fa_lib.sweep.register`), which the file
names: `modules = ["mine"]`.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from itertools import product
from pathlib import Path

from fa_lib import check
from fa_lib.sweep import registry
from fa_lib.sweep.cells import INNER, Cell, blocks, described, options_of

Plans = Mapping[str, Callable[..., list[Cell]]]  # name to a function of runs, epochs, seed and device

FIELDS = {field.name: field.type for field in fields(Cell) if field.name not in ("feedback", "runs")}
LISTS = ("widths", "layers")  # whose one value is a list
WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
KEYS = ("runs", "block", *FIELDS, "feedback", "modules")


def cells_of(
    name: str | Path,
    *,
    plans: Plans | None = None,
    runs: int | None = None,
    epochs: int | None = None,
    seed: int | None = None,
    device: str | None = None,
) -> list[Cell]:
    """The cells of a sweep.

    Args:
        name: of a plan, or the path of a TOML file, as a text or a `Path`; `fa_lib.sweep.own` describes the file.
        plans: those that can be named; none if None.
        runs, epochs, seed, device: instead of the plan's or the file's own.

    Raises:
        ValueError: for a name that is neither, or a file that does not say a sweep.
    """
    options = {"runs": (runs, int), "epochs": (epochs, int), "seed": (seed, int), "device": (device, str)}
    given = {option: _typed(option, *value) for option, value in options.items() if value[0] is not None}
    known = isinstance(name, str | Path)
    if plans and known and name in plans:
        return plans[name](**given)
    if not known or not Path(name).is_file():
        named = f"one of {', '.join(plans)} or " if plans else ""
        raise ValueError(f"a sweep is {named}the path of a TOML file; there is no file {str(name)!r}")
    try:
        said = tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{name} cannot be read as TOML: {error}") from error
    try:
        return _cells(said | given)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _cells(said: dict) -> list[Cell]:
    if unknown := sorted(said.keys() - set(KEYS)):
        raise ValueError(f"there is no key {', '.join(unknown)}; the keys are {', '.join(KEYS)}")
    modules = _several("modules", said.pop("modules")) if "modules" in said else []
    registry.load([_typed("modules", module, str) for module in modules])
    if lacking := [key for key in ("runs", "epochs", "task", "feedback") if key not in said]:
        raise ValueError(f"{', '.join(lacking)} must be given; the task is one of {', '.join(registry.TASKS)}")
    runs = _typed("runs", said.pop("runs"), int)
    size = _typed("block", said.pop("block", runs), int)
    tables = said.pop("feedback")
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise ValueError(f"feedback must be one or more tables, each headed [[feedback]], with a rule, got {tables!r}")
    rules = [described(options) for table in tables for options in _descriptions(table)]
    grid = [[_typed(key, value, FIELDS[key]) for value in _several(key, values)] for key, values in said.items()]
    cells = [
        Cell(feedback=rule, runs=block, **dict(zip(said, values, strict=True)))
        for block in blocks(runs, size)
        for values in product(*grid)
        for rule in rules
    ]
    names = [cell.name for cell in cells]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"the same training is asked for twice, {twice[0]}; take out what is doubled")
    return cells


def _several(key: str, values) -> list:
    one = not isinstance(values, list) or (key in LISTS and not any(isinstance(value, list) for value in values))
    values = [values] if one else values
    if not values:
        raise ValueError(f"{key} must be a value or a list of values, got an empty list")
    return values


def _descriptions(table: Mapping) -> Iterator[dict]:
    """Every rule that a table stands for, as `cells.described` takes it."""
    if table.get("rule") not in registry.RULES:
        raise ValueError(
            f"each feedback needs a rule, one of {', '.join(registry.RULES)}, got {table.get('rule')!r}; one of your "
            "own needs its module, modules = [...]"
        )
    rule, kinds = table["rule"], {"rule": str} | options_of(registry.RULES[table["rule"]])
    choices = []
    for name, values in table.items():
        several = _several(name, values)
        if name == INNER and not all(isinstance(value, dict) for value in several):
            raise ValueError(f'the channel of {rule} must be a table such as {{rule = "FA"}}, got {values!r}')
        if all(isinstance(value, dict) for value in several):
            choices.append([inner for value in several for inner in _descriptions(value)])
        else:  # an option that is not there is refused by `described`
            choices.append([_typed(name, value, kinds.get(name), in_cell=False) for value in several])
    if INNER in kinds and INNER not in table:
        raise ValueError(f'{rule} needs a channel, such as channel = {{rule = "FA"}}')
    for values in product(*choices):
        yield dict(zip(table, values, strict=True))


def _typed(name: str, value, kind, *, in_cell: bool = True):
    """The value, if it is of the kind, a type or one "or None"; whole numbers do for others.

    Numbers of a cell are 1 or more, or above 0. A rule looks after the range of its numbers by itself, and after values
    of other types than `WORDS` has.
    """
    if name in LISTS:
        if not isinstance(value, list) or not all(check.is_whole(number) for number in value):
            raise ValueError(f"{name} must be a list of whole numbers, or a list of such lists, got {value!r}")
        return tuple(value)
    kind = next((one for one in WORDS if kind in (one, one | None)), None)
    if kind is float and type(value) is int:
        value = float(value)
    if kind is not None and type(value) is not kind:
        raise ValueError(f"{name} must be {WORDS[kind]}, got {value!r}")
    if in_cell and kind is int:
        return check.whole(name, value, 0 if name == "seed" else 1)
    return check.positive(name, value) if in_cell and kind is float else value
