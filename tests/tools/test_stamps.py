"""What makes a chapter run again: its text, library, data, and the files of the book's Python that it imports."""

import subprocess

import pytest
from small_book import cell, chapter, make_book, run_by_hand

from tools import imports, stamps
from tools.book import LONGEST, ROOT, Book
from tools.execute import in_order

FILES = {
    "fa_book/__init__.py": "",
    "fa_book/figures.py": "WIDTH = 3\n",
    "fa_book/unused.py": "",
    "fa_book/one/__init__.py": "",
    "fa_book/one/claims.py": "from fa_book.claims.verdict import claim\n",
    "fa_book/one/plan.py": "",
    "fa_book/two/__init__.py": "from fa_book.two.measures import measure\n",
    "fa_book/two/measures.py": "def measure():\n    from fa_book import figures\n\n    return figures.WIDTH\n",
    "fa_book/two/widget.js": "",
    "fa_book/claims/__init__.py": "",
    "fa_book/claims/verdict.py": "claim = 1\n",
    "fa_lib/rules.py": "",
    "book/data/x.bin": "",
    "book/results/r.nc": "",
}
READS = {  # what each of two chapters stands on
    "a": {"__init__.py", "one/__init__.py", "one/claims.py", "claims/__init__.py", "claims/verdict.py"},
    "b": {"__init__.py", "two/__init__.py", "two/measures.py", "figures.py"},
}


@pytest.fixture
def book(tmp_path) -> Book:
    code = {"a": "%matplotlib inline\nfrom fa_book.one.claims import claim", "b": "import fa_book.two as two, torch"}
    made = make_book(tmp_path, **{name: chapter(cell(text)) for name, text in code.items()})
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    stamps._shared.cache_clear()
    return made


def prints(book: Book) -> dict[str, str]:
    stamps._shared.cache_clear()
    return {name: stamps.fingerprint(book, name) for name in book.chapters()}


@pytest.mark.parametrize("name", READS)
def test_a_chapter_stands_on_the_files_that_it_imports(book, name):
    assert {str(path.relative_to(book.root / "fa_book")) for path in stamps.own(book, name)} == READS[name]


@pytest.mark.parametrize(
    ("file", "stale"),
    [(f"fa_book/{file}", {name for name in READS if file in READS[name]})
     for file in sorted({*READS["a"], *READS["b"], "unused.py", "one/plan.py", "two/widget.js"})]
    + [("book/a.md", {"a"}), ("fa_lib/rules.py", {"a", "b"}), ("book/data/x.bin", {"a", "b"}),
       ("book/results/r.nc", {"a", "b"}), ("requirements.txt", {"a", "b"})],
)  # fmt: skip
def test_a_change_makes_those_chapters_run_again_that_it_can_reach(book, file, stale):
    before = prints(book)
    (book.root / file).write_text((book.root / file).read_text() + "\n# changed\n")
    after = prints(book)
    assert {name for name in before if before[name] != after[name]} == stale


@pytest.mark.parametrize("code", ["def f(:", "from .one import claims"])
def test_where_nothing_can_be_told_all_of_the_package_counts(book, code):
    book.text("a").write_text(chapter(cell(code)))
    assert stamps.own(book, "a") == set((book.root / "fa_book").rglob("*.py"))


def test_every_room_of_the_book_is_read_by_few_chapters():
    """The point of it all: one chapter's room is not another's business."""
    book = Book()
    own = {name: stamps.own(book, name) for name in book.chapters()}
    measures = ROOT / "fa_book/drift/drift.py"
    assert {name for name, files in own.items() if measures in files} == {"drift"}
    assert all(ROOT / "fa_book/figures.py" in own[name] for name in ("exact", "drift", "depth"))


def test_relative_imports_are_refused():
    assert imports.imported("import a.b as c\nfrom d import e, f") == {"a.b", "d", "d.e", "d.f"}
    with pytest.raises(ValueError, match="line 2 imports relatively"):
        imports.imported("x = 1\nfrom . import y")


def test_the_longest_begin_first(tmp_path):
    assert set(LONGEST) <= set(Book(ROOT).chapters())
    names = ["first", "delays", "systems"]
    book = make_book(tmp_path, **dict.fromkeys(names, chapter()))
    assert in_order(book, names) == ["systems", "delays", "first"]
    for name, seconds in (("first", 3.0), ("delays", 70.0)):
        run_by_hand(book, name)
        stamps.write(book, name, "", seconds)
    assert in_order(book, names) == ["systems", "delays", "first"]  # of systems nothing is known
    run_by_hand(book, "systems")
    stamps.write(book, "systems", "", 1.0)
    assert in_order(book, names) == ["delays", "first", "systems"]


def git(book: Book, *words: str) -> None:
    who = ["-c", "user.name=A reader", "-c", "user.email=reader@example.org"]
    subprocess.run(["git", *who, *words], cwd=book.root, check=True, capture_output=True)


def committed(book: Book) -> None:
    if not (book.root / ".git").exists():
        (book.root / ".gitignore").write_text("/_build/\n")
        git(book, "init")
    git(book, "add", ".")
    git(book, "commit", "-m", "All", "--allow-empty")


def ran(book: Book) -> None:
    for name in READS:
        run_by_hand(book, name)
        stamps.write(book, name, stamps.fingerprint(book, name), 1.0)


def again(book: Book) -> set[str]:
    stamps._shared.cache_clear()
    return {name for name in book.chapters() if stamps.came_out_again(book, name)}


def test_a_run_that_gives_the_committed_notebook_has_repeated_it(book):
    ran(book)
    assert again(book) == set()  # no git
    committed(book)
    assert again(book) == set()  # run once, and committed after it
    ran(book)
    assert again(book) == {"a", "b"}
    committed(book)
    assert again(book) == {"a", "b"}


@pytest.mark.parametrize(
    ("file", "left"),
    [("book/a.ipynb", {"b"}), ("book/a.md", {"b"}), ("fa_book/one/claims.py", {"b"}), ("fa_lib/rules.py", set()),
     ("fa_book/unused.py", {"a", "b"})],
)  # fmt: skip
@pytest.mark.parametrize("commit", [False, True])
def test_a_run_has_repeated_nothing_once_something_is_another(book, file, left, commit):
    ran(book)
    committed(book)
    ran(book)
    (book.root / file).write_text((book.root / file).read_text() + "\n")
    if commit:
        committed(book)
    assert again(book) == left


def test_a_run_that_gives_another_notebook_has_repeated_nothing(book):
    ran(book)
    committed(book)
    book.notebook("a").write_text("another\n")
    committed(book)
    ran(book)
    assert again(book) == {"b"}
