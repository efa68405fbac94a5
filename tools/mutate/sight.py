"""Which tests see a mutant, and does one of them fail? Processes that run tests, and what is kept of their findings."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from threading import Lock

from tools.mutate.hunt import LEFT_OUT
from tools.mutate.operators import Mutant

TESTS = "tests/fa_lib"  # a library is tested by its own tests
SECONDS = 120  # of tests for one mutant, as they take without it: one that outlives these survives


@dataclass(frozen=True)
class Found:
    """What became of a mutant: the test that failed, or an empty text, and how many were run for it."""

    mutant: Mutant
    by: str
    tests: int


def sources(root: Path) -> dict[str, str]:
    """The library's modules, name to text."""
    return {str(path.relative_to(root)): path.read_text("utf-8") for path in sorted((root / "fa_lib").rglob("*.py"))}


class Worker:
    """A copy of the tree and the process that runs tests in it, as a context."""

    def __init__(self, root: Path):
        self.root = root

    def __enter__(self) -> "Worker":
        self.folder = tempfile.TemporaryDirectory(prefix="mutants-")
        self.copy = Path(self.folder.name) / "tree"
        shutil.copytree(self.root, self.copy, ignore=LEFT_OUT, symlinks=True)
        settings = os.environ | {"PYTHONPATH": str(self.copy), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
        tools = Path(__file__).parents[2]
        if not (self.copy / "tools/mutate/worker.py").is_file():
            settings["PYTHONPATH"] += f"{os.pathsep}{tools}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tools.mutate.worker"], cwd=self.copy, env=settings, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        return self

    def __exit__(self, *_) -> None:
        self.process.terminate()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.folder.cleanup()

    def ask(self, **request) -> dict:
        print(json.dumps(request), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def trace(self, file: str) -> dict:
        """What the tests of a file call: see `worker.Traced`."""
        return self.ask(trace=file, cpu=1800, wall=7200)

    def by(self, mutant: Mutant, text: str, tests: list[str], seconds: float) -> str:
        """The first test that fails with the mutant; tests that take much longer than without it fail too."""
        (self.copy / mutant.file).write_text(mutant.of(text), "utf-8")
        try:
            return self.ask(tests=tests, cpu=60 + 5 * seconds, wall=1200 + 30 * seconds)["by"]
        finally:
            (self.copy / mutant.file).write_text(text, "utf-8")


@contextmanager
def _workers(root: Path, count: int) -> Iterator[Queue]:
    """A queue from which threads borrow workers."""
    queue, started = Queue(), []
    try:
        for _ in range(count):
            started.append(Worker(root).__enter__())
            queue.put(started[-1])
        yield queue
    finally:
        for worker in started:
            worker.__exit__()


class Kept:
    """Lines of JSON in a file, by name; what was written last counts."""

    def __init__(self, path: Path):
        self.path, self.lock = path, Lock()
        lines = path.read_text("utf-8").splitlines() if path.is_file() else []
        self.all = {entry["name"]: entry for entry in map(json.loads, lines)}

    def add(self, name: str, **entry) -> None:
        with self.lock:
            self.all[name] = {"name": name, **entry}
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                print(json.dumps(self.all[name]), file=file)


def _hash(root: Path, files: Sequence[str]) -> str:
    mix = hashlib.sha256()
    for file in files:
        if (root / file).is_file():
            mix.update(file.encode() + (root / file).read_bytes())
    return mix.hexdigest()[:16]


class Sight:
    """Which tests see which function."""

    def __init__(self):
        self.calls: dict[str, set] = {}  # of a test: (file, line of the function)
        self.seconds: dict[str, float] = {}

    def add(self, traced: dict) -> None:
        """What `worker.Traced` has seen of a file; tests that fail as it is are left out."""
        loading = {tuple(call) for call in traced["seen"].get("", [])}
        for test, calls in traced["seen"].items():
            if test and test not in traced["failed"]:
                self.calls[test] = loading | {tuple(call) for call in calls}
                self.seconds[test] = traced["seconds"][test]

    def tests(self, mutant: Mutant, limit: float = SECONDS) -> list[str]:
        """Those that call the mutant's function, or any of its module for what stands in none; the quickest first.

        Tests that stand above the rooms look at what they do not call, such as signatures: they are always asked.
        """
        first, last = mutant.scope
        near = {(file, line) for calls in self.calls.values() for file, line in calls if file == mutant.file}
        exact = {(file, line) for file, line in near if first <= line <= last}
        found = [test for test, calls in self.calls.items() if calls & (exact or near) or _above(test)]
        listed, used = [], 0.0
        for test in sorted(found, key=lambda test: (self.seconds[test], test)):
            used += self.seconds[test]
            if used > limit and listed:
                break
            listed.append(test)
        return listed


def hunted(root: Path, chosen: Sequence[Mutant], *, folder: Path, workers: int = 2, limit: float = SECONDS):
    """What became of each mutant, one after the other as they are found.

    Args:
        root: of the repository, which is not touched.
        chosen: the mutants.
        folder: where what is found is kept.
        workers: mutants at a time.
        limit: seconds of tests for one mutant.

    Raises:
        ValueError: for a test file that cannot be run.
    """
    texts, tests = sources(root), sorted(str(path.relative_to(root)) for path in (root / TESTS).rglob("test_*.py"))
    shared = [str(path.relative_to(root)) for path in (root / "tests").rglob("*.py") if path.name[:5] != "test_"]
    code = _hash(root, [*texts, *sorted(shared), "pyproject.toml"])
    traces, catches = Kept(folder / "traces.jsonl"), Kept(folder / "mutants.jsonl")
    sight = Sight()
    with _workers(root, workers) as queue, ThreadPoolExecutor(workers) as pool:

        def trace(file: str) -> tuple[str, dict]:
            now = code + _hash(root, [file])
            if traces.all.get(file, {}).get("now") != now:
                worker = queue.get()
                traced = worker.trace(file)
                queue.put(worker)
                if "seen" not in traced:
                    raise ValueError(f"{file} cannot be run without any mutant")
                if traced["failed"]:
                    print(f"left out, they fail without any mutant: {', '.join(traced['failed'])}", file=sys.stderr)
                    return file, traced
                traces.add(file, now=now, **traced)
            return file, traces.all[file]

        for _, traced in pool.map(trace, tests):
            sight.add(traced)

        def one(mutant: Mutant) -> Found:
            able = sight.tests(mutant, limit)
            known = catches.all.get(mutant.name)
            # a survivor may be seen by tests that were changed since; one that was caught is, while its test is there
            mix = code + _hash(root, sorted({test.split("::")[0] for test in able}))
            if known and known["code"] == code and (known["mix"] == mix or _still(root, known)):
                return Found(mutant, known["by"], known["tests"])
            worker = queue.get()
            seconds = sum(sight.seconds[test] for test in able)
            by = worker.by(mutant, texts[mutant.file], able, seconds) if able else ""
            queue.put(worker)
            file = by.split("::")[0]
            catches.add(mutant.name, code=code, mix=mix, by=by, file=file, test=_hash(root, [file]), tests=len(able))
            return Found(mutant, by, len(able))

        yield from pool.map(one, chosen)


def _above(test: str) -> bool:
    return str(Path(test.split("::")[0]).parent) == TESTS


def _still(root: Path, known: dict) -> bool:
    return bool(known["by"]) and (root / known["file"]).is_file() and known["test"] == _hash(root, [known["file"]])
