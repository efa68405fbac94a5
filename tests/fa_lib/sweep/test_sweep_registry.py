"""Rules, tasks and measures of one's own: a module registers them, cells name them, workers import the module."""

import dataclasses
import json
import re
import subprocess
import sys

import pytest
from sweep_cluster import ENVIRONMENT, ROOT

from fa_lib import FA, sweep
from fa_lib.feedback import BP, Centred, Direct, RandomMatrix, Rule, Wrapper, carry
from fa_lib.sweep import registry
from fa_lib.sweep.cells import Cell, described, from_options
from fa_lib.sweep.labels import labels

MINE = '''
from dataclasses import dataclass

import numpy as np

from fa_lib import sweep
from fa_lib.feedback import RandomMatrix, carry
from fa_lib.tasks import Protocol, Task


@dataclass(frozen=True)
class SignFA(RandomMatrix):
    """Only the error's signs."""

    power: float = 1.0

    def __call__(self, error, y, **context):
        return carry(error.sign() * error.abs() ** self.power, self.B)


def plane(samples: int = 60, seed: int = 0) -> Task:
    """On which side of a plane does x lie?"""
    x = np.random.default_rng(seed).standard_normal((samples + 20, 3)).astype(np.float32)
    y = (x.sum(1) > 0).astype(int)
    return Task("plane", x[:-20], y[:-20], x[-20:], y[-20:], widths=(4, 4), protocol=Protocol(lr=1e-2, epochs=2))


NORM = {"norm": lambda seen: seen.H.norm(dim=(1, 2))}
sweep.register(__name__, rules=[SignFA], tasks={"plane": plane}, measures={"norm": NORM})
'''
PLAN = """
modules = ["my_rules"]
runs = 2
epochs = 3
task = ["plane", "ib"]
record = "norm"
[[feedback]]
rule = "SignFA"
power = [0.0, 0.5]
[[feedback]]
rule = "Centred"
channel = {rule = "SignFA"}
"""


def call(folder, *words):
    paths = {"PYTHONPATH": f"{ROOT}:{folder}"}
    return subprocess.run(
        [sys.executable, "-m", "fa_lib", *words], cwd=folder, env=ENVIRONMENT | paths, text=True, check=False,
        stdin=subprocess.DEVNULL, capture_output=True,
    )  # fmt: skip


def test_a_sweep_of_ones_own_rules_and_task_on_real_workers(tmp_path):
    (tmp_path / "my_rules.py").write_text(MINE)
    (tmp_path / "own.toml").write_text(PLAN)
    done = call(tmp_path, "sweep", "own.toml", "--seed", "3", "--out", "cells", "--workers", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    # the same cells are meant
    words = re.search(r"complete: merge with python -m fa_lib (.*)", done.stdout)[1].split()
    assert words == ["merge", "own.toml", "--seed", "3", "--out", "cells"]
    assert call(tmp_path, *words).returncode == 0
    results = sweep.load(tmp_path / "cells/own.nc")  # this process knows nothing of the rules, and need not
    assert [name.split(", ")[0] for name in results] == ["SignFA"] * 6
    assert "SignFA, centred, plane" in results
    assert "SignFA, power 0.5, ib" in results
    assert all({"norm", "gamma", "loss"} <= set(data.data_vars) for data in results.values())


def test_a_module_that_is_not_there_is_named(tmp_path):
    (tmp_path / "own.toml").write_text(PLAN)
    done = call(tmp_path, "status", "own.toml")
    assert done.returncode == 2
    assert "own.toml: my_rules cannot be imported here" in done.stderr


@dataclasses.dataclass(frozen=True)
class Pair(Rule):
    """Two rules in turn, and options of several kinds."""

    first: Rule
    second: Rule
    at: tuple = (1, 2)
    needs = frozenset({"W"})


@pytest.fixture
def clean():
    """A registry that forgets what a test puts into it."""
    every = (registry.RULES, registry.TASKS, registry.MEASURES, registry._OWNERS)
    before = [dict(known) for known in every]
    yield
    for known, kept in zip(every, before, strict=True):
        known.clear()
        known.update(kept)


@pytest.mark.usefixtures("clean")
def test_rules_within_rules_and_lists_survive_json():
    sweep.register("mine", rules=[Pair])
    cell = Cell("ib", Pair(Centred(FA()), BP(), at=(3, (4, 5))), (0,), 1)
    assert from_options(json.loads(cell.text())) == cell
    assert json.loads(cell.text())["feedback"]["first"] == {"rule": "Centred", "channel": {"rule": "FA"}}
    assert described({"rule": "Pair", "first": {"rule": "FA"}, "second": {"rule": "BP"}}) == Pair(FA(), BP())
    assert list(labels([cell]).values()) == ["Pair"]


def test_owners_are_imported(tmp_path, monkeypatch):
    (tmp_path / "a_module_of_ones_own.py").write_text("HERE = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    registry.load(("a_module_of_ones_own",))
    assert sys.modules.pop("a_module_of_ones_own").HERE
    with pytest.raises(ValueError, match="nobodys_module cannot be imported here"):
        registry.load(("nobodys_module",))


@dataclasses.dataclass(frozen=True)
class Through(Wrapper):
    """A wrapper that has no words of its own around a rule's."""

    def __call__(self, error, y, **context):
        return self.rule(error, y, **context)


@pytest.mark.usefixtures("clean")
def test_wrappers_that_differ_in_what_they_wrap_alone_are_told_apart():
    sweep.register("mine", rules=[Through])
    cells = [Cell("ib", Direct(Through(rule)), (0,), 1) for rule in (FA(), Centred(FA()))]
    assert [name.split(", ")[-1] for name in labels(cells).values()] == ["Through of FA", "Through of Centred of FA"]


@dataclasses.dataclass(frozen=True)
class Renamed(RandomMatrix):
    """A class that results call by another name."""

    published = "Old"

    def __call__(self, error, y, **context):
        return carry(error, self.B)


@pytest.mark.usefixtures("clean")
def test_results_keep_the_word_of_a_renamed_class():
    with pytest.raises(ValueError, match=r"rule must be one of BP, .* got 'Old'"):
        Cell("ib", Renamed(), (0,), 1)
    sweep.register("mine", rules=[Renamed])
    cell = Cell("ib", Renamed(), (0,), 1)
    assert cell.name.startswith("ib-Old-runs0to0-")
    assert list(labels([cell]).values()) == ["Old"]
    assert from_options(json.loads(cell.text())) == cell


@pytest.mark.usefixtures("clean")
def test_a_name_has_one_owner():
    sweep.register("mine", rules=[Renamed], tasks={"own": lambda: None})
    sweep.register("mine", rules=[Renamed])  # again, as when a module is loaded anew
    with pytest.raises(ValueError, match="mine has registered a rule 'Old' already: choose another name in theirs"):
        sweep.register("theirs", rules=[Renamed])
    with pytest.raises(ValueError, match=r"fa_lib.sweep.cells has registered a task 'ib' already"):
        sweep.register("mine", tasks={"ib": lambda: None})
    with pytest.raises(ValueError, match="workers cannot import __main__"):
        sweep.register("__main__", rules=[Renamed])
    assert registry.owners()[-1] == "mine"
    assert registry.takes("own") == frozenset()
    assert registry.takes("ib") == {"seed"}


def test_no_class_that_only_has_a_rules_name_is_taken():
    @dataclasses.dataclass(frozen=True)
    class FA(RandomMatrix):
        pass

    with pytest.raises(ValueError, match="feedback must be a rule that is registered"):
        Cell("ib", FA(), (0,), 1)
