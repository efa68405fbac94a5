"""Write the editions for readers without the site into _build/html: python -m tools.reader."""

import argparse
import re
import sys
import time
from pathlib import Path

import nbformat
import yaml

from tools.book import ROOT, Book
from tools.reader import FOLDER, edition
from tools.reader.markdown import article

TEXT = re.compile(r"\{glue:text\}`([^`:]+)(?::[^`]*)?`")


def notebooks(book: Book, site: Path) -> list[Path]:
    """Write the notebook editions of all chapters.

    Raises:
        ValueError: if a page is missing, or holds what has no Markdown.
    """
    config = yaml.safe_load((book.root / "_config.yml").read_text(encoding="utf-8"))
    folder, written = site / FOLDER, []
    folder.mkdir(parents=True, exist_ok=True)
    for name in book.chapters():
        path = site / "book" / f"{name}.html"
        if not path.is_file():
            raise ValueError(f"{path.relative_to(book.root)} is missing: run make html")
        made = edition.make(
            nbformat.read(book.notebook(name), as_version=4),
            article(path.read_text(encoding="utf-8")),
            address=f"{config['html']['baseurl']}book/{name}.html",
            site=config["html"]["baseurl"],
            title=config["title"],
            images=site / "_images",
            texts=TEXT.findall(book.text(name).read_text(encoding="utf-8")),
        )
        written.append(folder / f"{name}.ipynb")
        written[-1].write_text(nbformat.writes(made) + "\n", encoding="utf-8")
    return written


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    book = Book(parser.parse_args(arguments).root.resolve())
    start = time.monotonic()
    try:
        site = book.build / "html"
        files = notebooks(book, site)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    size = sum(path.stat().st_size for path in files) / 1e6
    print(f"{len(files)} notebook editions, {size:.1f} MB, {time.monotonic() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
