"""Run chapters and write their notebooks in place: python -m tools.execute [NAME ...] [--force] [--parameters k=v ...].

Without names, every chapter whose text, library or data changed since its last run. Interrupted, it has lost only the
chapters that were running: run it again. With parameters nothing is written in place: _build/parametrised/NAME.ipynb.
"""

import argparse
import ast
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill

from tools import stamps
from tools.book import LONGEST, READS_OTHERS, ROOT, Book, environment, workers

HEARTBEAT = 60  # seconds of silence after which the running chapters are named


def parse_parameters(book: Book, name: str, assignments: list[str]) -> dict:
    """Turn ["runs=3"] into {"runs": 3}, and insist that the chapter has such parameters.

    Raises:
        ValueError: for something that is not k=v, or a name that the chapter's parameters cell does not set.
    """
    if not assignments:
        return {}
    source = book.build / "parametrised" / f"{name}.source.ipynb"
    source.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(book.read(name), source)
    accepted = papermill.inspect_notebook(str(source))
    source.unlink()
    parameters = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals:
            raise ValueError(f"a parameter is given as name=value, got {assignment!r}")
        if key not in accepted:
            known = ", ".join(accepted) or "no parameters: it has no cell tagged parameters"
            raise ValueError(f"chapter {name}: unknown parameter {key!r}; it accepts {known}")
        try:
            parameters[key] = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            parameters[key] = value  # a plain word is a string
    return parameters


@dataclass
class Running:
    """A chapter being run by a process of its own."""

    name: str
    process: subprocess.Popen
    started: float
    made_from: str
    error: Path
    log: Path

    @classmethod
    def start(cls, book: Book, name: str, output: Path, parameters: dict, settings: dict[str, str]) -> "Running":
        work = book.build / "executing"
        for folder in (work, output.parent):
            folder.mkdir(parents=True, exist_ok=True)
        error, log = work / f"{name}.error", work / f"{name}.log"
        error.unlink(missing_ok=True)
        made_from = stamps.fingerprint(book, name)  # before the run: a change during it must count as one
        command = [sys.executable, "-m", "tools.run_chapter", book.root, name, output, error, json.dumps(parameters)]
        with log.open("w") as sink:
            # a session of its own: Ctrl-C reaches us alone, and we end the chapters in order
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=ROOT,
                env=environment(book) | {"PYTHONPATH": f"{book.root}:{ROOT}"} | settings,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )
        return cls(name, process, time.monotonic(), made_from, error, log)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def problem(self) -> str | None:
        """One line on what failed, None if all went well."""
        if self.process.returncode == 0:
            return None
        if self.error.exists():
            return self.error.read_text(encoding="utf-8")
        last = (self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["no output"])[-1]
        return f"book/{self.name}.md: its process ended with code {self.process.returncode}: {last}"


def _stop(running: list[Running]) -> None:
    for chapter in running:
        chapter.process.terminate()
    for chapter in running:
        try:
            chapter.process.wait(5)
        except subprocess.TimeoutExpired:
            chapter.process.kill()


def in_order(book: Book, names: list[str]) -> list[str]:
    """The chapters as they begin: those never run here, `LONGEST` first, then the others, the longest of old first."""
    place = {name: number for number, name in enumerate(LONGEST)}
    return sorted(names, key=lambda name: (-stamps.last_seconds(book, name), place.get(name, len(place))))


def execute(
    book: Book,
    names: list[str],
    jobs: int,
    assignments: list[str] | None = None,
    *,
    folder: Path | None = None,
    settings: dict[str, str] | None = None,
    done: Callable[[str], None] = lambda name: None,
) -> list[str]:
    """Run chapters, `jobs` at a time, in the order of `in_order`.

    Args:
        book: where the chapters are.
        names: of the chapters.
        jobs: chapters at a time.
        assignments: k=v, for each chapter's parameters cell.
        folder: where the notebooks go; without it in place, or to _build/parametrised if there are assignments.
        settings: environment variables beside those of `book.environment`.
        done: called with the name of each chapter that has passed.

    Returns:
        One line for each chapter that failed.
    """
    parameters = {name: parse_parameters(book, name, assignments or []) for name in names}
    folder = folder or (book.build / "parametrised" if assignments else book.folder)
    waiting = in_order(book, names)
    running: list[Running] = []
    problems: list[str] = []
    count, spoke = 0, time.monotonic()
    try:
        while running or waiting:
            while waiting and len(running) < jobs:
                name = waiting.pop(0)
                running.append(Running.start(book, name, folder / f"{name}.ipynb", parameters[name], settings or {}))
                print(f"  start {name}", flush=True)
            for chapter in [chapter for chapter in running if chapter.process.poll() is not None]:
                running.remove(chapter)
                count, spoke, problem = count + 1, time.monotonic(), chapter.problem()
                if problem:
                    problems.append(problem)
                else:
                    done(chapter.name)
                    if folder == book.folder:
                        stamps.write(book, chapter.name, chapter.made_from, chapter.seconds)
                word = "FAIL " if problem else "done "
                print(f"  {word} {chapter.name}  {chapter.seconds:.1f} s  ({count} of {len(names)})", flush=True)
            if time.monotonic() - spoke > HEARTBEAT:
                spoke = time.monotonic()
                print("  still", ", ".join(f"{late.name} {late.seconds:.0f} s" for late in running), flush=True)
            time.sleep(0.1)
    finally:
        _stop(running)
    return problems


def _must_write(*folders: Path) -> None:
    """Refuse at once, not after a chapter has run for minutes.

    Raises:
        ValueError: if nothing can be written in one of them, or where a missing one would be made.
    """
    for folder in folders:
        there = folder if folder.exists() else folder.parent
        if not os.access(there, os.W_OK):
            raise ValueError(
                f"nothing can be written in {there}: copy the book to a folder of your own and run it there"
            )


def warm_up(book: Book) -> None:
    """Build matplotlib's font cache: else the first chapters all build it, and one may say so on its page."""
    subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], env=environment(book), check=False)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="chapters to run; all if none is named")
    parser.add_argument("--force", action="store_true", help="run chapters that are up to date too")
    parser.add_argument("--parameters", nargs="+", default=[], metavar="k=v", help="values for the parameters cell")
    parser.add_argument("--jobs", type=int, default=workers(), help="chapters at a time (default %(default)s)")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    book = Book(options.root.resolve())
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a kill ends the chapters in order, as Ctrl-C does
    problems: list[str] = []
    try:
        names = options.names or book.chapters()
        for name in names:
            book.read(name)
        _must_write(book.build, *([] if options.parameters else [book.folder]))
        warm_up(book)
        for stage in ([n for n in names if n not in READS_OTHERS], [n for n in names if n in READS_OTHERS]):
            if problems and stage:
                problems.append(f"not run, because others failed: {', '.join(stage)}")
                continue
            always = options.force or options.parameters
            current = [] if always else [name for name in stage if stamps.is_current(book, name)]
            if current:
                print(f"  up to date: {', '.join(current)}", flush=True)
            stale = [name for name in stage if name not in current]
            problems += execute(book, stale, max(1, options.jobs), options.parameters)
    except KeyboardInterrupt:
        print("interrupted; finished chapters are kept, run the same command to go on", file=sys.stderr)
        return 130
    except ValueError as error:
        problems = [str(error)]
    except OSError as error:  # a full disk, say
        problems = [f"{error.filename or book.build}: {error.strerror or error}"]
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
