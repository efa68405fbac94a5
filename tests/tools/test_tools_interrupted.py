"""make book, ended at several moments and in several ways: run again, it ends right, and no half is left anywhere."""

import os
import signal
import subprocess
import time
from pathlib import Path

import nbformat
import pytest
from small_book import cell, chapter
from whole_book import changed, commit, make, make_whole, plain

# At its turn the process that comes here first says so and waits to be ended; the others go on.
PAUSE = """\
import time
from pathlib import Path

HERE = Path(__file__).parent


def at(place):
    turn = (HERE / "turn").read_text()
    mark = HERE / turn
    if turn.startswith(place) and not mark.exists():
        mark.touch()
        time.sleep(120)
"""
WAYS = {
    "Ctrl-C": lambda process: os.killpg(process.pid, signal.SIGINT),
    "SIGTERM": lambda process: process.send_signal(signal.SIGTERM),
    "SIGKILL": lambda process: os.killpg(process.pid, signal.SIGKILL),
}


def _put(path: Path, before: str, pause: str) -> None:
    """Put a pause before a line of a file."""
    text = path.read_text()
    assert text.count(before) == 1
    line = next(line for line in text.splitlines() if before in line)
    indent = line[: len(line) - len(line.lstrip())]
    path.write_text(text.replace(line, f"{indent}{pause}\n{line}"))


def _during_a_chapter(root: Path, pause: str) -> None:
    _put(root / "book/slow.md", "print('slow')", pause)


def _before_the_notebook_is_moved(root: Path, pause: str) -> None:
    _put(root / "tools/run_chapter.py", "whole.replace(output)", pause)


def _between_notebook_and_stamp(root: Path, pause: str) -> None:
    _put(root / "tools/execute.py", "stamps.write(", pause)


def _before_the_stamp_is_moved(root: Path, pause: str) -> None:
    _put(root / "tools/stamps.py", "temporary.replace(path)", pause)


def _while_pages_are_built(root: Path, pause: str) -> None:
    code = f"def late(*given):\n    {pause}\n\n\ndef setup(app):\n    app.connect('html-page-context', late)\n"
    (root / "late.py").write_text(code)
    with (root / "_config.yml").open("a") as file:
        file.write("sphinx:\n  local_extensions:\n    late: .\n")


# What happens to one book, one after another: each time it goes on from what the last left.
TURNS = {
    "while a chapter runs": [(_during_a_chapter, way) for way in WAYS],
    "while it is written": [
        (_before_the_notebook_is_moved, "SIGTERM"),
        (_before_the_notebook_is_moved, "SIGKILL"),
        (_between_notebook_and_stamp, "Ctrl-C"),
        (_before_the_stamp_is_moved, "SIGKILL"),
    ],
    "while pages are built": [(_while_pages_are_built, "Ctrl-C"), (_while_pages_are_built, "SIGTERM")],
}


def _left(root: Path) -> list[str]:
    """Command lines of running processes that name the book's folder or work in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().decode().replace("\0", " ")
            inside = str(root) in line or (process / "cwd").readlink().is_relative_to(root)
        except OSError:
            continue  # it has just ended
        if inside and line:
            found.append(line)
    return found


def _interrupt(root: Path, mark: Path, way: str) -> None:
    """Run make book until the mark is there, end it, and see that it goes in order."""
    with subprocess.Popen(
        ["make", "book"],
        cwd=root,
        env=plain(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        for _ in range(1200):
            if mark.exists():
                break
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.1)
        WAYS[way](process)
        _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Traceback" not in errors
    for _ in range(100):
        if not _left(root):
            break
        time.sleep(0.1)
    assert _left(root) == []


@pytest.fixture
def hears_ctrl_c():
    """Who is started in the background, as by `nohup make test &`, ignores Ctrl-C, and so does all that it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("turns", TURNS.values(), ids=TURNS)
def test_make_book_ended_anywhere_goes_on(tmp_path, hears_ctrl_c, turns):
    root, pauses = tmp_path / "book", tmp_path / "pauses"
    pauses.mkdir()
    (pauses / "pause.py").write_text(PAUSE)
    book = make_whole(root, quick=chapter(cell("print('quick')")), slow=chapter(cell("print('slow')")))
    for moment in {moment for moment, _ in turns}:
        found = f"__import__('sys').path.append({str(pauses)!r})"
        moment(root, f"{found} or __import__('pause').at({moment.__name__!r})")
    commit(book)
    for number, (moment, way) in enumerate(turns):
        mark = pauses / f"{moment.__name__}{number}"
        (pauses / "turn").write_text(mark.name)
        _interrupt(root, mark, way)
        for name in book.chapters():  # whole, or not there
            if book.notebook(name).exists():
                assert f"{name}\n" in nbformat.read(book.notebook(name), as_version=4).cells[-1].outputs[0].text

    (pauses / "turn").write_text("nobody's")
    answer = make(book, "book")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert (book.build / "html/book/slow.html").exists()
    assert changed(book) == "?? book/quick.ipynb\n?? book/slow.ipynb\n"
    again = make(book, "chapter", "NAME=slow")
    assert again.returncode == 0, again.stderr
    assert changed(book) == "?? book/quick.ipynb\n?? book/slow.ipynb\n"
