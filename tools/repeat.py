"""Run every notebook again under other conditions and say what changed: make repeat.

python -m tools.repeat [NAME ...] [--only CONDITION ...] runs some chapters, or under some of the conditions.
again: as it is.  threads: libraries may use four threads.  vectors: at most AVX2, so that sums and products are formed
in another order, as on another type of processor.  sums: the oldest instructions, yet another order.
Interrupted, it keeps the chapters that it ran.
"""

import argparse
import itertools
import re
import sys
from configparser import ConfigParser
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools import execute, stamps
from tools.book import ROOT, Book, workers
from tools.nbval_lines import alike, last_digits, printed

THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
# The oldest instructions that each library still has: no fused products, shorter vectors, other blocks.
OLD = {
    "ATEN_CPU_CAPABILITY": "default",
    "MKL_CBWR": "COMPATIBLE",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "OPENBLAS_CORETYPE": "Nehalem",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
}
# Vectors of 256 bits with fused products: what processors without AVX-512 use, and AMD's in any case.
AVX2 = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "MKL_CBWR": "AVX2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "OPENBLAS_CORETYPE": "Zen",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
}
CONDITIONS = {"again": {}, "threads": dict.fromkeys(THREADS, "4"), "vectors": AVX2, "sums": OLD}


def sanitised(text: str, rules: Path = ROOT / "tools/nbval_sanitize.cfg") -> str:
    """Text without what nbval is told to leave out."""
    parser = ConfigParser(interpolation=None)
    parser.read(rules, encoding="utf-8")
    for section in parser.sections():
        text = re.sub(parser[section]["regex"], parser[section]["replace"], text)
    return text


def compare(committed: NotebookNode, now: NotebookNode) -> tuple[int, list[str]]:
    """Number of outputs that differ in any byte, and for each compared cell that changed its first line that did."""
    differing, changed = 0, []
    pairs = zip(committed.cells, now.cells, strict=True)
    for number, (before, after) in enumerate([pair for pair in pairs if pair[0].cell_type == "code"], 1):
        same = itertools.zip_longest(before.outputs, after.outputs)
        differing += sum(left != right for left, right in same)
        if "nbval-check-output" in before.metadata.get("tags", []):
            texts = (printed(cell.outputs, sanitised) for cell in (before, after))
            lines = itertools.zip_longest(*texts, fillvalue="nothing")
            different = (pair for pair in lines if not alike(*pair, last_digits(before)))
            changed += [f"code cell {number}: {left!r}, now {right!r}" for left, right in different][:1]
    return differing, changed


def run(book: Book, names: list[str], condition: str, jobs: int) -> tuple[dict[str, Path], list[str]]:
    """Notebooks of these chapters run under a condition, current ones kept, and a line for each that failed."""
    folder = book.build / "repeat" / condition
    marks = {name: stamps.fingerprint(book, name) + stamps.sha(book.notebook(name)) for name in names}
    mark = {name: folder / f"{name}.made-from" for name in names}
    stale = [name for name in names if not mark[name].is_file() or mark[name].read_text() != marks[name]]
    for name in stale:
        mark[name].unlink(missing_ok=True)

    def done(name: str) -> None:
        mark[name].write_text(marks[name])

    problems = execute.execute(book, stale, jobs, folder=folder, settings=CONDITIONS[condition], done=done)
    return {name: folder / f"{name}.ipynb" for name in names if mark[name].is_file()}, problems


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="chapters; all if none is named")
    parser.add_argument("--only", nargs="+", choices=CONDITIONS, default=list(CONDITIONS), metavar="C")
    parser.add_argument("--jobs", type=int, default=workers(), help="chapters at a time (default %(default)s)")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    book = Book(given.root.resolve())
    given.names = given.names or book.chapters()
    execute.warm_up(book)
    found: dict[tuple[str, str], tuple[int, list[str]]] = {}
    problems: list[str] = []
    for condition in given.only:
        print(f"== {condition}", flush=True)
        notebooks, failed = run(book, given.names, condition, given.jobs)
        problems += [f"{condition}: {problem}" for problem in failed]
        for name, path in notebooks.items():
            pair = (nbformat.read(file, as_version=4) for file in (book.notebook(name), path))
            found[name, condition] = compare(*pair)
    width = max(map(len, given.names))
    print(f"outputs that differ in a byte, and compared tables that differ\n{'':{width}}", end="")
    print("".join(f"{condition:>14}" for condition in given.only))
    for name in given.names:
        known = [found.get((name, condition)) for condition in given.only]
        cells = [f"{one[0]:6d} {len(one[1]):7d}" if one else f"{'failed':>14}" for one in known]
        print(f"{name:{width}}{''.join(cells)}")
    problems += [f"{name}, {c}: {line}" for (name, c), (_, lines) in found.items() for line in lines]
    problems += [f"{name}, again: {n} outputs differ" for (name, c), (n, _) in found.items() if c == "again" and n]
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
