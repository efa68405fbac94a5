"""A site is built once: what was built counts for one commit, one environment, and the files as they were left."""

import subprocess

import pytest

from tools import built
from tools.book import Book


def git(book: Book, *words: str) -> None:
    who = ["-c", "user.name=A reader", "-c", "user.email=reader@example.org"]
    subprocess.run(["git", *who, *words], cwd=book.root, check=True, capture_output=True)


@pytest.fixture
def book(tmp_path) -> Book:
    book = Book(tmp_path)
    (tmp_path / ".gitignore").write_text("/_build/\n")
    (tmp_path / "page.md").write_text("words\n")
    git(book, "init")
    git(book, "add", ".")
    git(book, "commit", "-m", "All")
    return book


def build(book: Book, meanwhile=lambda: None) -> None:
    built.begin(book)
    (book.build / "html/book").mkdir(parents=True, exist_ok=True)
    (book.build / "html/book/page.html").write_text("words\n")
    meanwhile()
    built.end(book)


def test_what_was_built_from_these_files_is_current(book):
    assert not built.is_current(book)
    build(book)
    assert built.is_current(book)


def change(book):
    (book.root / "page.md").write_text("other words\n")


def add(book):
    (book.root / "new.md").write_text("new\n")


def commit(book):
    git(book, "commit", "--allow-empty", "-m", "More")  # the pages say when they were changed


def change_page(book):
    (book.build / "html/book/page.html").write_text("other words\n")


def lose_page(book):
    (book.build / "html/book/page.html").unlink()


def rename_page(book):
    (book.build / "html/book/page.html").rename(book.build / "html/page.html")


def begin_again(book):
    built.begin(book)  # and then it failed


def half_a_note(book):
    (book.build / built.NOTE).write_text('{"source": "')


def no_git(book):
    (book.root / ".git").rename(book.root / "_build/git")


CHANGES = [change, add, commit, change_page, lose_page, rename_page, begin_again, half_a_note, no_git]


@pytest.mark.parametrize("act", CHANGES)
def test_what_has_changed_since_is_built_again(book, act):
    build(book)
    act(book)
    assert not built.is_current(book)


def test_other_packages_build_it_again(book, monkeypatch):
    build(book)
    monkeypatch.setattr(built.importlib.metadata, "distributions", list)
    assert not built.is_current(book)


@pytest.mark.parametrize("act", [change, add, commit])
def test_what_changes_while_it_is_built_counts_as_a_change(book, act):
    build(book, lambda: act(book))
    assert not built.is_current(book)


def test_without_git_or_with_changes_nothing_is_noted(book):
    change(book)
    build(book)
    assert not built.is_current(book)
    no_git(book)
    build(book)
    assert not built.is_current(book)
