"""What each room of the book may know: no circles, claims without pictures, pictures without claims."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in (ROOT / "fa_book").rglob("*.py")}
ABOVE = {
    "fa_book.ledger",
    "fa_book.ledger.again",
    "fa_book.ledger.forest",
    "fa_book.plans",
    "fa_book.__main__",
}  # these know all rooms, and no room knows them
SHARED = {"claims", "figures", "ranks", "studies", "tables"}
ACROSS = {  # room to the room that its chapter truly needs
    ("bottleneck", "decide"),  # B of less rank is a mixing of classes
    ("diagrams", "encoder_decoder"),  # the picture of the box
    ("one_law", "decide"),  # the same conditions, by the law
    ("one_law", "results"),  # NF where its units bend
    ("widgets", "alignment"),  # the power spectrum of a pattern
    ("published_numbers", "decide"),  # the errors' signs
    ("published_numbers", "systems"),  # rules of others
    ("systems", "random_layers"),  # the same reservoirs and sequences
    ("results", "alignment"),  # the spectral classes that are left out
    ("widgets", "decide"),  # the signal that is turned, and told wrong labels
    ("widgets", "one_law"),  # the account that is kept in the page, too
    ("results", "encoder_decoder"),  # shares in a dead zone
    ("widgets", "information"),  # the cases whose information is known
    ("coding_rate", "information"),  # the readings of a layer, here of one that climbs its coding rate
    ("decide", "information"),  # what a readout tells of a class
    ("drift", "information"),  # the readings of a layer, here of one that drifts
    ("random_layers", "information"),  # what a readout tells of a class
    ("information", "coding_rate"),  # one of the readings
}


def imported(path: Path) -> Iterator[str]:
    """Modules of the project that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: import by the whole name"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in FILES or f"{whole}.__init__" in FILES else node.module


EDGES = {name.removesuffix(".__init__"): set(imported(path)) for name, path in FILES.items()}


def room(name: str) -> str:
    """The folder or file right under fa_book."""
    return name.split(".")[1]


def test_no_file_imports_itself_by_way_of_others():
    order = [*TopologicalSorter({name: known & EDGES.keys() for name, known in EDGES.items()}).static_order()]
    assert set(order) == set(EDGES)
    assert not [name for name, path in FILES.items() if "TYPE_CHECKING" in path.read_text(encoding="utf-8")]


def test_rooms_know_each_other_only_where_a_chapter_needs_it():
    found = {
        (room(name), room(other))
        for name, known in EDGES.items()
        for other in known & EDGES.keys() - {"fa_book"}
        if name not in {"fa_book", *ABOVE}
    }
    assert {pair for pair in found if pair[0] != pair[1] and pair[1] not in SHARED} == ACROSS
    assert not [(name, other) for name, known in EDGES.items() for other in known & ABOVE if name not in ABOVE]


def test_pictures_know_no_claims_and_nobody_imports_the_tools():
    claims = {name for name in EDGES if room(f"{name}.") == "claims" or name.endswith(".claims")}
    assert len(claims) > 15
    # the ledger, and the widget in which the reader judges
    judges = claims | {"fa_book.ledger", "fa_book.ledger.again", "fa_book.ledger.forest", "fa_book.widgets.bar"}
    assert not [(name, other) for name, known in EDGES.items() for other in known & claims if name not in judges]
    assert not [name for name, known in EDGES.items() if any(other.split(".")[0] == "tools" for other in known)]


@pytest.mark.parametrize("module", ["fa_book.ledger", "fa_book.claims.verdict", "fa_book.claims.evidence"])
def test_claims_are_judged_without_matplotlib_and_torch(module):
    code = (
        f"import sys, {module}; print([name for name in ('matplotlib', 'torch', 'anywidget') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"
