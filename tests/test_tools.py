"""Faults that the tools must report, each on a book of a few cells in a temporary folder."""

import json
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import nbformat
import pytest
import yaml
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import v4

from tools import check_pairs, stamps
from tools.book import ROOT, Book, environment
from tools.check_links import Site
from tools.execute import parse_parameters
from tools.normalise import normalise
from tools.repository import move

ADDRESS = "https://github.com/fa-embedding/fa-book"
HEAD = """\
---
jupytext:
  formats: ipynb,md:myst
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# A chapter
"""


def cell(code: str, *tags: str) -> str:
    return (
        "\n```{code-cell}\n" + (f":tags: [{', '.join(tags)}]\n\n" if tags else "") + textwrap.dedent(code) + "\n```\n"
    )


def chapter(*cells: str) -> str:
    """A chapter's text: heading, Colab cell, parameters and what is given."""
    setup = cell(check_pairs.SETUP.format(repository=ADDRESS), "remove-cell")
    return HEAD + setup + cell("runs = 2\nseed = 0", "parameters") + "".join(cells)


TABLE = cell("print('runs', runs)", "nbval-check-output")


@pytest.fixture
def make_book(tmp_path):
    """Write a book's files from chapters' texts."""

    def make(**texts: str) -> Book:
        for folder in ("book", "fa_lib", "book/data"):
            (tmp_path / folder).mkdir(exist_ok=True)
        toc = {"format": "jb-book", "root": "book/index"}
        toc["parts"] = [{"caption": "All", "chapters": [{"file": f"book/{name}.ipynb"} for name in texts]}]
        (tmp_path / "_toc.yml").write_text(yaml.safe_dump(toc))
        (tmp_path / "_config.yml").write_text(f"repository:\n  url: {ADDRESS}\n")
        (tmp_path / "requirements.txt").write_text("numpy==1\n")
        (tmp_path / "fa_lib/__init__.py").write_text('"""A library."""\n\nANSWER = 42\n')
        for name, text in texts.items():
            (tmp_path / f"book/{name}.md").write_text(text)
        stamps._shared.cache_clear()
        return Book(tmp_path)

    return make


def command(module: str, book: Book, *arguments: str) -> list[str]:
    return [sys.executable, "-m", f"tools.{module}", *arguments, "--root", str(book.root)]


