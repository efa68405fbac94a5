"""Every way in which a chapter's text and notebook can disagree is reported in one line that says what to do."""

import json
import re

import nbformat
import pytest
from nbformat import v4
from small_book import ADDRESS, cell, chapter, make_book, run_by_hand

from tools import check_pairs
from tools.book import Book
from tools.normalise import normalise

TABLE = cell("print('runs', runs)", "nbval-check-output")


def test_pair_in_order(tmp_path):
    book = make_book(tmp_path, a=chapter(TABLE))
    run_by_hand(book, "a")
    assert check_pairs.check_chapter(book, "a") is None


def _edit(change):
    """A fault made by changing the notebook as an editor would, then written normalised."""

    def fault(book: Book) -> None:
        notebook = nbformat.read(book.notebook("a"), as_version=4)
        change(notebook.cells)
        book.notebook("a").write_text(normalise(notebook))

    return fault


def _text(old: str, new: str):
    def fault(book: Book) -> None:
        assert old in book.text("a").read_text()
        book.text("a").write_text(book.text("a").read_text().replace(old, new))
        run_by_hand(book, "a")

    return fault


def _unsynced(book: Book) -> None:
    book.text("a").write_text(book.text("a").read_text().replace("seed = 0", "seed = 1"))


def _timed(book: Book) -> None:
    raw = json.loads(book.notebook("a").read_text())
    raw["metadata"]["papermill"] = {"start_time": "now"}
    book.notebook("a").write_text(json.dumps(raw))


ERROR = v4.new_output("error", ename="KeyError", evalue="'x'", traceback=[])
WARNING = v4.new_output("stream", name="stderr", text="UserWarning: slow\n")
FAULTS = {
    "text changed": (_unsynced, r"book/a.md and book/a.ipynb differ .*: run make chapter NAME=a"),
    "no notebook": (lambda book: book.notebook("a").unlink(), "book/a.ipynb is missing: run make chapter NAME=a"),
    "no text": (lambda book: book.text("a").unlink(), r"book/a.md is missing, but _toc.yml lists book/a.ipynb"),
    "not run": (_edit(lambda c: c[-1].update(execution_count=None)), "has not been run"),
    "out of order": (_edit(lambda c: c[-1].update(execution_count=9)), "was run as number 9, not 3"),
    "error kept": (_edit(lambda c: c[-1].outputs.append(ERROR)), r"holds an error \(KeyError: 'x'\)"),
    "warning kept": (_edit(lambda c: c[-1].outputs.append(WARNING)), r"holds a warning \(UserWarning: slow\)"),
    "times kept": (_timed, "holds times, ids, addresses or paths"),
    "other address": (
        _text(ADDRESS, "https://github.com/else/where"),
        "is not the Colab cell: run python -m tools.setup_cell",
    ),
    "Colab cell shown": (_text("[remove-cell]", "[hide-input]"), "is not the Colab cell"),
    "figure unchecked": (
        _text(TABLE, "\n```{glue:figure} f\n:alt: x\n```\n"),
        "shows figures but no cell tagged nbval-check-output",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_pair_is_reported(tmp_path, capsys, fault):
    book = make_book(tmp_path, a=chapter(TABLE))
    run_by_hand(book, "a")
    make_fault, message = FAULTS[fault]
    make_fault(book)
    assert re.search(message, check_pairs.check_chapter(book, "a") or "")
    assert check_pairs.main(["--root", str(book.root)]) == 1
    assert re.search(f"error: .*{message}", capsys.readouterr().err)
