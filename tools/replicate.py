"""Compute every verdict anew with another seed, which is another split, too: python -m tools.replicate [--seed N].

The sweeps that take less than an hour are computed again, the chapters that judge something are run on them in a copy
of the book, and what they found is written to book/results/replication.json, which the ledger shows beside the first
verdicts. Interrupted, it goes on where it was. Claims that rest on dearer sweeps are not among the verdicts.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from fa_book import ledger
from tools.book import ROOT, Book, environment, workers
from tools.execute import execute

SEED = 2026
REPEATED = ("ibtask",)  # sweeps that are computed again; the files that the second seed's have are committed
STUDIES = {
    "apart": "fa_book.encoder_decoder.study"
}  # and what is no sweep: name of the file to the module that makes it
FOLDER = "replication"  # below book/results
FIRST_ONLY = ("ibtask_more.nc",)  # the second look of the first seed, which the second seed does not have


def evidence(book: Book, seed: int, jobs: int) -> dict[str, Path]:
    """The results of the second seed by name, computed where they are missing.

    Raises:
        subprocess.CalledProcessError: if a sweep or a study fails.
    """
    made = {}
    for name in (*REPEATED, *STUDIES):
        into = book.folder / "results" / FOLDER / f"{name}-{seed}.nc"
        if not into.exists():
            into.parent.mkdir(parents=True, exist_ok=True)
            cells = book.build / "replicate" / "cells" / f"{name}-{seed}"
            if name in STUDIES:
                commands = [[STUDIES[name], "--seed", str(seed), "--into", str(into)]]
            else:
                of = [name, "--seed", str(seed), "--out", str(cells)]
                commands = [
                    ["fa_book", "sweep", *of, "--workers", str(jobs)],
                    ["fa_book", "merge", *of, "--into", str(into)],
                ]
            for command in commands:
                subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=environment(book), check=True)
        made[name] = into
    return made


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


def judging(book: Book) -> list[str]:
    """Chapters that judge a claim, without those whose claims all rest on runs that are not made anew."""
    dear = {claim.id for claim in ledger.ALL if not anew(claim.rests)}
    names = []
    for name in book.chapters():
        text = book.text(name).read_text(encoding="utf-8")
        judged = set(re.findall(r"\bC\d+[a-z]?\b", text)) if ".judge(" in text else set()
        if judged - dear:
            names.append(name)
    return names


def anew(rests: str) -> bool:
    """Whether runs of this name are made with the second seed; "" stands for those that a chapter makes."""
    return rests in ("", *REPEATED, *STUDIES)


def seeded(book: Book, name: str) -> bool:
    """Whether a chapter draws anything itself."""
    return "\nseed = " in book.text(name).read_text(encoding="utf-8")


def repeated(records: list[dict]) -> list[dict]:
    """Of all verdicts, those whose runs were made anew."""
    return [record for record in records if anew(record["rests"])]


def main(arguments: list[str] | None = None) -> int:
    """Run it; 0 if every chapter came to an end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=SEED, metavar="N", help="another than 0; default: %(default)s")
    parser.add_argument("--jobs", type=int, default=workers(), help="processes at a time; default: %(default)s")
    parser.add_argument("--chapters", nargs="+", metavar="NAME", help="only these; the verdicts of others stay")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    said = parser.parse_args(arguments)
    if said.seed == 0:
        parser.error("--seed 0 is the seed of the book itself: give another")
    book = Book(said.root.resolve())
    second = copy(book, evidence(book, said.seed, said.jobs))
    names = said.chapters or judging(book)
    problems = []
    for draws, words in ((True, [f"seed={said.seed}"]), (False, [])):
        some = [name for name in names if seeded(book, name) == draws]
        problems += execute(second, some, said.jobs, words, folder=second.folder)
    for problem in problems:
        print(f"not repeated: {problem}", file=sys.stderr)
    found = repeated(ledger.collect(second.folder))
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
