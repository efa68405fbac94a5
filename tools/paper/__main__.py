"""Write _build/paper/NAME.pdf, NAME.epub and NAME.zip from _build/html: python -m tools.paper [pdf] [epub] [zip]."""

import argparse
import sys
import time
from pathlib import Path

from tools.book import ROOT
from tools.paper import archive, epub, pdf
from tools.paper.browser import Browser
from tools.paper.chapters import read_book

FORMATS = {"pdf": pdf.write, "epub": epub.write, "zip": archive.write}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("formats", nargs="*", help="pdf, epub, zip; all if none is named")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        if unknown := set(options.formats) - set(FORMATS):
            raise ValueError(f"no such format: {', '.join(sorted(unknown))}; there are {', '.join(FORMATS)}")
        root = options.root.resolve()
        book, folder = read_book(root), root / "_build/paper"
        folder.mkdir(parents=True, exist_ok=True)
        for name in options.formats or FORMATS:
            start, path = time.monotonic(), folder / f"{book.slug}.{name}"
            with Browser(book.site) as browser:
                said = FORMATS[name](book, browser, path)
            size = path.stat().st_size / 1e6
            print(f"{path.relative_to(root)}: {said}, {size:.1f} MB, {time.monotonic() - start:.0f} s")
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
