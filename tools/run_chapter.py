"""Run one chapter in a process of its own: python -m tools.run_chapter ROOT NAME OUTPUT ERROR [PARAMETERS as JSON].

The notebook appears at OUTPUT only when every cell has passed. Otherwise the partly run one is kept in _build/failed/
and ERROR holds one line that says which cell failed and why.
"""

import copy
import json
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError

from tools.book import Book
from tools.normalise import normalise
from tools.same_picture import keep


def _leave_with_parent() -> None:
    """End this process when the one that started it is gone, however it went; the kernel then ends itself."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _where(book: Book, name: str, source: str) -> str:
    """The chapter's text file and, if it can be found, the line on which a cell's code begins."""
    text = book.text(name).read_text(encoding="utf-8")
    start = text.find(source)
    return f"book/{name}.md" + (f":{text.count(chr(10), 0, start) + 1}" if source and start >= 0 else "")


# What is said where a kernel did not begin: two that begin at the same moment can pick the same port, and then one of
# them finds it taken, and whoever waits for it hears the other.
NOT_BEGUN = ("Invalid Signature", "Kernel died before replying to kernel_info", "Kernel didn't respond in")


def _execute(notebook, work: Path, **options) -> None:
    """papermill's `execute_notebook`; from the start once more if the kernel did not begin."""
    try:
        papermill.execute_notebook(copy.deepcopy(notebook), work, **options)
    except (RuntimeError, ValueError) as error:
        if not any(words in str(error) for words in NOT_BEGUN):
            raise
        papermill.execute_notebook(notebook, work, **options)


def _before(book: Book, name: str) -> str:
    """The chapter's notebook as committed; without git as it is in place; "" if there is none."""
    # not the one in place if git knows better: a change made and undone leaves the tree as it was
    command = ["git", "-C", str(book.root), "show", f"HEAD:./book/{name}.ipynb"]
    try:
        answer = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=True)
        return answer.stdout.decode()
    except (OSError, subprocess.CalledProcessError, UnicodeDecodeError):
        path = book.notebook(name)
        return path.read_text(encoding="utf-8") if path.exists() else ""


def run(book: Book, name: str, output: Path, parameters: dict) -> str | None:
    """Run a chapter with papermill, in book/ as its working folder, and write it normalised to `output`.

    In place, pictures that no eye tells from the committed ones stay as they are (`tools.same_picture`).

    Returns:
        None, or one line on what failed.
    """
    notebook = book.read(name)
    work = book.build / "executing" / f"{name}.ipynb"
    failed = book.build / "failed" / f"{name}.ipynb"
    failed.unlink(missing_ok=True)
    try:
        _execute(notebook, work, parameters=parameters, kernel_name="python3", progress_bar=False, cwd=book.folder)
    except PapermillExecutionError as error:
        place = _where(book, name, error.source)
        problem = f"{place}: cell {error.cell_index + 1} failed: {error.ename}: {error.evalue}"
    except Exception as error:  # a dead kernel, say: a name and a message help more than our stack
        problem = f"book/{name}.md: could not be run: {type(error).__name__}: {error}"
    else:
        text = normalise(nbformat.read(work, as_version=4), book.root)
        if output == book.notebook(name) and (before := _before(book, name)):
            text = keep(before, text)
        # a name of its own, and then moved: whenever this is cut short, the notebook in place is whole
        whole = work.with_suffix(f".{os.getpid()}")
        whole.write_text(text, encoding="utf-8")
        whole.replace(output)
        work.unlink()
        return None
    if work.exists():
        failed.parent.mkdir(parents=True, exist_ok=True)
        work.replace(failed)
    return " ".join(problem.split())


def main() -> int:
    root, name, output, error = sys.argv[1:5]
    _leave_with_parent()
    logging.getLogger("papermill").setLevel(logging.ERROR)
    parameters = json.loads(sys.argv[5]) if len(sys.argv) > 5 else {}
    problem = run(Book(Path(root)), name, Path(output), parameters)
    if problem:
        Path(error).write_text(problem, encoding="utf-8")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
