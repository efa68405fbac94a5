"""Names for the conditions of a sweep, as legends and tables show them: "FA", "FA, gamma", "TF, K term 100".

A condition is a cell without its runs. Its name starts with the rule, so that it has the rule's colour, says what is
switched on or off, and then as much else as tells it from the sweep's other conditions.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace

from fa_lib.sweep.cells import INNER, Cell, describe, listed
from fa_lib.sweep.registry import find

# In this order, and only where conditions would otherwise have one name; then whatever else a cell has.
INSIDE = "rules inside"  # asked for last: two wrappers may differ in nothing else
TELLING = ("task", "lr", "batch", "bin_size", "samples", "test_samples", "widths", "optimizer", "nonlinearity")


def condition(cell: Cell) -> Cell:
    """The cell without its runs: the same for all blocks of a condition."""
    return replace(cell, runs=(0,))


def labels(cells: Iterable[Cell]) -> dict[Cell, str]:
    """Condition to name, in the order of a sweep's cells; cells of one condition, and no others, share it."""
    conditions = list(dict.fromkeys(map(condition, listed(cells))))
    names = {cell: ", ".join(_first_words(cell)) for cell in conditions}
    own = dict.fromkeys(name for cell in conditions for name, _ in _options(describe(cell.feedback)))
    others = [field.name for field in fields(Cell) if field.name not in (*TELLING, "feedback", "runs")]
    for option in (*own, *TELLING, *others, INSIDE):
        if len(set(names.values())) == len(conditions):
            break
        alike: dict[str, list[Cell]] = {}
        for cell, name in names.items():
            alike.setdefault(name, []).append(cell)
        for name, several in alike.items():
            values = {cell: _value(cell, option) for cell in several}
            if len(set(values.values())) > 1:
                names |= {cell: ", ".join(filter(None, (name, _words(option, values[cell])))) for cell in several}
    return names


def in_words(cell: Cell, names: Mapping[Cell, str]) -> str:
    """The cell as people say it, by the names of its sweep: "ib: FA, runs 0 to 4"."""
    runs = f"run {cell.runs[0]}" if len(cell.runs) == 1 else f"runs {cell.runs[0]} to {cell.runs[-1]}"
    return f"{cell.task}: {names[condition(cell)]}, {runs}"


def _first_words(cell: Cell) -> Iterator[str]:
    rule, around = describe(cell.feedback), []
    while words := find("rule", rule["rule"]).around:
        around.append(words)
        rule = rule[INNER]
    yield rule["rule"]
    if rule.get("decorrelate"):
        yield f"K term {_number(rule['decorrelate'])}"
    yield from reversed(around)
    if cell.scale:
        yield "gamma"
    if not cell.learn_decoder:
        yield "W_O frozen"
    if not cell.learn_encoder:
        yield "encoder frozen"


def _options(description: dict) -> Iterator[tuple[str, object]]:
    for name, value in description.items():
        if name == INNER:
            yield from _options(value)
        elif name not in ("rule", "decorrelate"):  # those are said in any case
            yield name, tuple(value) if isinstance(value, list) else value


def _value(cell: Cell, option: str):
    rule, inside = describe(cell.feedback), []
    if option != INSIDE:
        return getattr(cell, option) if hasattr(cell, option) else dict(_options(rule)).get(option)
    while (rule := rule.get(INNER)) is not None:
        inside.append(rule["rule"])
    return " of ".join(inside)


def _words(option: str, value) -> str:
    if value is None:  # the task's own, or an option that this rule does not have
        return ""
    if isinstance(value, bool):
        return option if value else f"not {option}"
    if isinstance(value, int | float):
        return f"{option} {_number(value)}"
    if isinstance(value, tuple):
        return f"{option} {' '.join(map(str, value)) or 'none'}"
    return str(value)


def _number(value: float) -> str:
    return repr(value).removesuffix(".0")
