"""The whole book as one ZIP: texts, notebooks, data, results, code and environment, to keep and to run anywhere.

The same tree and site give the same bytes: sorted names, no clock.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tools.paper.browser import Browser
from tools.paper.chapters import Book
from tools.reader import FOLDER

FOLDERS = ("book", "fa_lib", "fa_book", "tools", "tests", "binder", ".github", ".ci")
MADE = re.compile(r"(?:^|/)(?:__pycache__|\.[^/]*_(?:checkpoints|cache)|\.hypothesis|[^/]*\.egg-info)(?:/|$)|\.pyc$")
TEXT = "text"  # folder of the pages as Markdown
START = """\
# {title}: where to start

* `{notebooks}/` holds every chapter as a notebook that reads well in Jupyter, VS Code and Colab.
* `{text}/` holds every page as Markdown.
* `book/` holds the sources: `NAME.md` is the text that people review, `NAME.ipynb` the same with outputs. `book/data/`
  has the data, `book/results/` the published results.
* `fa_lib/` is the library, `fa_book/` the Python behind the chapters.
* `requirements.txt` and `requirements-torch.txt` pin the environment; `binder/` and the Dockerfile make it elsewhere.

To run a notebook: `python -m pip install --editable ".[chapters]" jupyterlab`, then open it. To run the whole book and
build the site again: `make book`. README.md says more. Text and figures are CC BY 4.0, code is BSD-3-Clause; MNIST
keeps its own licence.
"""


def files(root: Path, site: Path) -> Iterator[tuple[str, Path]]:
    """Name in the archive and place of each file, in any order.

    Args:
        root: the book's folder.
        site: its site, with the editions.
    """
    inside = [path for folder in FOLDERS for path in (root / folder).rglob("*")]
    for path in [*root.iterdir(), *inside]:
        name = path.relative_to(root).as_posix()
        if path.is_file() and not path.is_symlink() and not MADE.search(name) and name != ".git":
            yield name, path
    for path in (site / FOLDER).glob("*.ipynb"):
        yield f"{FOLDER}/{path.name}", path
    for path in [*(site / "book").glob("*.md"), site / "llms.txt"]:
        yield f"{TEXT}/{path.name}", path


def write(book: Book, browser: Browser, path: Path) -> str:
    """Write the archive and say what it holds.

    Raises:
        ValueError: if the site has no editions.
    """
    found = dict(files(book.site.parents[1], book.site))
    if not any(name.startswith(f"{FOLDER}/") for name in found) or not (book.site / "llms.txt").is_file():
        raise ValueError("the site has no notebook editions: run make html")
    with zipfile.ZipFile(path, "w") as archive:

        def add(name: str, content: bytes, mode: int) -> None:
            entry = zipfile.ZipInfo(f"{book.slug}/{name}")
            entry.external_attr = mode << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)

        add("START.md", START.format(title=book.title, notebooks=FOLDER, text=TEXT).encode(), 0o644)
        for name, place in sorted(found.items()):
            add(name, place.read_bytes(), 0o755 if place.stat().st_mode & 0o100 else 0o644)
    return f"{len(found) + 1} files"
