"""The book on Colab, on Binder, in CI and at another address, as far as it can be told from here."""

import re
import subprocess
import sys

import pytest
import yaml
from IPython.core.inputtransformer2 import TransformerManager
from small_book import ADDRESS, cell, chapter, run_by_hand
from whole_book import changed, commit, make_whole

from tools import check_pairs, pin
from tools.book import ROOT, Book
from tools.setup_cell import CODE, insert

CELL = re.compile(r"^```\{code-cell\}.*?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FENCE = re.compile(r"^:.*$", re.MULTILINE)
IMPORT = re.compile(r"^ *(?:import|from) ([A-Za-z_]\w*)[\w.]*(?: import | as |,|$)", re.MULTILINE)


class Shell:
    """Stands in for IPython: notes what would be run."""

    def __init__(self):
        self.lines = []

    def system(self, line):
        self.lines.append(f"!{line}")

    def run_line_magic(self, name, line):
        self.lines.append(f"%{name} {line}")


@pytest.mark.parametrize("colab", [False, True])
def test_setup_cell_acts_on_colab_alone(monkeypatch, colab):
    shell = Shell()
    monkeypatch.setattr("sys.path", list(sys.path))
    if colab:
        monkeypatch.setitem(sys.modules, "google.colab", object())
    source = TransformerManager().transform_cell(CODE.format(repository=ADDRESS))
    exec(source, {"get_ipython": lambda: shell})
    assert shell.lines == (
        [
            f"!git clone --quiet --depth 1 {ADDRESS} /content/fa-book",
            '%pip install --quiet --editable "/content/fa-book[chapters]"',
            "%cd -q /content/fa-book/book",
        ]
        if colab
        else []
    )
    assert ("/content/fa-book" in sys.path) == colab


def _pins(path: str) -> dict[str, str]:
    return pin.pins((ROOT / path).read_text())


def test_binder_has_the_same_versions_and_no_book_tools():
    ours, binder = pin.pins(pin.pinned()), _pins("binder/requirements.txt")
    assert binder.items() <= ours.items()
    assert not {"jupyter-book", "pytest", "ruff"} & set(binder)
    assert f"myst-nb=={ours['myst-nb']}" in (ROOT / "binder/postBuild").read_text()


def test_the_workflow_runs_what_everybody_runs():
    jobs = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())["jobs"]
    first, paper = (step["run"] for step in jobs["test"]["steps"] if "run" in step)
    assert first == "bash .ci/run"
    assert paper.startswith("make paper && ")  # for the site alone: a pull request does without
    assert "make test" in (ROOT / ".ci/run").read_text()
    assert jobs["publish"]["needs"] == jobs["notebooks"]["needs"] == "test"
    assert "*.zip" in paper


def test_the_address_moves_everywhere(tmp_path):
    book = make_whole(tmp_path / "a", a=chapter())
    run_by_hand(book, "a")
    pages = "https://fa-embedding.github.io/fa-book/"
    (book.root / "_config.yml").write_text(f"repository:\n  url: {ADDRESS}\nhtml:\n  baseurl: {pages}\n")
    (book.root / "book/index.md").write_text(f"# A book\n\nAs [PDF]({pages}paper/a.pdf).\n")
    commit(book)
    new = "https://github.com/Some/body"
    for wrong in ("", "https://example.org/some/body", f"{new}/"):
        answer = make(book, wrong)
        assert answer.returncode == 2
        assert "error: give an address such as URL=https://github.com/name/repository" in answer.stderr
    assert changed(book) == ""
    answer = make(book, new)
    assert answer.stdout.split() == ["_config.yml", "book/a.ipynb", "book/a.md", "book/index.md"]
    assert changed(book).split()[1::2] == answer.stdout.split()
    assert book.repository() == new
    assert "https://some.github.io/body/paper/a.pdf" in (book.root / "book/index.md").read_text()
    assert check_pairs.check_chapter(book, "a") is None


def make(book: Book, address: str) -> subprocess.CompletedProcess:
    command = ["make", "-s", "-o", "venv", "repository", f"URL={address}"]
    return subprocess.run(command, cwd=book.root, capture_output=True, text=True, check=False)


def test_setup_cell_is_put_before_the_first_code_cell_and_replaced_when_old():
    text = "# Title\n\n" + cell("x = 1") + "\nmore\n"
    once = insert(text, ADDRESS)
    assert once.index("google.colab") < once.index("x = 1")
    assert insert(once, ADDRESS) == once
    moved = insert(once, "https://github.com/some/body")
    assert ADDRESS not in moved
    assert moved.count("google.colab") == 1
    with pytest.raises(ValueError, match="no code cell"):
        insert("# Title\n", ADDRESS)


def test_binder_has_whatever_chapters_and_library_import():
    packages = [path for name in ("fa_lib", "fa_book") for path in (ROOT / name).rglob("*.py")]
    sources = [path.read_text() for path in packages]
    for path in (ROOT / "book").glob("*.md"):
        sources += [FENCE.sub("", code) for code in CELL.findall(path.read_text())]
    imported = {name for source in sources for name in IMPORT.findall(source)} - set(sys.stdlib_module_names)
    # what comes with the packages named: IPython and the like with ipykernel, pillow with matplotlib
    come_along = {"IPython", "matplotlib_inline", "traitlets", "PIL", "fa_lib", "fa_book", "myst_nb"}
    assert {"numpy", "torch"} <= imported
    assert imported - come_along <= set(_pins("binder/requirements.txt"))
