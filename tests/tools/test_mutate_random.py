"""Random mutations: what the operators change and leave alone, which tests are run for one, a hunt from end to end."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tools.mutate.operators import Mutant, is_python, mutants
from tools.mutate.random_mutants import EXPLAINED, difference, drawn, explained, run, table
from tools.mutate.sight import Found, Sight

ROOT = Path(__file__).parents[2]


def changed(text: str) -> dict[str, set[str]]:
    """Kind of change to the texts that it makes of this one."""
    found = {}
    for mutant in mutants("fa_lib/a.py", text):
        found.setdefault(mutant.operator, set()).add(mutant.of(text))
    return found


@pytest.mark.parametrize(
    ("text", "operator", "expected"),
    [
        ("a < b", "comparison", {"(a <= b)"}),
        ("a >= b", "comparison", {"(a > b)"}),
        ("a == b", "comparison", {"(a != b)"}),
        ("a in b", "comparison", {"(a not in b)"}),
        ("0 < a <= 9", "comparison", {"(0 <= a <= 9)", "(0 < a < 9)"}),
        ("a + b", "arithmetic", {"(a - b)"}),
        ("a // b", "arithmetic", {"(a * b)"}),
        ("a ** b", "arithmetic", {"(a * b)"}),
        ("a / b", "right side dropped", {"a"}),
        ("known | {'H': h}", "right side dropped", {"known"}),
        ("a and b", "and, or", {"(a or b)"}),
        ("a and b", "condition dropped", {"a", "b"}),
        ("not a", "not, minus", {"a"}),
        ("-a", "not, minus", {"a"}),
        ("~a", "not, minus", {"a"}),
        ("x = True", "truth", {"x = False"}),
        ("x = 2", "constant", {"x = 3"}),
        ("x = 0.5", "constant", {"x = 1.0"}),
        ("x = 0.0", "constant", {"x = 1.0"}),
        ("x = a if b else c", "branch taken", {"x = a", "x = c"}),
        ("if a:\n    b = c", "condition negated", {"if (not a):\n    b = c"}),
        ("def f():\n    return a", "returns None", {"def f():\n    return None"}),
        ("f(a)", "statement removed", {"pass"}),
        ("a += b", "statement removed", {"pass"}),
        ("a += b", "arithmetic", {"a -= b"}),
        ("x = f(a, b, c)", "arguments swapped", {"x = f(b, a, c)", "x = f(a, c, b)"}),
        ("x = f(a, dim=2, b=c)", "keyword dropped", {"x = f(a, b=c)", "x = f(a, dim=2)"}),
        ("x = a[1:]", "slice", {"x = a[:]"}),
        ("x = a[:n]", "slice", {"x = a[:n + 1]", "x = a[:]"}),
        ("x = h.detach()", "method dropped", {"x = h"}),
        ("x = a @ h.mT", "method dropped", {"x = a @ h"}),
    ],
)
def test_an_operator_makes_its_change(text, operator, expected):
    assert changed(text).get(operator) == expected


@pytest.mark.parametrize(
    "text",
    [
        '"""Twice 2 + 2."""',
        "import a.b\nfrom c import d",
        "raise ValueError(f(1 + 1), 'more than', 3)",
        "warnings.warn(f(2), stacklevel=2)",
        "x: dict[1, 2 | 3]",
        "def f(a: g(1)) -> g(2): ...",
        "@cache(size=3)\ndef f(): ...",
        "def __repr__(self):\n    return 1 + 1",
        "__all__ = [*a, 1]\n__all__ += [2]",
        "x = f'{a + 1} of {b:.3f}'",
        "x = isinstance(a, b)",
    ],
)
def test_what_no_test_should_look_at_is_left_alone(text):
    assert changed(text) == {}


def test_a_change_stands_in_its_place_behind_letters_of_two_bytes():
    assert changed("é = é + 1  # é\n")["arithmetic"] == {"é = (é - 1)  # é\n"}


def test_each_mutation_of_the_library_is_another_python_program():
    texts = {"fa_lib/check.py": (ROOT / "fa_lib/check.py").read_text("utf-8")}
    listed = drawn(texts, 10_000, 0)
    assert len(listed) > 50
    for mutant in listed:
        text = mutant.of(texts[mutant.file])
        assert is_python(text)
        assert text != texts[mutant.file]
        assert difference(mutant, texts[mutant.file])


def test_a_seed_draws_the_same_ones_and_rooms_limit_it():
    texts = {"fa_lib/a.py": "x = [1, 2, 3, 4, 5, 6]\n", "fa_lib/b/c.py": "y = [1, 2, 3, 4, 5, 6]\n"}
    assert drawn(texts, 6, 1) == drawn(texts, 6, 1) != drawn(texts, 6, 2)
    assert len(drawn(texts, 100, 0)) == 12
    assert {mutant.file for mutant in drawn(texts, 6, 0, ["b"])} == {"fa_lib/b/c.py"}


def test_a_function_is_tried_with_the_tests_that_call_it_the_quickest_first():
    text = "LIMIT = 1\n\n\ndef f(x):\n    return x\n\n\ndef g(x):\n    return x\n"
    constant, in_f, in_g = mutants("fa_lib/a.py", text)
    sight = Sight()
    sight.add({
        "seen": {"": [], "slow": [["fa_lib/a.py", 4]], "quick": [["fa_lib/a.py", 4]], "other": [["fa_lib/b.py", 4]]},
        "seconds": {"": 1, "slow": 9.0, "quick": 0.1, "other": 0.1}, "failed": [],
    })  # fmt: skip
    assert sight.tests(in_f) == ["quick", "slow"]
    assert sight.tests(in_f, limit=5) == ["quick"]
    assert sight.tests(constant) == ["quick", "slow"]  # any of the module's
    sight.add({"seen": {"": [["fa_lib/a.py", 8]], "later": []}, "seconds": {"later": 1.0}, "failed": []})
    assert sight.tests(in_g) == ["later"]  # its file calls g when it is loaded


def test_survivors_come_with_their_change_and_why(tmp_path):
    text = "def f(x):\n    return x + 1\n"
    mutant = next(one for one in mutants("fa_lib/room/a.py", text) if one.operator == "arithmetic")
    listed = tmp_path / "survivors.toml"
    listed.write_text(
        "[[survivor]]\nfile = 'fa_lib/room/a.py'\nwhy = 'nobody calls it'\n"
        "change = '''\n-    return x + 1\n+    return (x - 1)\n'''\n"
    )
    assert explained(mutant, text, listed) == "nobody calls it"
    assert explained(mutant, "\n" + text, listed) == ""
    said = table([Found(mutant, "", 3), Found(mutant, "a test", 3)], {mutant.file: text})
    assert "SURVIVES fa_lib/room/a.py:2 arithmetic, 3 tests\n-    return x + 1\n+    return (x - 1)" in said
    assert said.endswith("room            1 of    2\nall             1 of    2 mutants caught (50 %)")


def test_every_survivor_that_is_explained_is_a_mutation_of_what_is_there():
    for entry in tomllib.loads(EXPLAINED.read_text("utf-8"))["survivor"]:
        text = (ROOT / entry["file"]).read_text("utf-8")
        lines = [line[1:] for line in entry["change"].splitlines() if line.startswith("-")]
        assert "\n".join(lines) in text, entry
        assert any(explained(mutant, text) == entry["why"] for mutant in mutants(entry["file"], text)), entry


@pytest.fixture
def small(tmp_path):
    """A tree with two functions, of which one is tested, and a loop that a mutation can make endless."""
    for name, text in {
        "fa_lib/__init__.py": "",
        "fa_lib/sums.py": "def double(x):\n    return 2 * x\n\n\ndef untested(x):\n    return x + 1\n",
        "tests/fa_lib/test_sums.py": (
            "from fa_lib.sums import double\n\n\ndef test_double():\n    assert double(3) == 6\n"
        ),
        "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\naddopts = "--import-mode=importlib"\n',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_small_library_from_end_to_end(small, capsys):
    before = (small / "fa_lib/sums.py").read_text()
    assert run(small, count=100, seed=3, workers=1) == 1
    said = capsys.readouterr().out
    assert said.startswith("8 mutants of fa_lib, drawn with seed 3\n")
    assert said.endswith("all             4 of    8 mutants caught (50 %)\n")
    assert said.count("tests/fa_lib/test_sums.py::test_double  <-  fa_lib/sums.py:2") == 4
    assert said.count("SURVIVES  <-  fa_lib/sums.py:6") == 4
    assert (small / "fa_lib/sums.py").read_text() == before
    kept = small / "_build/mutants/mutants.jsonl"
    assert len(kept.read_text().splitlines()) == 8
    # with the missing test those that survived are tried again, and no other
    with (small / "tests/fa_lib/test_more.py").open("w") as file:
        file.write("from fa_lib.sums import untested\n\n\ndef test_untested():\n    assert untested(3) == 4\n")
    assert run(small, count=100, seed=3, workers=1) == 0
    assert capsys.readouterr().out.endswith("all             8 of    8 mutants caught (100 %)\n")
    assert len(kept.read_text().splitlines()) == 12


def test_unknown_rooms_are_refused():
    command = [sys.executable, "-m", "tools.mutate", "--random", "--rooms", "cellar"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "no room is called cellar; there are check, dynamics" in answer.stderr


def test_a_mutant_is_named_by_what_it_changes():
    one = Mutant("a.py", 1, "constant", 0, 1, "2", (1, 1))
    assert one.name == Mutant("a.py", 1, "another word", 0, 1, "2", (1, 9)).name
    assert one.name != Mutant("a.py", 1, "constant", 0, 1, "3", (1, 1)).name
