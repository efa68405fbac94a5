"""Real dask processes on loopback for the tests of sweeps, small cells, and clients that can be killed."""

import contextlib
import functools
import json
import os
import resource
import socket
import subprocess
import sys
import time
from multiprocessing import get_context
from pathlib import Path

from fa_lib import BP, FA, NFA
from fa_lib.sweep import Cell, StoppedError, load, merge, run, store
from fa_lib.sweep.cells import from_options

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
LONG = 120  # seconds after which something hangs

# What such processes run stands in this file, since they cannot import a test's. They start as copies of one that has
# imported everything.
processes = get_context("forkserver")
processes.set_forkserver_preload(["fa_lib.sweep.cluster", "fa_lib.sweep.command"])


def small_cells(epochs: int = 5) -> list[Cell]:
    """Six cells of a moment each: three conditions, two blocks of runs."""
    return [
        Cell("ib", rule, runs, epochs, scale=scale)
        for runs in ((0, 1), (2,))
        for scale, rule in ((False, BP()), (False, FA()), (True, NFA()))
    ]


def wait_until(true, what: str) -> None:
    deadline = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


@functools.cache
def merged(cells: tuple[Cell, ...], folder: Path) -> dict:
    return load(merge(cells, folder, folder / "merged.nc"))


def same_results(cells, folder: Path, expected: Path) -> None:
    """Both folders merge to the same numbers, bit for bit."""
    first, second = (merged(tuple(cells), where) for where in (folder, expected))
    assert list(first) == list(second)
    for label, data in first.items():
        assert data.drop_attrs().identical(second[label].drop_attrs()), label


def whole_files_only(cells, folder: Path) -> None:
    """Every cell has its file, and there is nothing else."""
    assert sorted(path.name for path in folder.iterdir() if path.name != "merged.nc") == sorted(
        cell.name for cell in cells
    )


def client(cells, folder: Path, scheduler: str, limit: int | None = None, answer=None):
    """A process that runs a sweep and can be killed.

    With a limit its files are full at that many bytes; the answer, a queue, gets the reason why a sweep was stopped.
    """
    texts = [cell.text() for cell in cells]
    process = processes.Process(target=_client, args=(texts, str(folder), scheduler, limit, answer))
    process.start()
    return process


def _client(texts: list[str], folder: str, scheduler: str, limit: int | None, answer) -> None:
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        cells = [from_options(json.loads(text)) for text in texts]
        run(cells, folder, scheduler=scheduler, say=lambda line: None)
    except StoppedError as reason:
        answer.put(str(reason))


def writes_for_ever(folder: str, contents: list[bytes]) -> None:
    """Put files of cells into the folder until killed."""
    while True:
        for cell, content in zip(small_cells(), contents, strict=True):
            store.put(content, Path(folder) / cell.name)


def fill(folder: str, limit: int | None, answer) -> None:
    """Write cells into a folder until that fails; with a limit, the size at which this process's files are full."""
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    cell = small_cells()[0]
    content, kept = store.content(cell, cell.compute()), []
    try:
        for number in range(1000):
            path = Path(folder) / f"{number}.nc"
            store.put(content * (1 + number), path)  # larger from file to file
            kept.append(path.name)
    except OSError as error:
        answer.put((kept, len(content), error.errno))


def as_nobody(folder: str, answer) -> None:
    """Try a sweep without leave to write; the answer, a queue, gets what it says."""
    if os.getuid() == 0:
        os.setuid(65534)
    try:
        run(small_cells(), folder)
    except StoppedError as error:
        answer.put(str(error))


def compute(cells, folder: Path) -> None:
    """Cells' results in a folder, made in this process: for tests of what is made of them, not of how."""
    for cell in cells:
        store.put(store.content(cell, cell.compute()), folder / cell.name)


def command(*words: str, **options) -> subprocess.Popen:
    """python -m fa_lib in a session of its own, as a terminal starts it; its output, errors too, is read as text."""
    return subprocess.Popen(
        [sys.executable, "-m", "fa_lib", *map(str, words)], cwd=ROOT, env=ENVIRONMENT, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True, **options,
    )  # fmt: skip


class Cluster:
    """A scheduler and its workers, each a process of its own."""

    def __init__(self, logs: Path):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        self.address, self.logs, self.started = f"tcp://127.0.0.1:{port}", logs, []
        self.scheduler = self._start("scheduler", "--port", port)
        self.workers = []

    def _start(self, role: str, *words):
        with (self.logs / f"{role}-{len(self.started)}.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", role, "--host", "127.0.0.1", "--no-dashboard", *map(str, words)],
                cwd=self.logs, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.started.append(process)
        return process

    def add_worker(self) -> None:
        # without dask's nanny: a worker that is killed stays dead, as one that loses its machine
        self.workers.append(self._start("worker", self.address, "--nthreads", 1, "--no-nanny"))

    def stop(self) -> None:
        for process in self.started:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait()
