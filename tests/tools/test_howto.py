"""The how-to pages: short examples that run where there is no clone, and print what the pages show."""

import io
import os
import shutil
import subprocess
import sys
import tokenize

import nbformat
import pytest

from tools.book import ROOT, Book

BOOK = Book()
PAGES = [name for name in BOOK.chapters() if name.startswith("howto-")]
OF_THE_BOOK = "howto-chapter"  # needs fa_book, which is installed with the library, and the extra for chapters
LONGEST = 15
PACKAGED = ("fa_lib", "fa_book", "book/data", "pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE")
SPACE = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


def cells(notebook) -> list:
    """The code cells but Colab's."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [cell for cell in code if "remove-cell" not in cell.metadata.get("tags", [])]


def lines(code: str) -> int:
    """Lines that hold more than space and comments."""
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    spans = (range(t.start[0], t.end[0] + 1) for t in tokens if t.type not in SPACE)
    return len(set().union(*spans))


def printed(cell) -> str:
    """What the cell writes where nothing is typeset: printed lines, and tables as text."""
    lines = []
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stdout":
            lines.append(output.text)
        elif "text/html" in output.get("data", {}):
            lines.append(output.data["text/plain"] + "\n")
    return "".join(lines)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder of an installation of the library, from a copy of what it is installed from."""
    clone, target = tmp_path_factory.mktemp("clone"), tmp_path_factory.mktemp("installed")
    for name in PACKAGED:
        (clone / name).parent.mkdir(exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(ROOT / name, clone / name)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--target", target, clone], check=True, cwd=target)
    return target


def test_there_are_five_pages():
    assert [f"howto-{name}" for name in ("rule", "network", "data", "chapter", "sweep")] == PAGES


def test_lines_are_counted_without_space_and_comments():
    assert lines('x = """\n\na\n"""\n\n# no\ny = [\n    1,  # one\n]\n\n\ndef f():\n    return x\n') == 9


@pytest.mark.parametrize("name", PAGES)
def test_examples_are_short(name):
    lengths = [lines(cell.source) for cell in cells(BOOK.read(name))]
    assert lengths
    assert max(lengths) <= LONGEST, lengths


@pytest.mark.parametrize("name", PAGES)
def test_only_the_chapter_needs_more_than_the_library(name):
    code = "\n".join(cell.source for cell in cells(BOOK.read(name)))
    beyond = [package for package in ("fa_book", "tools", "myst_nb", "matplotlib") if package in code]
    assert bool(beyond) == (name == OF_THE_BOOK), beyond


@pytest.mark.parametrize("name", PAGES)
def test_examples_run_from_an_installation_in_an_empty_folder(name, installed, tmp_path):
    shown = cells(nbformat.read(BOOK.notebook(name), as_version=4))
    check = "import fa_lib, sys; assert fa_lib.__file__.startswith(sys.argv[1]), fa_lib.__file__\n"
    code = check + "\n".join(cell.source for cell in shown)
    settings = {key: value for key, value in os.environ.items() if key not in ("FA_DATA", "PYTHONPATH")}
    settings |= {"PYTHONPATH": str(installed), "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    settings |= {"MPLBACKEND": "agg", "MPLCONFIGDIR": str(installed / "settings")}
    command = [sys.executable, "-c", code, str(installed)]
    answer = subprocess.run(command, cwd=tmp_path, env=settings, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == "".join(map(printed, shown))
    assert not list(tmp_path.iterdir())  # nothing left in the reader's folder
