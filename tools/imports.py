"""Which files a text of Python imports, by reading it: nothing is run. Names are those of packages under one root."""

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path


def imported(source: str) -> set[str]:
    """Dotted names that a text imports anywhere in it, also within functions.

    Args:
        source: of Python.

    Returns:
        Modules, and what is taken from them: `from a import b` gives a and a.b, for b may be a module too.

    Raises:
        SyntaxError: for something that is no Python.
        ValueError: for a relative import, which says nothing without its file.
    """
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise ValueError(f"line {node.lineno} imports relatively; write the module's whole name")
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def file_of(root: Path, name: str) -> Path | None:
    """The file of a module or package under the root, None if the name is neither."""
    path = root.joinpath(*name.split("."))
    return next((file for file in (path / "__init__.py", path.with_suffix(".py")) if file.is_file()), None)


def files(root: Path, names: Iterable[str]) -> set[Path]:
    """The files under the root that are run when these names are imported: theirs, their packages', and so on.

    Args:
        root: the folder of the packages.
        names: dotted, as of `imported`; those of other packages count for nothing.
    """
    found: set[Path] = set()
    waiting = list(names)
    while waiting:
        parts = waiting.pop().split(".")
        for length in range(1, len(parts) + 1):
            file = file_of(root, ".".join(parts[:length]))
            if file is not None and file not in found:
                found.add(file)
                waiting += _names(file, file.stat().st_mtime_ns)
    return found


@cache
def _names(file: Path, changed: int) -> tuple[str, ...]:
    return tuple(sorted(imported(file.read_text(encoding="utf-8"))))
