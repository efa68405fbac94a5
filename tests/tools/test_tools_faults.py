"""Faults that a book can have, each put into a small one: make test fails with one line that says where and why.

The checks run as make test runs them, in a folder of their own with a copy of tools/ and a link to fa_lib.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib
import pytest
import xarray as xr
from small_book import cell, chapter, make_book, run_by_hand

from fa_lib.sweep import store
from tools import check_inputs
from tools.book import ROOT, Book, environment

TABLE = cell("print('loss', round(0.08, 3))\nprint('runs', runs)", "nbval-check-output")
RAISES = cell("x = 1\nraise ValueError('too\\nlarge')") + cell("x")
READS = cell('from fa_lib import sweep\nfull = sweep.load("results/fig7.nc")')
MNIST = "train-labels-idx1-ubyte.gz"


@pytest.fixture
def book(tmp_path) -> Book:
    """A book with all that the checks need; its notebooks are as a run would leave them."""
    texts = {name: chapter(TABLE).replace("seed = 0", "draws = 1\nepochs = 1") for name in ("embedding", "alignment")}
    book = make_book(tmp_path, **texts)
    for name in texts:
        run_by_hand(book, name)
    shutil.rmtree(tmp_path / "fa_lib")
    (tmp_path / "fa_lib").symlink_to(ROOT / "fa_lib")
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__", "bench", "paper"))
    (tmp_path / "book/results").mkdir()
    shutil.copyfile(ROOT / "book/results/fig7.nc", tmp_path / "book/results/fig7.nc")
    (tmp_path / "book/data/mnist").mkdir()
    for path in (ROOT / "book/data/mnist").glob("*.gz"):
        (tmp_path / "book/data/mnist" / path.name).symlink_to(path)
    if Path(matplotlib.get_cachedir()).exists():  # else every test makes its own list of fonts
        shutil.copytree(matplotlib.get_cachedir(), tmp_path / "_build/settings/matplotlib", dirs_exist_ok=True)
    return book


def change(path: Path, old: str, new: str) -> None:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def check(book: Book, step: str, *expected: str) -> None:
    """One step of make test fails, and says these lines (patterns), then which step it was, and no more."""
    command = [sys.executable, "-m", "tools.check", "--only", step]
    settings = environment(book) | {"PYTHONPATH": str(book.root)}
    answer = subprocess.run(command, cwd=book.root, env=settings, capture_output=True, text=True, check=False)
    said = [line for line in (answer.stderr + answer.stdout).splitlines() if line.startswith("error: ")]
    assert answer.returncode == 1
    assert "Traceback" not in answer.stdout + answer.stderr
    assert len(said) == len(expected) + 1, said
    for line, pattern in zip(sorted(said[:-1]), expected, strict=True):
        assert re.fullmatch(f"error: {pattern}", line)
    assert re.match(r"error: [\w-]+: ", said[-1])


def test_a_chapter_that_raises_and_a_changed_table(book):
    book.text("embedding").write_text(chapter(RAISES, TABLE))
    run_by_hand(book, "embedding")
    change(book.notebook("alignment"), '"3\\n"', '"loss 0.08\\n",\n      "runs 3\\n"')
    check(
        book,
        "notebooks",
        r"alignment\.ipynb: code cell 3 \(print\('loss'.*: committed 'runs 3', now 'runs 2'",
        r"embedding\.ipynb: code cell 3 \(x = 1\): ValueError: too large \(and 1 cells after it\)",
    )


def test_an_unsynced_pair(book):
    change(book.text("alignment"), "draws = 1", "draws = 2")
    check(book, "pairs", r"book/alignment\.md and book/alignment\.ipynb differ .*: run make chapter NAME=alignment")


def test_an_unknown_parameter(book):
    change(book.text("embedding"), "draws = 1", "drawings = 1")
    check(book, "other_parameters", r"chapter embedding: unknown parameter 'draws'; it accepts runs, drawings, epochs")


def test_a_corrupted_results_file(book):
    path = book.folder / "results/fig7.nc"
    content = bytearray(path.read_bytes())
    # one bit of a packed array, which has no zeros in a row; the gaps between arrays are zeros that mean nothing
    place = next(k for k in range(len(content) // 3, len(content)) if 0 not in content[k - 16 : k + 16])
    content[place] ^= 1
    path.write_bytes(content)
    check(
        book,
        "inputs",
        r"book/results/fig7\.nc cannot be used: .+; git checkout -- book/results/fig7\.nc brings it back",
    )


def _cut(book: Book) -> None:
    (book.folder / "results/fig7.nc").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))


def _short(book: Book) -> None:
    path = book.folder / "data/mnist" / MNIST
    path.unlink()
    path.write_bytes((ROOT / "book/data/mnist" / MNIST).read_bytes()[:-100])


def _study(book: Book, alter: float = 0) -> None:
    data = xr.Dataset({"loss": ("run", [1.0, 2.0])})
    data = data.assign_attrs(digest=store.digest(data)) + alter
    (book.folder / "results/replication").mkdir()
    data.to_netcdf(book.folder / "results/replication/apart.nc", engine="h5netcdf")


FAULTS = {
    "nothing": (lambda book: None, None),
    "no data": (
        lambda book: (book.folder / "data/mnist" / MNIST).unlink(),
        rf"MNIST file book/data/mnist/{MNIST} is missing\..*git checkout -- book/data/mnist/{MNIST} .*",
    ),
    "short data": (_short, rf"MNIST file book/data/mnist/{MNIST} is truncated.*git checkout -- book/data/mnist/.*"),
    "no result": (
        lambda book: (book.folder / "results/fig7.nc").unlink(),
        r"book/alignment\.md:\d+: book/results/fig7\.nc is missing; git checkout -- book/results/fig7\.nc",
    ),
    "cut result": (
        _cut,
        r"book/results/fig7\.nc cannot be used: is no file that fa_lib's merge wrote .*; git checkout .*",
    ),
    "a study": (_study, None),
    "altered study": (
        lambda book: _study(book, alter=1),
        r"book/results/replication/apart\.nc cannot be used: was altered since .*; git checkout .*",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_data_and_results_missing_or_damaged(book, capsys, fault):
    make, line = FAULTS[fault]
    book.text("alignment").write_text(chapter(READS))
    make(book)
    assert check_inputs.main(["--root", str(book.root)]) == (line is not None)
    said = capsys.readouterr().err.splitlines()
    assert len(said) == (line is not None)
    assert line is None or re.fullmatch(f"error: {line}", said[0])
