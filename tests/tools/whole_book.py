"""A small book with everything that make needs, as a clone has it: for tests of the commands themselves."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from small_book import make_book

from tools.book import ROOT, Book

CONFIG = """\
title: A book
only_build_toc_files: true
exclude_patterns: [.venv, _build]
execute:
  execute_notebooks: "off"
repository:
  url: https://github.com/some/body
"""
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@b")


def make_whole(folder: Path, **texts: str) -> Book:
    """Write a small book with Makefile and tools, its .venv a link to the environment of these tests."""
    folder.mkdir(parents=True, exist_ok=True)
    book = make_book(folder, **texts)
    for name in ("Makefile", ".gitignore", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "_config.yml").write_text(CONFIG)
    (folder / "book/index.md").write_text("# A book\n\nOf a few cells.\n")
    (folder / ".venv").symlink_to(sys.prefix)
    return book


def commit(book: Book) -> None:
    """Put the book under git as it stands."""
    subprocess.run([*GIT, "init", "-q"], cwd=book.root, check=True)
    for arguments in (["add", "-A"], ["commit", "-q", "-m", "all"]):
        subprocess.run([*GIT, *arguments], cwd=book.root, check=True)


def changed(book: Book) -> str:
    """What git says of the work tree: nothing, if it is as committed."""
    command = [*GIT, "status", "--porcelain"]
    return subprocess.run(command, cwd=book.root, capture_output=True, text=True, check=True).stdout


def make(book: Book, *arguments: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess:
    """Run make in the book's folder, as a user does who knows nothing of the environment of these tests."""
    return subprocess.run(
        [*before, "make", *arguments], cwd=book.root, env=plain(), capture_output=True, text=True, check=False
    )


def plain() -> dict[str, str]:
    """The environment of these tests without what would tell a command where this tree is."""
    unwanted = ("PYTHONPATH", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTEST_CURRENT_TEST", "COVERAGE_PROCESS_START")
    return {key: value for key, value in os.environ.items() if key not in unwanted}
