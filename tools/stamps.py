"""Which chapters need not run again: a stamp holds the hash of all that a chapter's outputs depend on.

Of the book's own Python these are the files that the chapter imports, itself or through others: a change in one
chapter's room leaves the others' stamps as they are. The library counts as a whole.

A stamp lies in _build/executed/NAME.json. It counts only while the notebook is the one that the run wrote. It also says
whether that was, to the byte, the notebook that git had already: such a run has repeated the committed one.
"""

import hashlib
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

from tools import imports
from tools.book import READS_OTHERS, Book

PACKAGE = "fa_book"  # the chapters' own Python
MAGIC = re.compile(r"^(\s*)[!%].*", re.MULTILINE)  # lines of a cell that are IPython's and not Python's


def sha(path: Path) -> str:
    """sha256 of a file, "" if there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


@cache
def _shared(book: Book) -> str:
    """Hash of what every chapter may use: fa_lib, data, results, requirements, Python, how notebooks are written."""
    folders = [book.root / "fa_lib", book.folder / "data", book.folder / "results"]
    files = [path for folder in folders for path in folder.rglob("*") if "__pycache__" not in path.parts]
    files += [Path(__file__).with_name(name) for name in ("normalise.py", "same_picture.py")]
    files += book.root.glob("requirements*.txt")
    return _hash([*_entries(files), str(sys.version_info[:2])])


def own(book: Book, name: str) -> set[Path]:
    """The files of the book's own Python that a chapter imports, itself and through others; all of them if unclear.

    A widget's scripts are not among them: they run on the page, and no chapter's output holds them.
    """
    try:
        cells = [MAGIC.sub(r"\1pass", cell.source) for cell in book.read(name).cells if cell.cell_type == "code"]
        names = set().union(*map(imports.imported, cells))
        found = imports.files(book.root, names)
    except (SyntaxError, ValueError):  # the run will say what is wrong
        found = set((book.root / PACKAGE).rglob("*.py"))
    return {path for path in found if path.is_relative_to(book.root / PACKAGE)}


def _entries(files) -> list[str]:
    return [f"{path}\n{sha(path)}" for path in sorted(files) if path.is_file()]


def _hash(parts: list[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def fingerprint(book: Book, name: str) -> str:
    """Hash of all that a chapter's outputs depend on; for a chapter that reads the others, their notebooks too."""
    parts = [_shared(book), sha(book.text(name)), *_entries(own(book, name))]
    if name in READS_OTHERS:
        parts += [sha(book.notebook(other)) for other in book.chapters() if other not in READS_OTHERS]
    return _hash(parts)


def _path(book: Book, name: str) -> Path:
    return book.build / "executed" / f"{name}.json"


def _read(book: Book, name: str) -> dict:
    try:
        return json.loads(_path(book, name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # no stamp, or half of one: the chapter runs again


def is_current(book: Book, name: str) -> bool:
    """Whether the notebook is there and came from the chapter, library and data as they are now."""
    stamp = _read(book, name)
    made_from, made = stamp.get("fingerprint"), stamp.get("notebook")
    return bool(made) and made_from == fingerprint(book, name) and made == sha(book.notebook(name))


def last_seconds(book: Book, name: str) -> float:
    """Seconds of the last run here, infinite if not known: it may be the longest, so it starts first."""
    return _read(book, name).get("seconds", float("inf"))


def _as_committed(book: Book, name: str) -> bool:
    """Whether text and notebook are those of git's last commit; not so where there is no git."""
    command = ["git", "diff", "--quiet", "HEAD", "--", book.text(name), book.notebook(name)]
    try:
        answer = subprocess.run(command, cwd=book.root, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError:
        return False
    return answer.returncode == 0


def came_out_again(book: Book, name: str) -> bool:
    """Whether a run here gave the notebook that git had before it, and all that it was made from is as it was."""
    return _read(book, name).get("again", False) and _as_committed(book, name) and is_current(book, name)


def write(book: Book, name: str, made_from: str, seconds: float) -> None:
    """Record that the notebook now in place was made from `made_from` (a fingerprint taken before the run)."""
    path = _path(book, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    stamp = {"fingerprint": made_from, "notebook": sha(book.notebook(name)), "seconds": round(seconds, 1)}
    stamp["again"] = _as_committed(book, name)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(stamp), encoding="utf-8")
    temporary.replace(path)
