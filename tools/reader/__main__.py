"""Write the editions for readers without the site into _build/html: python -m tools.reader."""

import argparse
import re
import sys
import time
from pathlib import Path

import nbformat

from tools.book import ROOT, Book
from tools.paper.chapters import slug
from tools.reader import FOLDER, notebook
from tools.reader.markdown import article
from tools.reader.pages import Pages

TEXT = re.compile(r"\{glue:text\}`([^`:]+)(?::[^`]*)?`")


def notebooks(pages: Pages) -> list[Path]:
    """Write the notebook editions of all chapters.

    Raises:
        ValueError: if a page is missing, or holds what has no Markdown.
    """
    book, folder, written = pages.book, pages.site / FOLDER, []
    folder.mkdir(parents=True, exist_ok=True)
    for page in book.pages():
        if not page.file.endswith(".ipynb"):
            continue
        name = Path(page.file).stem
        made = notebook.make(
            nbformat.read(book.notebook(name), as_version=4),
            article(pages.html(page)),
            address=pages.place(page),
            site=pages.address,
            title=pages.config["title"],
            images=pages.site / "_images",
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
        pages = Pages(book)
        files = notebooks(pages)
        texts = pages.write(slug(pages.config["title"]))
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    size = sum(path.stat().st_size for path in files) / 1e6
    seconds = time.monotonic() - start
    print(f"{len(files)} notebook editions, {size:.1f} MB, and {len(texts)} pages of Markdown in {seconds:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
