"""The command that gets Fashion-MNIST once, checks it and puts it where `fashion_mnist` looks.

    python -m fa_book.published_numbers.fetch                   # from Debian's package if it is there, else the address
    python -m fa_book.published_numbers.fetch --source FOLDER   # from a folder with the four IDX files, gzipped or not

The one part of the project that opens a connection, and only when it is called.
"""

import argparse
import gzip
import sys
import urllib.request
from pathlib import Path

from fa_book.published_numbers.fashion import COMMAND, DEBIAN, FILES, OFFICIAL, content, home, path_of, remedy


def fetch(source: str | Path | None = None, into: str | Path | None = None) -> Path:
    """Copy the four files from a folder or an address, check them, and put them where `fashion_mnist` looks.

    Args:
        source: a folder or an address; Debian's folder if it is there, else the official address, if None.
        into: the folder to put them in; `home()` if None.

    Returns:
        That folder.

    Raises:
        ValueError: for altered files. OSError: if a file cannot be had or written. Both say what to do.
    """
    source = (DEBIAN if DEBIAN.is_dir() else OFFICIAL) if source is None else source
    into = home() if into is None else Path(into)
    into.mkdir(parents=True, exist_ok=True)
    for file in (file for split in FILES.values() for file in split):
        if str(source).startswith(("http://", "https://")):
            where = f"{str(source).rstrip('/')}/{file.name}.gz"
            try:
                with urllib.request.urlopen(where, timeout=60) as answer:
                    found = answer.read()
            except OSError as error:
                raise OSError(f"{where} cannot be had ({error}). {remedy()}") from error
        else:
            path = path_of(Path(source), file)
            if path is None:
                raise FileNotFoundError(f"{source} has no {file.name}, gzipped or not. {remedy()}")
            where, found = str(path), path.read_bytes()
        packed = gzip.compress(content(found, where, file.whole), 6, mtime=0)
        (into / f"{file.name}.gz").write_bytes(packed)
    return into


def main(arguments: list[str] | None = None) -> int:
    """The command line: 0 if the four files are there and right, 1 if not."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Fetch Fashion-MNIST once, and check it.")
    parser.add_argument("--source", metavar="FOLDER", help="a folder with the four IDX files, or an address")
    parser.add_argument("--into", metavar="FOLDER", help=f"where to put them; default: {home()}")
    said = parser.parse_args(arguments)
    try:
        print(f"Fashion-MNIST is in {fetch(said.source, said.into)}")
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
