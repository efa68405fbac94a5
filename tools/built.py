"""Whether the site in _build/html is that of the files as they are, so that nobody builds it twice.

`make html` says `python -m tools.built begin` before and `python -m tools.built end` after it has built without a
warning. What is noted counts for one commit of a clean tree, the packages of one environment, and the site's files as
they were left.
"""

import hashlib
import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

from tools.book import ROOT, Book

NOTE = "built.json"  # in _build


def _source(book: Book) -> str:
    """Commit and packages that a site would be built from; "" where git knows of changes, or there is no git."""
    commands = (["status", "--porcelain"], ["rev-parse", "HEAD"])
    try:
        changes, commit = (
            subprocess.run(["git", *words], cwd=book.root, capture_output=True, text=True, check=True).stdout.strip()
            for words in commands
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    packages = sorted(f"{found.name}=={found.version}" for found in importlib.metadata.distributions())
    return "" if changes else hashlib.sha256("\n".join([commit, sys.version, *packages]).encode()).hexdigest()


def _site(book: Book) -> str:
    """Hash of the site's files."""
    found = hashlib.sha256()
    for path in sorted((book.build / "html").rglob("*")):
        if path.is_file():
            found.update(f"{path.relative_to(book.build)}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return found.hexdigest()


def _note(book: Book) -> Path:
    return book.build / NOTE


def begin(book: Book) -> None:
    """Forget the last site, and note what the next one is built from."""
    book.build.mkdir(exist_ok=True)
    _note(book).write_text(json.dumps({"source": _source(book)}), encoding="utf-8")


def end(book: Book) -> None:
    """Note the site that was built, unless something was changed meanwhile."""
    begun = json.loads(_note(book).read_text(encoding="utf-8"))["source"]
    if begun and begun == _source(book):
        _note(book).write_text(json.dumps({"source": begun, "site": _site(book)}), encoding="utf-8")


def is_current(book: Book) -> bool:
    """Whether the site is there, whole, and built from what is here now."""
    try:
        noted = json.loads(_note(book).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return "site" in noted and noted["source"] == _source(book) and noted["site"] == _site(book)


if __name__ == "__main__":
    {"begin": begin, "end": end}[sys.argv[1]](Book(ROOT))
