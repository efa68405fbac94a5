"""The faults: what is wrong, where, and the line before and after."""

import ast
import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("faults.toml")


@dataclass(frozen=True)
class Fault:
    """A one-line fault.

    Args:
        what: in words.
        file: from the root of the repository.
        old, new: text before and after; `old` stands in the file exactly once.
        first: test files to try before all others.
        survives: why no check can see it, if none can.
    """

    what: str
    file: str
    old: str
    new: str
    first: tuple[str, ...] = ()
    survives: str = ""

    @property
    def name(self) -> str:
        """A short name that changes with the fault."""
        return hashlib.sha256("\0".join((self.file, self.old, self.new)).encode()).hexdigest()[:12]

    def put_into(self, root: Path) -> None:
        """Change the file under the root.

        Raises:
            ValueError: if the text to be changed is not there, or more than once.
        """
        path = root / self.file
        text = path.read_text(encoding="utf-8")
        if (times := text.count(self.old)) != 1:
            raise ValueError(f"{self.what}: {self.file} has the text to be changed {times} times, it must be once")
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")


def load(path: Path = LIST) -> list[Fault]:
    """All faults of a list."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["fault"]
    return [Fault(**entry | {"first": tuple(entry.get("first", ()))}) for entry in entries]


def likely(fault: Fault, root: Path) -> list[str]:
    """Test files that may see the fault: those that it names, those of its name, those that use its module."""
    module = Path(fault.file).with_suffix("").parts
    name, room = module[-1].lstrip("_"), module[-2]
    named, using = [], []
    for path in sorted((root / "tests").rglob("test_*.py")):
        where = str(path.relative_to(root))
        if where.startswith("tests/browser"):
            continue  # slow, and not for Python: `first` names them for a script's fault
        if path.stem in (f"test_{name}", f"test_{room}", f"test_{room}_{name}"):
            named.append(where)
        elif {name, room} & _words(path):
            using.append(where)
    return list(dict.fromkeys([*fault.first, *named, *using]))


def _words(path: Path) -> set[str]:
    """Names that a test file imports, and their parts."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found |= {*(node.module or "").split("."), *(alias.name for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {part for alias in node.names for part in alias.name.split(".")}
    return {word.lstrip("_") for word in found} - {"fa_lib", "fa_book"}
