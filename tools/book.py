"""Where the book's parts are, read from _toc.yml and _config.yml so that nothing is listed twice."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import jupytext
import yaml
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]

# These read what the other chapters have put out, so they run after all of them.
READS_OTHERS = ("claims",)

# These take longest. Where no run has said so yet, as in a new clone, they begin first: none of them is then left alone
# at the end, while other cores wait.
LONGEST = (
    "systems",
    "classification",
    "regression",
    "published-numbers",
    "one-law-networks",
    "delays",
    "random-layers",
    "predictive-coding",
    "coding-rate",
)


class Page(NamedTuple):
    """An entry of the table of contents."""

    file: str  #: from the root of the book
    part: str = ""  #: caption of its part
    depth: int = 0  #: how many pages it stands below


def _pages(entries: list[dict], part: str = "", depth: int = 0) -> list[Page]:
    """Pages of a list of entries, those of a page's sections after it."""
    pages = []
    for entry in entries:
        pages += [Page(entry["file"], part, depth), *_pages(entry.get("sections", []), part, depth + 1)]
    return pages


@dataclass(frozen=True)
class Book:
    """A book's folder: _toc.yml and _config.yml at its root, chapters in book/, everything made in _build/."""

    root: Path = ROOT

    @property
    def folder(self) -> Path:
        return self.root / "book"

    @property
    def build(self) -> Path:
        return self.root / "_build"

    def text(self, name: str) -> Path:
        return self.folder / f"{name}.md"

    def notebook(self, name: str) -> Path:
        return self.folder / f"{name}.ipynb"

    def pages(self) -> list[Page]:
        """Every page in the order of the table of contents."""
        toc = yaml.safe_load((self.root / "_toc.yml").read_text(encoding="utf-8"))
        pages = [Page(toc["root"]), *_pages(toc.get("chapters", []))]
        return pages + [page for part in toc.get("parts", []) for page in _pages(part["chapters"], part["caption"])]

    def chapters(self) -> list[str]:
        """Names of the notebook chapters in the order of the table of contents."""
        return [Path(page.file).stem for page in self.pages() if page.file.endswith(".ipynb")]

    def repository(self) -> str:
        """Address of the public repository."""
        return yaml.safe_load((self.root / "_config.yml").read_text(encoding="utf-8"))["repository"]["url"]

    def read(self, name: str) -> NotebookNode:
        """The chapter as its text has it, without outputs.

        Raises:
            ValueError: if the table of contents has no such chapter, or its text is missing.
        """
        if name not in self.chapters():
            raise ValueError(f"no chapter {name!r} in _toc.yml; the chapters are {', '.join(self.chapters())}")
        if not self.text(name).exists():
            raise ValueError(f"book/{name}.md is missing, but _toc.yml lists book/{name}.ipynb")
        return jupytext.read(self.text(name), fmt="md:myst")


def workers() -> int:
    """Processes to use: one a core, four at most."""
    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 4)


def environment(book: Book) -> dict[str, str]:
    """Environment that chapters run in: this tree's code, this interpreter's kernel, one thread, no user settings."""
    settings = {
        "PYTHONPATH": str(book.root),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        # one thread a process: the order of sums, and so the last digits, then do not depend on the number of cores
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TQDM_DISABLE": "1",  # a progress bar's seconds would differ from run to run
        # the kernel named python3 is the one installed beside this interpreter, whatever else the machine has
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_DATA_DIR": str(book.build / "settings/jupyter-data"),
        "JUPYTER_CONFIG_DIR": str(book.build / "settings/jupyter"),
        "IPYTHONDIR": str(book.build / "settings/ipython"),
        "MPLCONFIGDIR": str(book.build / "settings/matplotlib"),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # silences the debugger's note about frozen modules
    }
    unwanted = ("JUPYTER_PATH", "PYTHONHOME", "MPLBACKEND")
    return {key: value for key, value in os.environ.items() if key not in unwanted} | settings
