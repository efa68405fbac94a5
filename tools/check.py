"""Everything that CI checks, quick things first, up to the first failure: python -m tools.check [--only STEP ...].

Steps that use one core are taken side by side; what such a step says is shown when it ends.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TextIO

from tools import built, stamps
from tools.book import ROOT, Book, environment, workers
from tools.execute import warm_up

BOOK = Book(ROOT)
ENVIRONMENT = environment(BOOK)
PYTHON = sys.executable

# Chapters that are run once more with other parameters, and the values: small ones, since only the way is tested.
PARAMETERS = {"embedding": ["runs=3", "draws=20"], "howto-chapter": ["runs=2", "epochs=20"]}


# Short chapters whose notebook for readers is run alone: one needs the library, one the book's Python and its glue.
EDITIONS = ("howto-rule", "introduction")


_own = threading.local()  # `out`: where this thread's step writes, if not to the terminal


def out() -> TextIO:
    """Where the step that this thread takes writes what it says."""
    return getattr(_own, "out", sys.stdout)


def run(*command: str) -> bool:
    apart = {"stdout": out(), "stderr": subprocess.STDOUT} if out() is not sys.stdout else {}
    out().flush()
    answer = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, stdin=subprocess.DEVNULL, check=False, **apart)
    return answer.returncode == 0


def browser() -> bool:
    """A Chromium, which later steps need: found, or fetched, or nothing else is begun."""
    return run(PYTHON, "-m", "tools.chromium")


def lint() -> bool:
    return run(PYTHON, "-m", "ruff", "check", ".") and run(PYTHON, "-m", "ruff", "format", "--check", ".")


def pairs() -> bool:
    return run(PYTHON, "-m", "tools.check_pairs")


def inputs() -> bool:
    return run(PYTHON, "-m", "tools.check_inputs")


def unit_tests() -> bool:
    """In a random order, which is printed: what passes by the grace of an earlier test fails some day."""
    seed = os.environ.get("SEED") or str(random.SystemRandom().randrange(2**32))
    print(f"in random order; the same again: make test SEED={seed}", flush=True)
    # one process more than there are cores: tests wait for browsers and commands part of their time
    options = ["-n", str(workers() + 1), "--dist", "worksteal", f"--randomly-seed={seed}", "--durations=20"]
    return run(PYTHON, "-m", "pytest", *options, "tests")


def build() -> bool:
    if built.is_current(BOOK):
        print("built already: by make book or make html, from this commit and with these packages", file=out())
        return True
    return run("make", "--no-print-directory", "html")


def links() -> bool:
    return run(PYTHON, "-m", "tools.check_links", "_build/html")


def editions() -> bool:
    """The notebooks for readers say what the site says, and run where nothing else is."""
    return run(PYTHON, "-m", "tools.reader.check") and run(PYTHON, "-m", "tools.reader.run", *EDITIONS)


def site() -> bool:
    """Every page in a browser: accessibility, messages, requests, weight, width."""
    return run(PYTHON, "-m", "tools.quality", "--no-lighthouse")


def unknown_parameter() -> bool:
    """A misspelt parameter must be refused, and the refusal must name what there is."""
    name = next(iter(PARAMETERS))
    command = [PYTHON, "-m", "tools.execute", name, "--parameters", "no_such_parameter=1"]
    answer = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    print(answer.stderr.strip(), file=out())
    refused = answer.returncode == 1 and "unknown parameter" in answer.stderr and "it accepts" in answer.stderr
    if not refused:
        print(f"error: {name} was run with a parameter that it does not have", file=out())
    return refused


def other_parameters() -> bool:
    return all(run(PYTHON, "-m", "tools.execute", name, "--parameters", *given) for name, given in PARAMETERS.items())


def notebooks() -> bool:
    """Run every notebook again and compare the cells tagged nbval-check-output with what is committed.

    One that `make book` has run again here, with the committed notebook as its result to the last byte, has passed.
    """
    passed = [name for name in BOOK.chapters() if stamps.came_out_again(BOOK, name)]
    if passed:
        print(f"run again by make book, and the same to the byte: {', '.join(passed)}", file=out(), flush=True)
    names = [name for name in BOOK.chapters() if name not in passed]
    if not names:
        return True
    warm_up(BOOK)
    options = ["--nbval-lax", "--nbval-current-env", "--nbval-sanitize-with", "tools/nbval_sanitize.cfg"]
    options += ["--nbval-cell-timeout", "1200", "--nbval-kernel-startup-timeout", "180", "-p", "tools.nbval_lines"]
    # warnings as errors and the like are for unit tests, not for the machinery of notebooks
    options += [
        "-o",
        "addopts=",
        "-o",
        "filterwarnings=",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",  # a notebook's cells have an order
        "-q",
        "-rN",
        "--tb=no",
        "--no-header",
    ]
    options += ["-n", str(workers()), "--dist", "loadfile"]
    return run(PYTHON, "-m", "pytest", *options, *(f"book/{name}.ipynb" for name in names))


def _tree() -> str:
    answer = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=False)
    return answer.stdout if answer.returncode == 0 else ""


@dataclass(frozen=True)
class Step:
    heading: str
    check: Callable[[], bool]


# One round after another; in a round its lanes side by side; in a lane one step after another.
ROUNDS = (
    ((Step("browser: there is a Chromium, or one is fetched", browser),),),
    ((Step("ruff: lint and format", lint),),),
    ((Step("pairs: text and notebook of each chapter agree", pairs),),),
    (
        (
            Step("jupyter-book: build with warnings as errors", build),
            Step("links: inside the built site", links),
            Step("editions: notebooks for readers beside their pages, two run in an empty folder", editions),
        ),
        (
            Step("inputs: data and published results are there and whole", inputs),
            Step("papermill: an unknown parameter is refused", unknown_parameter),
            Step("papermill: other parameters than the default", other_parameters),
        ),
    ),
    ((Step("site: axe, console, requests, weight and width of every page", site),),),
    ((Step("pytest: fa_lib and tools", unit_tests),),),
    ((Step("nbval: every notebook run again and compared", notebooks),),),
)
STEPS = tuple(step for lanes in ROUNDS for lane in lanes for step in lane)


def take(step: Step) -> bool:
    """Take a step: its heading, what it says, and how it went."""
    print(f"\n== {step.heading}", file=out(), flush=True)
    start = time.monotonic()
    good = step.check()
    print(f"== {'passed' if good else 'FAILED'} in {time.monotonic() - start:.1f} s", file=out(), flush=True)
    return good


def walk(lanes: Sequence[Sequence[Step]]) -> list[tuple[Step, bool]]:
    """Take the steps of lanes side by side, up to the first failure in any; each with whether it passed."""
    taken: list[tuple[Step, bool]] = []
    if len(lanes) < 2:  # to the terminal as it comes
        for step in (step for lane in lanes for step in lane):
            taken.append((step, take(step)))
            if not taken[-1][1]:
                break
        return taken

    def along(lane: Sequence[Step]) -> None:
        for step in lane:
            if not all(good for _, good in taken):
                return
            with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as _own.out:
                good = take(step)
                _own.out.seek(0)
                said = _own.out.read()
            taken.append((step, good))
            print(said, end="", flush=True)

    with ThreadPoolExecutor(len(lanes)) as pool:
        list(pool.map(along, lanes))
    return taken


def main() -> int:
    names = [step.check.__name__ for step in STEPS]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="STEP", help=", ".join(names))
    chosen = [step for step in STEPS if step.check.__name__ in parser.parse_args().only]
    before, passed, failed = _tree(), 0, []
    for lanes in ROUNDS:
        wanted = [[step for step in lane if step in chosen] for lane in lanes]
        taken = walk([lane for lane in wanted if lane])
        passed += sum(good for _, good in taken)
        failed = [step.heading for step, good in taken if not good]
        if failed:
            break
    else:
        print("\n== work tree: as it was before", flush=True)
        changed = sorted(set(_tree().splitlines()) ^ set(before.splitlines()))
        passed += not changed
        failed = [f"work tree changed by the checks: {'; '.join(changed)}"] if changed else []
    print("".join(f"\nerror: {line}" for line in failed))
    left = len(chosen) + 1 - passed - len(failed)
    print(f"{passed} passed, {len(failed)} failed" + (f", {left} skipped" if left else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
