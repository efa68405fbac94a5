"""Who may know whom: the library knows nothing of the book, its rooms know only those below, nothing goes in circles.

All of it is read from the files, so that an import within a function counts too. `fa_lib/__init__.py` names its rooms
as texts and loads them on first use; it is the only one that may.
"""

import ast
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path

import pytest

from tools.imports import file_of, imported

ROOT = Path(__file__).parents[1]
BASE = {"random", "check", "record", "statistics", "tanh"}  # single files
LEARNED = {"feedback", "networks", "tasks", "information", "probes"}
MAY_KNOW = {  # a room of the library: the rooms that it may import
    **{name: set() for name in BASE},
    "feedback": {"random", "check", "tanh"},
    "nn": {"feedback", "check"},
    "networks": {"random", "check", "tanh"},
    "tasks": {"random", "check"},
    "information": {"random", "check"},
    "dynamics": {"random", "check"},
    "probes": {
        "random",
        "check",
        "record",
        "tanh",
        "information",
        "feedback",
        "networks",
    },  # networks: slopes of nonlinearities
    "training": BASE | LEARNED,
    "sweep": BASE | {"training", "tasks", "feedback", "probes"},
    "__main__": {"sweep"},
}
NAMES = 180  # that the library's rooms offer, at most


def name_of(file: Path) -> str:
    """A file's module: a.b for a/b.py and a/b/__init__.py."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules(package: str) -> dict[str, set[str]]:
    """Every module of a package and the modules of this project that it imports, anywhere in it."""
    files = sorted((ROOT / package).rglob("*.py"))
    return {name_of(file): set().union(*map(_imports, ast.walk(ast.parse(file.read_text())))) for file in files}


def _imports(node: ast.AST) -> set[str]:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
    if isinstance(node, ast.ImportFrom):  # from a import b: a.b if that is a module, else something that a has
        whole = {name: f"{node.module}.{name}" for name in names}
        names = [whole[name] if file_of(ROOT, whole[name]) else node.module for name in names]
    return {name for name in names if name.split(".")[0] in ("fa_lib", "fa_book", "tools")}


def room_of(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


@pytest.mark.parametrize("room", sorted({room_of(name) for name in modules("fa_lib")} - {""}))
def test_a_room_of_the_library_knows_only_those_below(room):
    known = {other for name, others in modules("fa_lib").items() if room_of(name) == room for other in others}
    assert {name for name in known if not name.startswith("fa_lib.")} == set()
    assert {room_of(name) for name in known} - {room} <= MAY_KNOW[room]


def test_the_library_s_front_door_loads_nothing():
    assert modules("fa_lib")["fa_lib"] == set()


def test_nobody_knows_the_tools():
    for package in ("fa_lib", "fa_book"):
        assert {
            name: others for name, others in modules(package).items() if any(_of(other, "tools") for other in others)
        } == {}
    for chapter in (ROOT / "book").glob("*.md"):
        assert "import tools" not in chapter.read_text()
        assert "from tools" not in chapter.read_text()


def _of(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def reached(start: str) -> set[str]:
    """The modules that a module imports, and those that they import."""
    graph, found, waiting = modules("fa_lib") | modules("fa_book"), set(), [start]
    while waiting:
        new = graph.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def third_party(name: str) -> set[str]:
    return {found.split(".")[0] for found in imported(file_of(ROOT, name).read_text())} - sys.stdlib_module_names


def test_claims_draw_nothing_and_figures_judge_nothing():
    judging = {name for name in modules("fa_book") if room_of(name) == "claims" or name.endswith(".claims")}
    assert {"fa_book.claims.verdict", "fa_book.drift.claims"} <= judging
    for name in judging:
        drawing = {other for other in {name, *reached(name)} if "matplotlib" in third_party(other)}
        assert drawing == set(), f"{name} reaches matplotlib"
    assert {other for other in reached("fa_book.figures") if "claims" in other} == set()


def test_the_exact_dynamics_need_no_torch():
    assert {name for name in modules("fa_lib") if room_of(name) == "dynamics" and "torch" in third_party(name)} == set()


def test_no_imports_in_a_circle():
    graph = modules("fa_lib") | modules("fa_book")
    assert len(list(TopologicalSorter(graph).static_order())) == len(graph)  # raises CycleError, which names the circle


def test_no_imports_for_a_type_checker_alone():
    files = [file for package in ("fa_lib", "fa_book", "tools") for file in (ROOT / package).rglob("*.py")]
    assert [name_of(file) for file in files if "TYPE_CHECKING" in file.read_text()] == []


def test_the_rooms_say_what_they_offer_and_it_is_not_too_much():
    rooms = sorted(file.parent.name for file in (ROOT / "fa_lib").glob("*/__init__.py"))
    offered = {room: import_module(f"fa_lib.{room}").__all__ for room in rooms}
    for room, names in offered.items():
        assert len(names) == len(set(names)), room
        assert [name for name in names if not hasattr(import_module(f"fa_lib.{room}"), name)] == []
    assert 50 < sum(map(len, offered.values())) <= NAMES


def test_importing_the_library_loads_next_to_nothing():
    heavy = ["matplotlib", "pandas", "scipy.stats", "xarray", "fa_book"]
    code = f"import torch, sys, fa_lib; print([name for name in {heavy} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"
