"""The first cell of every chapter, which lets it run on Colab: python -m tools.setup_cell puts it where it is missing.

A Binder or a clone has the whole repository; Colab opens a single notebook. The cell is hidden on the page.
"""

import re
import sys

from tools.book import Book

TAG = "remove-cell"
CODE = """\
# On Colab: fetch the book and what it needs, then work from its chapters' folder.
# Anywhere else this does nothing.
import sys

if "google.colab" in sys.modules and "/content/fa-book" not in sys.path:
    !git clone --quiet --depth 1 {repository} /content/fa-book
    %pip install --quiet --editable "/content/fa-book[chapters]"
    sys.path.insert(0, "/content/fa-book")
    %cd -q /content/fa-book/book"""

FIRST = re.compile(r"^```\{code-cell\}.*?^```\n", re.DOTALL | re.MULTILINE)


def insert(text: str, repository: str) -> str:
    """A chapter's text with the cell before its first code cell, in place of an older version of the cell.

    Raises:
        ValueError: if the text has no code cell.
    """
    cell = f"```{{code-cell}} ipython3\n:tags: [{TAG}]\n\n{CODE.format(repository=repository)}\n```\n"
    first = FIRST.search(text)
    if not first:
        raise ValueError("no code cell to put the Colab cell before")
    if "google.colab" in first.group():
        return text[: first.start()] + cell + text[first.end() :]
    return text[: first.start()] + cell + "\n" + text[first.start() :]


def main() -> int:
    book = Book()
    for path in filter(lambda path: path.exists(), map(book.text, book.chapters())):
        text = path.read_text(encoding="utf-8")
        with_cell = insert(text, book.repository())
        if with_cell != text:
            path.write_text(with_cell, encoding="utf-8")
            print(f"  book/{path.name}: now run make chapter NAME={path.stem}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
