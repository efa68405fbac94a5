"""The list of faults fits the code, and the hunt catches one, and lets pass what changes nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.mutate.__main__ import table
from tools.mutate.faults import Fault, likely, load
from tools.mutate.hunt import Catch, hunt

ROOT = Path(__file__).parents[2]
FAULTS = load()


def test_there_are_enough_of_many_kinds():
    assert len(FAULTS) >= 60
    assert len({fault.name for fault in FAULTS}) == len({fault.what for fault in FAULTS}) == len(FAULTS)
    assert len({fault.file for fault in FAULTS}) >= 25
    assert sum(fault.file.endswith(".js") for fault in FAULTS) >= 10


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_each_changes_one_line_of_what_is_there(fault):
    assert (ROOT / fault.file).read_text(encoding="utf-8").count(fault.old) == 1
    before, after = fault.old.splitlines(), fault.new.splitlines()
    assert len(before) == len(after)
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 1
    assert all((ROOT / name).is_file() for name in fault.first)
    if fault.file.endswith(".py"):
        text = (ROOT / fault.file).read_text(encoding="utf-8").replace(fault.old, fault.new)
        compile(text, fault.file, "exec")


def test_likely_tests_come_first():
    found = likely(Fault("", "fa_lib/information/_entropy.py", "", ""), ROOT)
    information = "tests/fa_lib/information/test_information"
    assert found[:2] == [f"{information}.py", f"{information}_entropy.py"]
    seeds, centred = "tests/fa_lib/test_seeds.py", "tests/fa_lib/feedback/test_centred.py"
    assert likely(Fault("", "fa_lib/feedback/centred.py", "", "", first=(seeds,)), ROOT)[:2] == [seeds, centred]


@pytest.fixture
def small(tmp_path):
    """A tree with one module and one test."""
    for name, text in {
        "fa_lib/__init__.py": "",
        "fa_lib/double.py": "def double(x):\n    return 2 * x  # twice\n",
        "tests/test_double.py": "from fa_lib.double import double\n\n\ndef test_double():\n    assert double(3) == 6\n",
        "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n',
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / ".venv").mkdir()
    return tmp_path


def test_a_fault_is_caught_by_its_test_and_the_tree_stays_as_it_was(small):
    before = (small / "fa_lib/double.py").read_text()
    catch = hunt(Fault("three times", "fa_lib/double.py", "2 * x", "3 * x"), small, notebooks=False)
    assert (catch.by, catch.kind) == ("tests/test_double.py::test_double", "pytest")
    assert (small / "fa_lib/double.py").read_text() == before


def test_what_changes_nothing_survives(small):
    fault = Fault("a comment", "fa_lib/double.py", "# twice", "# two times", survives="it changes nothing")
    catch = hunt(fault, small, notebooks=False)
    assert (catch.by, catch.kind) == ("", "")
    said = table([fault], {fault.name: catch})
    assert "SURVIVES: it changes nothing" in said
    assert "0 of 1 faults caught (0 %)" in said


def test_a_fault_that_does_not_fit_is_refused(small):
    with pytest.raises(ValueError, match="has the text to be changed 0 times, it must be once"):
        hunt(Fault("no such line", "fa_lib/double.py", "4 * x", "x"), small)


def test_the_table_counts_what_caught_the_faults():
    faults = [Fault(what, "a.py", what, "") for what in ("one", "two", "three")]
    catches = zip(faults, (Catch("t", "pytest", 1.0), Catch("t", "pytest", 1.0), Catch("n", "nbval", 1.0)), strict=True)
    said = table(faults, {fault.name: catch for fault, catch in catches})
    assert said.endswith("3 of 3 faults caught (100 %), by: pytest 2, nbval 1")


def test_unknown_words_are_refused():
    command = [sys.executable, "-m", "tools.mutate", "--only", "no such fault"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "no fault holds 'no such fault'" in answer.stderr
