"""Every notebook again under other conditions: what is seen, and what is not run twice."""

import pytest
from nbformat import read
from small_book import cell, chapter, make_book, run_by_hand

from tools import execute, repeat
from tools.repeat import compare, sanitised

SAME = cell("print(runs)", "nbval-check-output")
THREADS = cell("import os\nprint('threads', os.environ['OMP_NUM_THREADS'])", "nbval-check-output")
ORDER = cell("import os\nprint(os.environ.get('MKL_CBWR', 'newest'))")
FORGIVEN = cell(
    "import os\nprint('units', 41 + len(os.environ.get('MKL_CBWR', '')) // 4)",
    "nbval-check-output",
    "nbval-last-digit-1",
)
CLOCK = cell("import time\nprint(time.perf_counter_ns())")
RAISES = cell("import os\nassert 'MKL_CBWR' not in os.environ, 'another order'")


def run(book):
    assert execute.main(["--root", str(book.root), "--jobs", "2"]) == 0


@pytest.fixture
def book(tmp_path):
    book = make_book(tmp_path, alignment=chapter(SAME, THREADS, ORDER), embedding=chapter(SAME, FORGIVEN))
    run(book)
    return book


def test_what_depends_on_threads_or_instructions_is_told(book, capsys):
    assert repeat.main(["--root", str(book.root), "--jobs", "2"]) == 1
    said = capsys.readouterr()
    lines = {line.split()[0]: line.split()[1:] for line in said.out.splitlines() if line.startswith(("align", "embed"))}
    # differing outputs and tables: again, threads, vectors, sums
    assert lines["alignment"] == ["0", "0", "1", "1", "1", "0", "1", "0"]
    assert lines["embedding"] == ["0", "0", "0", "0", "1", "0", "1", "1"]
    first, second = sorted(said.err.splitlines())
    assert first == "error: alignment, threads: code cell 4: 'threads 1', now 'threads 4'"
    assert second == "error: embedding, sums: code cell 4: 'units 41', now 'units 43'"


def test_what_differs_from_run_to_run_and_what_fails_is_told(book, capsys):
    book.text("embedding").write_text(chapter(CLOCK, RAISES))
    run(book)
    assert repeat.main(["embedding", "--only", "again", "sums", "--root", str(book.root)]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines()[-1].split() == ["embedding", "1", "0", "failed"]
    first, second = sorted(said.err.splitlines())
    assert first == "error: embedding, again: 1 outputs differ"
    assert "AssertionError: another order" in second


def test_what_was_run_is_kept_until_the_chapter_changes(book, capsys):
    command = ["embedding", "--only", "again", "--root", str(book.root)]
    assert repeat.main(command) == 0
    path = book.build / "repeat/again/embedding.ipynb"
    first = path.stat().st_mtime_ns
    assert repeat.main(command) == 0
    assert path.stat().st_mtime_ns == first
    book.text("embedding").write_text(chapter(SAME, SAME))
    run(book)
    assert repeat.main(command) == 0
    assert path.stat().st_mtime_ns > first
    assert not book.notebook("embedding").with_suffix(".made-from").exists()


def test_what_nbval_leaves_out_is_left_out_here():
    assert sanitised("took 12.5 s") == sanitised("took 3 s")
    assert sanitised("loss 12.5") != sanitised("loss 3")


def test_notebooks_of_other_cells_are_not_compared(tmp_path):
    book = make_book(tmp_path, alignment=chapter(SAME, THREADS), embedding=chapter(SAME))
    for name in book.chapters():
        run_by_hand(book, name)
    left, right = (read(book.notebook(name), as_version=4) for name in ("alignment", "embedding"))
    with pytest.raises(ValueError, match="shorter"):
        compare(left, right)
