"""Runs tests for `random_mutants` in a copy of the tree: python -m tools.mutate.worker, one request and answer a line.

Torch and the like are loaded once; every request is served by a fork of this process, which sees `fa_lib` as its files
are at that moment. To see the tests that reach a function, each test is run under a trace of the calls made in it.
"""

import contextlib
import importlib
import json
import os
import resource
import select
import signal
import sys
import tempfile
import time
import warnings
from pathlib import Path

import pytest

LOADED = ("torch", "scipy.stats", "xarray", "pandas", "h5netcdf", "hypothesis", "tqdm.auto", "sympy", "infomeasure")
OPTIONS = [
    "-q",
    "--tb=no",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:randomly",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
]


class Chosen:
    """A pytest plugin: runs the named tests only, in the given order, and remembers the first that fails."""

    def __init__(self, tests: list[str]):
        self.place, self.failed = {test: number for number, test in enumerate(tests)}, ""

    @pytest.hookimpl(trylast=True)  # after what may have mixed them
    def pytest_collection_modifyitems(self, items):
        items[:] = sorted((item for item in items if item.nodeid in self.place), key=lambda i: self.place[i.nodeid])

    def pytest_collectreport(self, report):
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_runtest_logreport(self, report):
        if report.failed and not self.failed:
            self.failed = report.nodeid


class Traced:
    """A pytest plugin: the functions under a folder that each test calls, and the seconds it takes."""

    def __init__(self, folder: Path):
        self.folder, self.calls = f"{folder}/", set()
        self.seen, self.seconds, self.failed = {}, {}, []

    def _look(self, frame, event, argument):
        code = frame.f_code
        if code.co_filename.startswith(self.folder) and code.co_name != "<module>":
            self.calls.add((code.co_filename, code.co_firstlineno))

    @contextlib.contextmanager
    def _on(self, name: str):
        self.calls, began = set(), time.process_time()
        sys.settrace(self._look)
        try:
            yield
        finally:
            sys.settrace(None)
            self.seconds[name] = round(time.process_time() - began, 3)
            root = len(str(Path(self.folder).parent)) + 1
            self.seen[name] = sorted((file[root:], line) for file, line in self.calls)

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self, session):
        with self._on(""):  # what a test file does when it is loaded
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item, nextitem):
        with self._on(item.nodeid):
            return (yield)

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed.append(report.nodeid)


def _forked(work, cpu: float, wall: float) -> dict | None:
    """What `work()` answers in a fork of this process; None if its time runs out or it dies."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        answer = Path(folder) / "answer"
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.setsid()
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                resource.setrlimit(resource.RLIMIT_CPU, (int(cpu) + 1, int(cpu) + 5))
                with open(os.devnull, "r+b") as nothing:
                    for number in range(3):
                        os.dup2(nothing.fileno(), number)
                os.environ["TMPDIR"] = tempfile.tempdir = folder
                answer.write_text(json.dumps(work()))
                code = 0
            finally:
                os._exit(code)
        ends, over = os.pidfd_open(child), False
        try:
            over = bool(select.select([ends], [], [], wall)[0])
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)  # and what the tests may have started
            os.close(ends)
            os.waitpid(child, 0)
        return json.loads(answer.read_text()) if over and answer.is_file() and answer.stat().st_size else None


def _files(tests: list[str]) -> list[str]:
    return list(dict.fromkeys(test.split("::")[0] for test in tests))


def serve(request: dict) -> dict:
    """`{"trace": file}` answers what its tests call; `{"tests": [...]}` which fails first, an empty text if none."""

    def trace():
        plugin = Traced(Path.cwd() / "fa_lib")
        pytest.main([*OPTIONS, request["trace"]], plugins=[plugin])
        return {"seen": plugin.seen, "seconds": plugin.seconds, "failed": plugin.failed}

    def run():
        plugin = Chosen(request["tests"])
        code = pytest.main([*OPTIONS, "-x", *_files(request["tests"])], plugins=[plugin])
        return {"by": "" if code == 0 else plugin.failed or f"pytest ended with {code!s}"}

    answer = _forked(trace if "trace" in request else run, request["cpu"], request["wall"])
    return {"by": "time ran out"} if answer is None else answer


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that no test outlives this process
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in LOADED:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
    settings = importlib.import_module("hypothesis").settings
    settings.register_profile("mutants", deadline=None, derandomize=True, database=None)
    settings.load_profile("mutants")
    for line in sys.stdin:
        print(json.dumps(serve(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