def call(module: str, book: Book, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(command(module, book, *arguments), cwd=ROOT, capture_output=True, text=True, check=False)


def run_by_hand(book: Book, name: str) -> None:
    """Write a chapter's notebook as a run would, without a kernel: every cell prints its number."""
    notebook = book.read(name)
    for number, code in enumerate((c for c in notebook.cells if c.cell_type == "code"), 1):
        code.execution_count = number
        code.outputs = [v4.new_output("stream", name="stdout", text=f"{number}\n")]
    book.notebook(name).write_text(normalise(notebook))


# normalise


def messy(address: str, model: str, pieces: list[str], started: str) -> nbformat.NotebookNode:
    """One run's notebook: ids and times of its own, one stream in pieces."""
    code = v4.new_code_cell("f()", execution_count=1)
    code.metadata.update(papermill={"start_time": started}, tags=[], execution={"iopub.status.busy": started})
    code.outputs = [v4.new_output("stream", name="stdout", text=piece) for piece in pieces]
    data = {"text/plain": f"<f at {address}>", "text/html": "<b>f</b>", "image/png": "aGk=\n" * len(pieces)}
    data["application/vnd.jupyter.widget-view+json"] = {"model_id": model}
    code.outputs.append(v4.new_output("display_data", data=data))
    notebook = v4.new_notebook(cells=[code, v4.new_code_cell("f()", execution_count=2)])
    notebook.metadata.update(papermill={"start_time": started}, widgets={model: {}}, language_info={"version": started})
    return notebook


def test_two_runs_are_written_alike():
    first = messy("0x7f12aa34bb56", "m1", ["read /here/book/x\n", "y\n"], "9:00")
    second = messy("0x7fee00000056", "m2", ["read /here/book/x\ny", "\n"], "9:01")
    joined = messy("0x7f12aa34bb56", "m3", ["read /here/book/x\ny\n", ""], "9:02")
    texts = [normalise(notebook, Path("/here")) for notebook in (first, second, joined)]
    assert texts[0] == texts[1] == texts[2]
    assert "read book/x" in texts[0]
    assert "m1" not in texts[0]
    assert "9:00" not in texts[0]


def test_normalising_twice_changes_nothing_and_keeps_the_outputs():
    text = normalise(messy("0x7f12aa34bb56", "m1", ["a\n"], "9:00"))
    notebook = nbformat.reads(text, as_version=4)
    assert normalise(notebook) == text
    assert notebook.cells[0].outputs[1].data["text/html"] == "<b>f</b>"
    assert len({c.id for c in notebook.cells}) == 2  # equal cells, different ids


# parameters


def test_unknown_parameter_is_refused_with_the_names_accepted(make_book):
    book = make_book(a=chapter())
    assert parse_parameters(book, "a", ["runs=3", "seed=1e-3"]) == {"runs": 3, "seed": 1e-3}
    with pytest.raises(ValueError, match=r"chapter a: unknown parameter 'rnus'; it accepts runs, seed"):
        parse_parameters(book, "a", ["rnus=3"])
    with pytest.raises(ValueError, match="name=value, got 'runs'"):
        parse_parameters(book, "a", ["runs"])
    answer = call("execute", book, "a", "--parameters", "rnus=3")
    assert answer.returncode == 1
    assert "unknown parameter 'rnus'" in answer.stderr
    assert not (book.build / "parametrised/a.ipynb").exists()


# execution


def test_run_fail_mend_and_run_again(make_book):
    book = make_book(
        good=chapter(cell("import fa_lib\nprint(fa_lib.ANSWER, object(), runs)")),
        bad=chapter(cell("x = 1\nraise ValueError('too\\nlarge')")),
        claims=chapter(cell("print(len(open('good.ipynb').read()) > 0, open('bad.ipynb').read().count('mended'))")),
    )
    answer = call("execute", book)
    line = book.text("bad").read_text().splitlines().index("x = 1") + 1
    assert answer.returncode == 1
    assert f"error: book/bad.md:{line}: cell 4 failed: ValueError: too large" in answer.stderr
    assert "not run, because others failed: claims" in answer.stderr
    assert (book.build / "failed/bad.ipynb").exists()
    assert sorted(path.name for path in book.folder.glob("*.ipynb")) == ["good.ipynb"]
    assert "42 <object object at 0x0> 2" in book.notebook("good").read_text()

    book.text("bad").write_text(chapter(cell("print('mended')")))
    answer = call("execute", book)
    assert answer.returncode == 0, answer.stderr
    assert "up to date: good" in answer.stdout
    assert "done  claims" in answer.stdout
    first = {path.name: path.read_bytes() for path in book.folder.glob("*.ipynb")}
    assert "True 2" in first["claims.ipynb"].decode()  # it ran after the others: once in the code, once printed
    assert "up to date: claims" in call("execute", book).stdout

    assert call("execute", book, "--force").returncode == 0
    assert {path.name: path.read_bytes() for path in book.folder.glob("*.ipynb")} == first

    assert call("execute", book, "good", "--parameters", "runs=7").returncode == 0
    assert "at 0x0> 7" in (book.build / "parametrised/good.ipynb").read_text()
    assert book.notebook("good").read_bytes() == first["good.ipynb"]
    assert call("check_pairs", book).returncode == 0


def test_interrupted_run_goes_on_where_it_stopped(make_book):
    wait = (
        "import os, time\nopen('started', 'w').write(str(os.getpid()))\ntime.sleep(0 if os.path.exists('go') else 60)"
    )
    book = make_book(quick=chapter(), slow=chapter(cell(wait)))
    process = subprocess.Popen(command("execute", book, "--jobs", "1"), cwd=ROOT, stderr=subprocess.PIPE, text=True)
    started = book.folder / "started"
    while not (started.exists() and started.read_text()):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "run the same command to go on" in errors
    assert book.notebook("quick").exists()
    assert not book.notebook("slow").exists()
    kernel = Path(f"/proc/{started.read_text()}")
    for _ in range(100):  # the kernel ends too
        if not kernel.exists() or "zombie" in (kernel / "status").read_text():
            break
        time.sleep(0.1)
    else:
        pytest.fail("the chapter's kernel is still running")
    (book.folder / "go").write_text("")
    answer = call("execute", book)
    assert answer.returncode == 0, answer.stderr
    assert "up to date: quick" in answer.stdout
    assert book.notebook("slow").exists()


@pytest.mark.parametrize(
    "name", ["book/a.md", "fa_lib/__init__.py", "book/data/x.bin", "requirements.txt", "book/a.ipynb"]
)
def test_a_change_of_anything_used_makes_a_chapter_stale(make_book, name):
    book = make_book(a=chapter())
    run_by_hand(book, "a")
    assert not stamps.is_current(book, "a")
    stamps.write(book, "a", stamps.fingerprint(book, "a"), 1)
    assert stamps.is_current(book, "a")
    with (book.root / name).open("a") as file:
        file.write("\n# more\n")
    stamps._shared.cache_clear()
    assert not stamps.is_current(book, "a")


def test_the_ledger_is_stale_when_another_notebook_changes(make_book):
    book = make_book(a=chapter(), claims=chapter())
    for name in ("a", "claims"):
        run_by_hand(book, name)
        stamps.write(book, name, stamps.fingerprint(book, name), 1)
    book.notebook("a").write_text(book.notebook("a").read_text() + " ")
    assert not stamps.is_current(book, "claims")


# pairs


def test_pair_in_order(make_book):
    book = make_book(a=chapter(TABLE))
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
    "other address": (_text(ADDRESS, "https://github.com/else/where"), "must be the Colab cell"),
    "Colab cell shown": (_text("[remove-cell]", "[hide-input]"), "must be tagged remove-cell"),
    "figure unchecked": (
        _text(TABLE, "\n```{glue:figure} f\n:alt: x\n```\n"),
        "shows figures but no cell tagged nbval-check-output",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_pair_is_reported(make_book, capsys, fault):
    book = make_book(a=chapter(TABLE))
    run_by_hand(book, "a")
    make_fault, message = FAULTS[fault]
    make_fault(book)
    assert re.search(message, check_pairs.check_chapter(book, "a") or "")
    assert check_pairs.main(["--root", str(book.root)]) == 1
    assert re.search(f"error: .*{message}", capsys.readouterr().err)


# nbval


def test_changed_table_is_reported_in_one_line(make_book):
    book = make_book(a=chapter(cell("print('loss', round(0.08, 3))\nprint('runs', runs)", "nbval-check-output")))
    run_by_hand(book, "a")
    notebook = nbformat.read(book.notebook("a"), as_version=4)
    notebook.cells[-1].outputs[0].text = "loss 0.08\nruns 3\n"
    book.notebook("a").write_text(normalise(notebook))
    options = ["--nbval-lax", "--nbval-current-env", "-p", "tools.nbval_lines", "-n", "1", "-q", "--tb=no"]
    options += ["-p", "no:cacheprovider"]
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(book.notebook("a"))],
        cwd=book.root,
        env=environment(book) | {"PYTHONPATH": f"{book.root}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    expected = "error: a.ipynb: code cell 3 (print('loss', round(0.08, 3))): Cell outputs differ: "
    assert expected + "committed 'runs 3', now 'runs 2'" in answer.stdout


# links


def test_broken_links_are_found(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "index.html").write_text(
        '<meta http-equiv="refresh" content="0; url=sub/a.html"><h1 id="top-of">x</h1>'
    )
    good = '<a href="../index.html#top-of">x</a><a href="#here">x</a><p id="here"><a href="https://x.y/z#q">x</a>'
    (tmp_path / "sub/a.html").write_text(
        good + '<a href="#">x</a><img src="b%20c.png"><a href="../index.html?q=1">x</a>'
    )
    (tmp_path / "sub/b c.png").write_bytes(b"")
    assert Site(tmp_path).problems() == []
    bad = ['<a href="../gone.html">', '<a href="../index.html#nowhere">', '<img src="../../x.png">', '<a href="/x">']
    (tmp_path / "sub/b.html").write_text("\n".join(bad))
    assert Site(tmp_path).problems() == [
        "sub/b.html:1: ../gone.html: no such file",
        "sub/b.html:2: ../index.html#nowhere: no anchor #nowhere there",
        "sub/b.html:3: ../../x.png: leads out of the site",
        "sub/b.html:4: /x: starts at the server's root: it breaks in a subfolder",
    ]


# places outside this machine


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
    source = TransformerManager().transform_cell(check_pairs.SETUP.format(repository=ADDRESS))
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
    lines = [line.split("#")[0].strip() for line in (ROOT / path).read_text().splitlines()]
    return dict(line.split("==") for line in lines if "==" in line)


def test_binder_has_the_same_versions_and_no_book_tools():
    ours, binder = _pins("requirements.txt"), _pins("binder/requirements.txt")
    assert binder.items() <= ours.items()
    assert not {"jupyter-book", "pytest", "ruff"} & set(binder)
    assert f"myst-nb=={ours['myst-nb']}" in (ROOT / "binder/postBuild").read_text()


def test_every_requirement_has_its_reason():
    lines = (ROOT / "requirements.txt").read_text().splitlines()[1:]
    assert [line for line in lines if not line.partition("# ")[2]] == []


def test_the_workflow_runs_what_everybody_runs():
    jobs = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())["jobs"]
    assert [step["run"] for step in jobs["test"]["steps"] if "run" in step] == ["bash .ci/run"]
    assert "make test" in (ROOT / ".ci/run").read_text()
    assert jobs["publish"]["needs"] == "test"


def test_the_address_moves_everywhere(make_book):
    book = make_book(a=chapter(TABLE))
    run_by_hand(book, "a")
    for arguments in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *arguments], cwd=book.root, check=True)
    new = "https://github.com/some/body"
    assert move(book.root, ADDRESS, new) == ["_config.yml", "book/a.ipynb", "book/a.md"]
    assert book.repository() == new
    assert check_pairs.check_chapter(book, "a") is None
