"""Chapters that fail, are interrupted, get other parameters or no longer give what is committed."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import papermill
import pytest
from nbformat import NotebookNode
from patience import PATIENCE
from small_book import call, cell, chapter, command, make_book, run_by_hand

from fa_book.claims.verdict import MIME
from tools import run_chapter
from tools.book import ROOT, Book, environment
from tools.execute import parse_parameters
from tools.nbval_lines import RECORD, alike
from tools.normalise import normalise


def test_unknown_parameter_is_refused_with_the_names_accepted(tmp_path):
    book = make_book(tmp_path, a=chapter())
    assert parse_parameters(book, "a", ["runs=3", "seed=1e-3"]) == {"runs": 3, "seed": 1e-3}
    with pytest.raises(ValueError, match=r"chapter a: unknown parameter 'rnus'; it accepts runs, seed"):
        parse_parameters(book, "a", ["rnus=3"])
    with pytest.raises(ValueError, match="name=value, got 'runs'"):
        parse_parameters(book, "a", ["runs"])
    answer = call("execute", book, "a", "--parameters", "rnus=3")
    assert answer.returncode == 1
    assert "unknown parameter 'rnus'" in answer.stderr
    assert not (book.build / "parametrised/a.ipynb").exists()


def test_run_fail_mend_and_run_again(tmp_path):
    book = make_book(
        tmp_path,
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


@pytest.mark.parametrize("word", ["Invalid Signature: b'7'", "Kernel died before replying to kernel_info", "lost"])
def test_a_kernel_that_did_not_begin_is_begun_once_more(tmp_path, monkeypatch, word):
    """As where two begin at the same moment and pick the same port. What fails twice, or in another way, is told."""
    begun, execute = [], papermill.execute_notebook

    def late(notebook, output, **options):
        begun.append(json.dumps(notebook))
        if len(begun) <= fails:
            raise RuntimeError(word)
        return execute(notebook, output, **options)

    monkeypatch.setattr(papermill, "execute_notebook", late)
    for fails in (1, 2):
        begun.clear()
        book = make_book(tmp_path / str(fails), a=chapter(cell("print('run')")))
        (book.build / "executing").mkdir(parents=True)
        problem = run_chapter.run(book, "a", book.notebook("a"), {})
        assert len(set(begun)) == 1
        if fails == 1 and word != "lost":
            assert problem is None
            assert book.notebook("a").read_text().count("run") > 1
        else:
            assert problem == f"book/a.md: could not be run: RuntimeError: {word}"
            assert len(begun) == (1 if word == "lost" else 2)


def test_interrupted_run_goes_on_where_it_stopped(tmp_path):
    wait = "import os, time\nopen('started', 'w').write(str(os.getpid()))\n"
    wait += f"time.sleep(0 if os.path.exists('go') else 60 * {PATIENCE})"
    book = make_book(tmp_path, quick=chapter(), slow=chapter(cell(wait)))
    process = subprocess.Popen(command("execute", book, "--jobs", "1"), cwd=ROOT, stderr=subprocess.PIPE, text=True)
    started = book.folder / "started"
    while not (started.exists() and started.read_text()):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30 * PATIENCE)
    assert process.returncode == 130
    assert "run the same command to go on" in errors
    assert book.notebook("quick").exists()
    assert not book.notebook("slow").exists()
    kernel = Path(f"/proc/{started.read_text()}")
    for _ in range(100 * PATIENCE):  # the kernel ends too
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


def compared(book: Book, *options: str) -> subprocess.CompletedProcess:
    """nbval's answer for the notebook a, with the plugin that the checks use."""
    options += ("--nbval-lax", "--nbval-current-env", "-p", "tools.nbval_lines", "-q", "--tb=no")
    options += ("-p", "no:cacheprovider", "-p", "no:randomly")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(book.notebook("a"))],
        cwd=book.root,
        env=environment(book) | {"PYTHONPATH": f"{book.root}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )


def run_and_change(folder: Path, code: str, *tags: str, output: NotebookNode) -> Book:
    """A book of one chapter whose last cell was run and then given another output."""
    book = make_book(folder, a=chapter(cell(code, *tags)))
    run_by_hand(book, "a")
    notebook = nbformat.read(book.notebook("a"), as_version=4)
    notebook.cells[-1].outputs = [output]
    book.notebook("a").write_text(normalise(notebook))
    return book


def test_changed_table_is_reported_in_one_line(tmp_path):
    output = nbformat.v4.new_output("stream", name="stdout", text="loss 0.08\nruns 3\n")
    code = "print('loss', round(0.08, 3))\nprint('runs', runs)"
    answer = compared(run_and_change(tmp_path, code, "nbval-check-output", output=output), "-n", "1")
    assert answer.returncode == 1
    expected = "error: a.ipynb: code cell 3 (print('loss', round(0.08, 3))): Cell outputs differ: "
    assert expected + "committed 'runs 3', now 'runs 2'" in answer.stdout


@pytest.mark.parametrize("changed", ["record", "text"])
def test_a_verdict_is_compared_by_its_text_and_not_by_the_last_digits_of_its_record(tmp_path, changed):
    data = f"{{'text/plain': 'holds', {RECORD!r}: {{'low': 0.123456}}}}"
    shown = f"from IPython.display import display\ndisplay({data}, raw=True)"
    text = "does not hold" if changed == "text" else "holds"
    record = {"low": 0.123457 if changed == "record" else 0.123456}
    output = nbformat.v4.new_output("display_data", {"text/plain": text, RECORD: record})
    answer = compared(run_and_change(tmp_path, shown, "nbval-check-output", output=output))
    assert answer.returncode == (changed == "text"), answer.stdout
    assert RECORD == MIME


@pytest.mark.parametrize(("committed", "same"), [("TF  0.42 30 of 50", True), ("TF 0.41 30 of 50", False)])
def test_a_cell_says_by_how_much_its_last_digits_may_differ(tmp_path, committed, same):
    data = nbformat.v4.new_output("display_data", {"text/plain": committed, "text/html": f"<b>{committed}</b>"})
    code = "from IPython.display import display\nnow = 'TF 0.44 32 of 50'\n"
    code += "display({'text/plain': now, 'text/html': f'<b>{now}</b>'}, raw=True)"
    answer = compared(run_and_change(tmp_path, code, "nbval-check-output", "nbval-last-digit-2", output=data))
    assert answer.returncode == (not same), answer.stdout
    assert same or f"committed {committed!r}, now 'TF 0.44 32 of 50'" in answer.stdout


@pytest.mark.parametrize(
    ("now", "digits", "same"),
    [
        ("0.42 holds", 0, True),
        ("0.43 holds", 0, False),
        ("0.43  holds", 1, True),
        ("0.44 holds", 1, False),
        ("0.421 holds", 5, False),
        ("0.42 does not hold", 5, False),
        ("-0.01 holds", 43, True),
        ("\u22120.02 holds", 43, False),
        ("&minus;0.02 holds", 44, True),
        ("0.42 holds 1", 5, False),
    ],
)
def test_alike(now, digits, same):
    assert alike("0.42 holds", now, digits) is same
    assert alike(now, "0.42 holds", digits) is same
