"""Compute every verdict anew with another seed, which is another split, too: python -m tools.replicate [--seed N].

The sweeps that take less than an hour are computed again, the chapters that judge something are run on them in a copy
of the book, and what they found is written to book/results/replication.json, which the ledger shows beside the first
verdicts. Interrupted, it goes on where it was. Dearer sweeps are computed where they are named (--dear), and counted
where their file is there; verdicts that rest on such files alone are read from them, without their chapter.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from fa_book import ledger
from fa_book.ledger import again
from tools.book import ROOT, Book, environment, workers
from tools.execute import execute

SEED = 2026
REPEATED = ("ibtask",)  # sweeps that are computed again; the files that the second seed's have are committed
STUDIES = {  # and what is no sweep: name of the file to the module that makes it
    "apart": "fa_book.encoder_decoder.study",
    "drift": "fa_book.drift.study",
}
DEAR = {  # sweeps that cost about half a core hour or more, and how many runs of each condition a second seed has
    "one_law": 20,
    "one_law_further": 0,  # as many as the first
    "one_law_fresh": 40,
    "one_law_digits": 0,
    "bottleneck": 10,
    "decide": 4,
    "decide_more": 4,
    "depth": 3,
    "sensitivity": 4,
    "fig7": 0,
    "fig8": 0,
}
PLAN = {"fig7": "fig7_judged", "fig8": "fig8_judged"}  # the sweep that a second seed's file comes from, if another
NEEDED = {"bottleneck": "bottleneck"}  # chapters that cannot run without a dear sweep of their own seed
FOLDER = "replication"  # below book/results
FIRST_ONLY = (
    "ibtask_more.nc",
    "decide_more.nc",
    "decide_further.nc",
    "one_law_more.nc",
    "one_law_runs.nc",
)  # later looks at the first seed


def evidence(book: Book, seed: int, jobs: int, dear: tuple[str, ...] = ()) -> dict[str, Path]:
    """The results of the second seed by name, computed where they are missing; of the dear ones those that are named.

    Raises:
        subprocess.CalledProcessError: if a sweep or a study fails.
    """
    made = {}
    for name in (*REPEATED, *STUDIES, *DEAR):
        into = book.folder / "results" / FOLDER / f"{name}-{seed}.nc"
        if name in DEAR and name not in dear and not into.exists():
            continue
        if not into.exists():
            into.parent.mkdir(parents=True, exist_ok=True)
            for command in commands(name, seed, jobs, into, book.build / "replicate" / "cells" / f"{name}-{seed}"):
                subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=environment(book), check=True)
        made[name] = into
    return made


def commands(name: str, seed: int, jobs: int, into: Path, cells: Path) -> list[list[str]]:
    """What makes the file of a sweep or a study, as arguments of `python -m`."""
    if name in STUDIES:
        return [[STUDIES[name], "--seed", str(seed), "--out", str(cells), "--into", str(into)]]
    of = [PLAN.get(name, name), "--seed", str(seed), "--out", str(cells)]
    of += ["--runs", str(DEAR[name])] if DEAR.get(name) else []
    return [["fa_book", "sweep", *of, "--workers", str(jobs)], ["fa_book", "merge", *of, "--into", str(into)]]


def copy(book: Book, results: dict[str, Path]) -> Book:
    """A copy of the book's texts, data and results, with the second seed's results in the place of the first's."""
    root = book.build / "replicate"
    shutil.rmtree(root / "book", ignore_errors=True)
    shutil.copytree(book.folder, root / "book", ignore=shutil.ignore_patterns("*.ipynb", FOLDER, *FIRST_ONLY))
    for name in ("_toc.yml", "_config.yml"):
        shutil.copy(book.root / name, root / name)
    for name, path in results.items():
        shutil.copy(path, root / "book" / "results" / f"{name}.nc")
    return Book(root)


