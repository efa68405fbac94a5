"""One fault at a time in a copy of the tree: likely tests, all, those in a browser, the notebooks, until one fails."""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tools.book import Book, environment
from tools.mutate.faults import Fault, likely

LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "_build", "node_modules", "__pycache__", ".pytest_cache", ".hypothesis", ".ruff_cache", "sweeps"
)
LIMIT = 1800  # seconds of one check: a fault may make it run for ever, and then it is caught


class Catch(NamedTuple):
    """What became of a fault."""

    by: str  # the first check that failed; empty if none did
    kind: str  # "pytest", "nbval" or ""
    seconds: float


def hunt(fault: Fault, root: Path, *, workers: int = 1, notebooks: bool = True) -> Catch:
    """Put the fault into a copy of the tree and see which check catches it.

    Args:
        fault: of `faults.load`.
        root: of the repository, which is not touched.
        workers: processes of the full test run and of the notebooks.
        notebooks: run them again too, if all tests pass.
    """
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fault-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(root, copy, ignore=LEFT_OUT, symlinks=True)
        (copy / ".venv").symlink_to((root / ".venv").resolve())
        fault.put_into(copy)
        many, browser = ["-n", str(workers), "--dist", "worksteal"], "tests/browser"
        stages = (likely(fault, copy), [*many, "tests", "--ignore", browser], [*many, browser])
        by, kind = next(filter(None, (_tests(copy, stage) for stage in stages if stage)), ""), "pytest"
        if not by and notebooks:
            by, kind = _notebooks(copy), "nbval"
    return Catch(by, kind if by else "", round(time.monotonic() - began, 1))


def _run(copy: Path, *command: str) -> tuple[int, str]:
    try:
        answer = subprocess.run(
            [sys.executable, "-m", *command], cwd=copy, env=environment(Book(copy)), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=LIMIT, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return 1, "FAILED time ran out"
    return answer.returncode, answer.stdout + answer.stderr


def _tests(copy: Path, arguments: list[str]) -> str:
    code, said = _run(copy, "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider", "-p", "no:randomly", *arguments)
    if code in (0, 5):  # passed, or nothing to run
        return ""
    found = re.search(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", said, re.MULTILINE)
    return found[1] if found else said.strip().splitlines()[-1][:200]


def _notebooks(copy: Path) -> str:
    code, said = _run(copy, "tools.check", "--only", "notebooks")
    if code == 0:
        return ""
    found = re.search(r"book/[\w-]+\.ipynb", said)
    return found[0] if found else "a notebook"
