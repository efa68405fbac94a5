"""Move the book to another repository address, everywhere at once: python -m tools.repository URL.

_config.yml has the address; chapters' Colab cells, the citation and the README repeat it.
"""

import re
import subprocess
import sys
from pathlib import Path

import nbformat

from tools.book import ROOT, Book
from tools.normalise import normalise


def move(root: Path, old: str, new: str) -> list[str]:
    """Replace an address in all files that git knows, and return their names."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True).stdout
    changed = []
    for name in filter(None, names.split("\0")):
        path = root / name
        content = path.read_bytes() if path.is_file() else b""
        if old.encode() not in content:
            continue
        path.write_bytes(content.replace(old.encode(), new.encode()))
        if path.suffix == ".ipynb":  # a cell's id comes from its text
            path.write_text(normalise(nbformat.read(path, as_version=4), root), encoding="utf-8")
        changed.append(name)
    return changed


def main() -> int:
    new = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else ""
    if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", new):
        print(f"error: give an address such as https://github.com/name/repository, got {new!r}", file=sys.stderr)
        return 2
    for name in move(ROOT, Book().repository(), new):
        print(f"  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
