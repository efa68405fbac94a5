"""The ledger: every claim of the paper and of this book, what was found, and what a second seed found.

This file knows all rooms; no room knows it.
"""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterable
from pathlib import Path

import fa_book
from fa_book.claims import evidence, verdict
from fa_book.claims.verdict import MIME, Claim

SEE_ALSO = {  # chapters beyond the paper that bear on a claim judged elsewhere, and how a link to them reads
    "exact": ("exact solution", ("C6a", "C6c", "C7d", "C7e", "C8", "C12b")),
    "information": ("what the estimator sees", ("C5b", "C13b", "C16", "C18a", "C18b")),
}


def order(id: str) -> tuple[int, str]:
    """C7b as (7, "b"), so that C10 follows C9."""
    number, letter = re.fullmatch(r"C(\d+)(\w*)", id).groups()
    return int(number), letter


def _all() -> tuple[Claim, ...]:
    """The claims of every room that has a `claims.py`, in order."""
    found = []
    for room in pkgutil.iter_modules(fa_book.__path__):
        if room.ispkg and room.name not in ("claims", "ledger", "widgets"):
            module = f"fa_book.{room.name}.claims"
            if importlib.util.find_spec(module):
                found += [value for value in vars(importlib.import_module(module)).values() if isinstance(value, Claim)]
    return tuple(sorted(found, key=lambda claim: order(claim.id)))


ALL = _all()


def collect(folder: str | Path) -> list[dict]:
    """All verdicts shown in a folder's executed notebooks, ordered by claim, each with its chapter's name.

    Args:
        folder: of the .ipynb files.

    Returns:
        Records as of `Verdict.record`, with "chapter" added.

    Raises:
        ValueError: if the folder holds no verdict.
    """
    found = []
    for path in sorted(Path(folder).glob("*.ipynb")):
        for cell in json.loads(path.read_text())["cells"]:
            bundles = [output.get("data", {}) for output in cell.get("outputs", [])]
            found += [bundle[MIME] | {"chapter": path.stem} for bundle in bundles if MIME in bundle]
    if not found:
        raise ValueError(f"no verdict in the notebooks of {folder}: execute the chapters first (make book)")
    return sorted(found, key=lambda record: (order(record["id"]), record["chapter"]))


def current(records: Iterable[dict]) -> list[dict]:
    """The records with the claims' words as they are in the code now: a notebook has those of the day it was run."""
    words = {claim.id: claim.words() for claim in ALL}
    return [record | words.get(record["id"], {}) for record in records]


def decisive(record: dict) -> dict:
    """The check of a record that its verdict hangs on, see `fa_book.claims.evidence.decisive`."""
    return record["checks"][evidence.decisive([verdict.read(check) for check in record["checks"]])]


def replicated(path: str | Path) -> dict[str, dict]:
    """What `make replicate` found: claim to its record, of another seed; empty where it has not been run.

    Args:
        path: of the file that it wrote.
    """
    path = Path(path)
    if not path.exists():
        return {}
    rows = json.loads(path.read_text(encoding="utf-8"))["verdicts"]
    return {row["id"]: row for row in rows}


def compare(records: Iterable[dict], second: dict[str, dict]) -> list[dict]:
    """The table of the replication: claim, first and second verdict, both findings of the decisive check.

    A claim that the second seed did not reach has None for it, and its price.
    """
    rows = []
    for record in records:
        again = second.get(record["id"])
        at = record["checks"].index(decisive(record))
        rows.append({
            "id": record["id"], "first": record["outcome"], "found": record["checks"][at]["found"],
            "second": again and again["outcome"], "found again": again and again["checks"][at]["found"],
            "agree": again and again["outcome"] == record["outcome"],
        })  # fmt: skip
    return rows
