"""What chapters read must be there and whole, before anything long is run: python -m tools.check_inputs.

The data files (their digests), the published results (every file is loaded, which compares its digests too), and each
file that a chapter's code names.
"""

import argparse
import re
import sys
from pathlib import Path

from tools.book import ROOT, Book

NAMED = re.compile(r"""["']((?:results|data)/[\w./-]+\.\w+)["']""")


def _why(error: Exception) -> str:
    return " ".join(f"{error}".split()) or type(error).__name__


def _results(path: Path) -> None:
    """Read a published file whole: one that a study wrote with its digest, or a sweep's merged cells."""
    import h5netcdf
    import xarray as xr

    from fa_lib import sweep
    from fa_lib.sweep import store

    try:
        with h5netcdf.File(path) as file:
            digest = file.attrs.get("digest")
    except OSError:
        digest = None  # no netCDF at all, which `load` says in better words
    if digest is None:
        sweep.load(path)
    elif store.digest(xr.load_dataset(path, engine="h5netcdf")) != digest:
        raise ValueError(f"{path} was altered since it was written")


def _damaged(book: Book) -> list[str]:
    """Results and data that cannot be read."""
    from fa_lib.tasks import idx  # torch takes a second: not for those who only ask for help

    found = []
    for path in sorted((book.folder / "results").rglob("*.nc")):
        try:
            _results(path)
        except Exception as error:  # a damaged file can fail in any of three libraries
            where, why = path.relative_to(book.root), _why(error).replace(f"{path}: ", "").replace(f"{path} ", "")
            found.append(f"{where} cannot be used: {why}; git checkout -- {where} brings it back")
    if (book.root / "fa_lib/tasks/idx.py").exists():
        for split in idx.SPLITS:
            try:
                idx.mnist(split, book.folder / "data/mnist")
            except (OSError, ValueError) as error:
                found.append(_why(error).replace(f"{book.root.resolve()}/", ""))
    return found


def problems(book: Book) -> list[str]:
    """One line for each file that is missing or damaged, and who wants it."""
    found = []
    for name in book.chapters():
        text = book.text(name).read_text(encoding="utf-8") if book.text(name).exists() else ""
        for number, line in enumerate(text.splitlines(), 1):
            for file in NAMED.findall(line):
                if not (book.folder / file).exists():
                    found.append(f"book/{name}.md:{number}: book/{file} is missing; git checkout -- book/{file}")
    return found + _damaged(book)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    lines = problems(Book(parser.parse_args(arguments).root.resolve()))
    for line in lines:
        print(f"error: {line}", file=sys.stderr)
    print("data and results: " + (f"{len(lines)} missing or damaged" if lines else "there and whole"))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
