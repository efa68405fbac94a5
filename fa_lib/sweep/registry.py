"""What a cell may name: rules, tasks and sets of measures, each registered by the module that owns it.

A sweep with a rule and a task of one's own, in a file `mine.py`::

    sweep.register(__name__, rules=[SignFA], tasks={"moons": make_moons})

A cell says their names alone. So whoever reads a cell, a worker of a cluster too, imports the owners first: a sweep
sends their names along, and a TOML file lists them, `modules = ["mine"]`.
"""

import importlib
import inspect
from collections.abc import Callable, Iterable, Mapping

RULES: dict[str, type] = {}  # the class's word to the class
TASKS: dict[str, Callable] = {}
MEASURES: dict[str, Mapping[str, Callable]] = {}  # a set's name to the set
_KINDS = {"rule": RULES, "task": TASKS, "record": MEASURES}
_OWNERS: dict[tuple[str, str], str] = {}  # kind and name to module


def register(
    owner: str,
    *,
    rules: Iterable[type] = (),
    tasks: Mapping[str, Callable] | None = None,
    measures: Mapping[str, Mapping[str, Callable]] | None = None,
) -> None:
    """Let cells name these rules, tasks and measures. A module may register its own again, and not another's.

    Args:
        owner: the module that registers, `__name__`.
        rules: dataclasses whose options are numbers, texts, truths, tuples of them, or rules.
        tasks: name to a function that makes a `Task`; of `seed`, `samples` and `test_samples` it gets those that it
            takes and the cell says.
        measures: name of a set to what `train(..., record=...)` takes.

    Raises:
        ValueError: for a name that another module has, or an owner that workers cannot import.
    """
    if owner == "__main__":
        raise ValueError("workers cannot import __main__: put what is registered into a file of its own and import it")
    if not isinstance(rules, Iterable):
        raise ValueError(f"rules must be a list of classes, such as [FA], got {rules!r}")
    given = {"rule": {rule.word(): rule for rule in rules}, "task": tasks or {}, "record": measures or {}}
    for kind, named in given.items():
        for name, value in named.items():
            if (first := _OWNERS.setdefault((kind, name), owner)) != owner:
                raise ValueError(f"{first} has registered a {kind} {name!r} already: choose another name in {owner}")
            _KINDS[kind][name] = value


def owners() -> tuple[str, ...]:
    """The modules that registered something."""
    return tuple(dict.fromkeys(_OWNERS.values()))


def load(modules: Iterable[str]) -> None:
    """Import owners, so that what they register is there; ValueError for one that cannot be imported."""
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise ValueError(f"{name} cannot be imported here: {error}; start from its folder or install it") from error


def find(kind: str, name):
    """What is registered as a "rule", "task" or "record" by this name; ValueError if nobody registered it."""
    if not isinstance(name, str) or name not in _KINDS[kind]:
        raise ValueError(f"{kind} must be one of {', '.join(_KINDS[kind])}, or be registered before, got {name!r}")
    return _KINDS[kind][name]


def takes(task: str) -> frozenset[str]:
    """What a task's function takes of a cell."""
    return frozenset(inspect.signature(find("task", task)).parameters) & {"seed", "samples", "test_samples"}
