"""The commands in a folder with a space and a letter beyond ASCII in its path, and in one that cannot be written."""

import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from small_book import call, cell, chapter
from whole_book import changed, commit, make, make_whole, plain

from tools.book import ROOT

STRANGE = "a b/ü's"
CHAPTER = chapter(cell("import fa_lib\nfrom pathlib import Path\nprint(fa_lib.ANSWER, Path.cwd())"))


@pytest.fixture
def strange(tmp_path):
    return make_whole(tmp_path / STRANGE, alignment=CHAPTER)


def test_make_book_in_a_strange_path(strange):
    commit(strange)
    answer = make(strange, "book")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    outputs = nbformat.read(strange.notebook("alignment"), as_version=4).cells[-1].outputs
    assert outputs[0].text == "42 book\n"  # the path of the machine is no part of it
    assert (strange.build / "html/book/alignment.html").exists()
    assert changed(strange) == "?? book/alignment.ipynb\n"
    commit(strange)
    assert make(strange, "book").returncode == 0
    assert make(strange, "chapter", "NAME=alignment").returncode == 0
    assert changed(strange) == ""


def test_make_venv_in_a_strange_path(strange):
    """With a venv of its own: its commands start, and Python started elsewhere finds the library."""
    (strange.root / ".venv").unlink()
    for name in ("requirements.txt", "requirements-torch.txt"):
        (strange.root / name).write_text("")
    answer = make(strange, "venv", f"PYTHON={sys.executable}")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    place = strange.root / ".venv/bin"
    said = subprocess.run([place / "pip", "--version"], capture_output=True, text=True, check=True).stdout
    assert STRANGE in said
    code = "import fa_lib; print(fa_lib.ANSWER)"
    command = [place / "python", "-c", code]
    assert subprocess.run(command, cwd="/", env=plain(), capture_output=True, text=True, check=True).stdout == "42\n"
    assert make(strange, "venv").stdout == ""  # nothing to do


@pytest.fixture
def read_only(tmp_path):
    """Takes a folder and gives the words to put before a command for which it cannot be written.

    Permissions bind everybody but root. A root without the capability to override them is bound, too.
    """
    folders = []

    def lock(folder):
        folders.append(folder)
        subprocess.run(["chmod", "-R", "a-w", folder], check=True)
        if os.geteuid():
            return ()
        without = "-dac_override,-dac_read_search,-fowner"
        return ("setpriv", f"--bounding-set={without}", f"--inh-caps={without}", "--")

    yield lock
    for folder in folders:
        subprocess.run(["chmod", "-R", "u+w", folder], check=True)


def test_the_lock_of_these_tests_locks(read_only, tmp_path):
    book = make_whole(tmp_path / "book", alignment=CHAPTER)
    command = [*read_only(book.root), "touch", str(book.root / "x"), str(book.folder / "index.md")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1
    assert not (book.root / "x").exists()


@pytest.mark.parametrize("target", ["venv", "book", "html", "test", "lint", "pdf"])
def test_make_says_in_one_line_that_nothing_can_be_written(read_only, tmp_path, target):
    book = make_whole(tmp_path / "book", alignment=CHAPTER)
    answer = make(book, target, before=read_only(book.root))
    assert answer.returncode == 2
    assert answer.stdout == ""
    said, from_make = answer.stderr.splitlines()
    assert said == (
        f"error: nothing can be written in {book.root}: copy the folder to a place of your own and run make there"
    )
    assert re.fullmatch(r"make: \*\*\* \[Makefile:\d+: venv\] Error 1", from_make)


def test_a_chapter_is_not_run_for_minutes_and_then_lost(read_only, tmp_path):
    book = make_whole(tmp_path / "book", alignment=CHAPTER)
    command = [*read_only(book.folder), sys.executable, "-m", "tools.execute", "--root", str(book.root)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert answer.stdout == ""
    line = f"error: nothing can be written in {book.folder}: copy the book to a folder of your own and run it there\n"
    assert answer.stderr == line
    command += ["alignment", "--parameters", "runs=3"]  # whose notebook goes to _build, which can be written
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr


def test_a_file_in_the_way_is_one_line(tmp_path):
    book = make_whole(tmp_path / "book", alignment=CHAPTER)
    book.build.mkdir()
    (book.build / "executing").write_text("")
    answer = call("execute", book)
    assert answer.returncode == 1
    assert answer.stderr == f"error: {book.build}/executing: File exists\n"


RUN = """
import sys
import jupytext
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
for cell in jupytext.read(sys.argv[1], fmt="md:myst").cells:
    if cell.cell_type == "code":
        given = "\\nruns, draws = 2, 5" if "parameters" in cell.metadata.get("tags", []) else ""
        shell.run_cell(cell.source + given).raise_error()
"""


def test_library_and_a_chapters_code_run_from_a_tree_that_cannot_be_written(read_only, tmp_path):
    tree, home = tmp_path / "tree", tmp_path / "home"
    for name in ("fa_lib", "fa_book"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tree / "book").mkdir()
    shutil.copy(ROOT / "book/embedding.md", tree / "book")
    home.mkdir()
    before = read_only(tree)
    environment = plain() | {"PYTHONPATH": str(tree), "HOME": str(home), "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"}
    command = [*before, sys.executable, "-W", "error::ResourceWarning", "-c", RUN, "embedding.md"]
    answer = subprocess.run(command, cwd=tree / "book", env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert "direct loss grows in" in answer.stdout
    names = {path.name for path in tree.rglob("*")}
    assert not {"__pycache__", ".ipynb_checkpoints"} & names
