"""Run notebook editions as a reader does: python -m tools.reader.run [NAME ...], all without names.

Each is copied alone into an empty folder and run there by plain papermill. This tree stands for what the install line
fetches. A cell that shows a picture must show one again; the numbers that came out otherwise are printed.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.book import ROOT, Book, environment
from tools.reader import FOLDER


def pictures(notebook: NotebookNode) -> list[int]:
    """How many pictures each cell of code shows."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [sum("image/png" in output.get("data", {}) for output in cell.outputs) for cell in code]


def _widgets(notebook: NotebookNode) -> list[int]:
    """How many widgets, which show their picture inside HTML once they have run."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [sum("<fa-widget" in output.get("data", {}).get("text/html", "") for output in c.outputs) for c in code]


def run(path: Path, folder: Path, settings: dict[str, str]) -> list[str]:
    """Run a copy of the edition at `path` in the empty `folder`.

    Returns:
        What went wrong.
    """
    copy, result = folder / path.name, folder / "run.ipynb"
    shutil.copyfile(path, copy)
    command = [sys.executable, "-m", "papermill", copy.name, result.name, "--kernel", "python3", "--no-progress-bar"]
    answer = subprocess.run(
        command, cwd=folder, env=settings, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if answer.returncode:
        return [(answer.stderr.strip().splitlines() or ["papermill failed without a word"])[-1]]
    before, after = (nbformat.read(file, as_version=4) for file in (copy, result))
    shown = [p + w for p, w in zip(pictures(after), _widgets(after), strict=True)]
    found = [
        f"cell of code {number} shows {now} pictures, not {then}"
        for number, (then, now) in enumerate(zip(pictures(before), shown, strict=True), 1)
        if now < then
    ]
    if more := sorted({entry.name for entry in folder.iterdir()} - {copy.name, result.name}):
        found.append(f"it leaves {', '.join(more)} in the reader's folder")
    last = after.cells[-1]
    if "glue.compare" in last.source:
        print("".join(output.get("text", "") for output in last.outputs).rstrip())
    return found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="chapters; all if none is named")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    book, faults = Book(options.root.resolve()), 0
    settings = environment(book)
    for name in options.names or book.chapters():
        path, start = book.build / "html" / FOLDER / f"{name}.ipynb", time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            lines = run(path, Path(folder), settings) if path.is_file() else [f"{path} is missing: run make html"]
        for line in lines:
            print(f"error: {FOLDER}/{name}.ipynb: {line}", file=sys.stderr)
        faults += len(lines)
        print(f"  {name}  {time.monotonic() - start:.1f} s", flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