def judging(book: Book, made: dict[str, Path]) -> list[str]:
    """Chapters that judge a claim on runs that were made anew, without those that need a sweep which was not."""
    dear = {claim.id for claim in ledger.ALL if not anew(claim.rests, made)}
    read = {chapter for chapter, _ in again.FROM_FILES.values()}
    names = []
    for name in book.chapters():
        text = book.text(name).read_text(encoding="utf-8")
        judged = set(re.findall(r"\bC\d+[a-z]?\b", text)) if ".judge(" in text else set()
        if judged - dear and name not in read and NEEDED.get(name, "") in ("", *made):
            names.append(name)
    return names


def anew(rests: str, made: dict[str, Path]) -> bool:
    """Whether runs of this name were made with the second seed; "" stands for those that a chapter makes."""
    return rests in ("", *made)


def seeded(book: Book, name: str) -> bool:
    """Whether a chapter draws anything itself."""
    return "\nseed = " in book.text(name).read_text(encoding="utf-8")


def repeated(records: list[dict], made: dict[str, Path]) -> list[dict]:
    """Of all verdicts, those whose runs were made anew."""
    return [record for record in records if anew(record["rests"], made)]


def from_files(folder: Path, made: dict[str, Path]) -> list[dict]:
    """Records of the verdicts that are read from dear sweeps, each with the chapter that shows the first seed's."""
    return [
        json.loads(json.dumps(verdict.record())) | {"chapter": chapter}
        for name, (chapter, judge) in again.FROM_FILES.items()
        if name in made
        for verdict in judge(folder)
    ] + [
        json.loads(json.dumps(verdict.record())) | {"chapter": chapter}
        for name, (chapter, judge) in again.FROM_ONE.items()
        if name in made
        for verdict in judge(made[name])
    ]


def main(arguments: list[str] | None = None) -> int:
    """Run it; 0 if every chapter came to an end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=SEED, metavar="N", help="another than 0; default: %(default)s")
    parser.add_argument("--jobs", type=int, default=workers(), help="processes at a time; default: %(default)s")
    parser.add_argument("--chapters", nargs="+", metavar="NAME", help="only these; the verdicts of others stay")
    parser.add_argument("--dear", nargs="+", choices=tuple(DEAR), default=(), metavar="NAME", help="compute these, too")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    said = parser.parse_args(arguments)
    if said.seed == 0:
        parser.error("--seed 0 is the seed of the book itself: give another")
    book = Book(said.root.resolve())
    made = evidence(book, said.seed, said.jobs, tuple(said.dear))
    whole = {name: path for name, path in made.items() if name not in again.FROM_ONE}  # what chapters can run on
    second = copy(book, whole)
    read = from_files(second.folder / "results", made)
    told = [row for row in read if not said.chapters or row["chapter"] in said.chapters]
    done = {chapter for name, (chapter, _) in again.FROM_FILES.items() if name in made}
    names = [name for name in said.chapters or judging(book, whole) if name not in done]
    problems = []
    for draws, words in ((True, [f"seed={said.seed}"]), (False, [])):
        some = [name for name in names if seeded(book, name) == draws]
        problems += execute(second, some, said.jobs, words, folder=second.folder)
    for problem in problems:
        print(f"not repeated: {problem}", file=sys.stderr)
    found = told + (repeated(ledger.collect(second.folder), whole) if names else [])
    into = book.folder / "results" / "replication.json"
    if said.chapters and into.exists():
        kept = json.loads(into.read_text(encoding="utf-8"))["verdicts"]
        found += [row for row in kept if row["chapter"] not in said.chapters]
    found.sort(key=lambda row: ledger.order(row["id"]))
    text = json.dumps({"seed": said.seed, "verdicts": found}, indent=1, ensure_ascii=False)
    into.write_text(text + "\n", encoding="utf-8")
    print(f"{len(found)} verdicts of seed {said.seed} in {into.relative_to(book.root)}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
