"""How notebooks are written, when a chapter is stale, which links are broken."""

import base64
import io
import json
from pathlib import Path

import nbformat
import pytest
from nbformat import v4
from PIL import Image
from small_book import chapter, make_book, run_by_hand

from tools import stamps
from tools.book import Book
from tools.check_links import Site
from tools.normalise import normalise


def picture(level: int) -> str:
    """A PNG of one pixel, compressed more or less: the same picture in other bytes."""
    data = io.BytesIO()
    Image.new("RGB", (1, 1), "red").save(data, "PNG", compress_level=level)
    return base64.b64encode(data.getvalue()).decode() + "\n"


def messy(address: str, model: str, pieces: list[str], started: str) -> nbformat.NotebookNode:
    """One run's notebook: ids and times of its own, one stream in pieces."""
    code = v4.new_code_cell("f()", execution_count=1)
    code.metadata.update(papermill={"start_time": started}, tags=[], execution={"iopub.status.busy": started})
    code.outputs = [v4.new_output("stream", name="stdout", text=piece) for piece in pieces]
    data = {"text/plain": f"<f at {address}>", "text/html": "<b>f</b>", "image/png": picture(len(pieces))}
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


@pytest.mark.parametrize(
    "name",
    ["book/a.md", "fa_lib/__init__.py", "book/data/x.bin", "requirements.txt", "book/a.ipynb"],
)
def test_a_change_of_anything_used_makes_a_chapter_stale(tmp_path, name):
    book = make_book(tmp_path, a=chapter())
    run_by_hand(book, "a")
    assert not stamps.is_current(book, "a")
    stamps.write(book, "a", stamps.fingerprint(book, "a"), 1)
    assert stamps.is_current(book, "a")
    with (book.root / name).open("a") as file:
        file.write("\n# more\n")
    stamps._shared.cache_clear()
    assert not stamps.is_current(book, "a")


def test_a_change_of_a_widgets_javascript_makes_no_chapter_stale(tmp_path):
    book = make_book(tmp_path, a=chapter())
    run_by_hand(book, "a")
    stamps.write(book, "a", stamps.fingerprint(book, "a"), 1)
    (book.root / "fa_book/widget.js").write_text("export default 1;\n")
    stamps._shared.cache_clear()
    assert stamps.is_current(book, "a")


def test_pages_of_a_section_follow_the_page_above_them(tmp_path):
    """And have the caption of its part; chapters are the notebooks among them."""
    sections = [{"file": "book/b.ipynb", "sections": [{"file": "book/c"}]}, {"file": "book/d.ipynb"}]
    parts = [{"caption": "One", "chapters": [{"file": "book/a", "sections": sections}, {"file": "book/e.ipynb"}]}]
    toc = {"root": "book/index", "chapters": [{"file": "book/first"}], "parts": parts}
    (tmp_path / "_toc.yml").write_text(json.dumps(toc))
    pages = [("book/index", "", 0), ("book/first", "", 0), ("book/a", "One", 0), ("book/b.ipynb", "One", 1)]
    pages += [("book/c", "One", 2), ("book/d.ipynb", "One", 1), ("book/e.ipynb", "One", 0)]
    assert Book(tmp_path).pages() == pages
    assert Book(tmp_path).chapters() == ["b", "d", "e"]


def test_the_ledger_is_stale_when_another_notebook_changes(tmp_path):
    book = make_book(tmp_path, a=chapter(), claims=chapter())
    for name in ("a", "claims"):
        run_by_hand(book, name)
        stamps.write(book, name, stamps.fingerprint(book, name), 1)
    book.notebook("a").write_text(book.notebook("a").read_text() + " ")
    assert not stamps.is_current(book, "claims")


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
    bad.append('<meta http-equiv="refresh" content="0; url=lost.html">')
    (tmp_path / "sub/b.html").write_text("\n".join(bad))
    assert Site(tmp_path).problems() == [
        "sub/b.html:1: ../gone.html: no such file",
        "sub/b.html:2: ../index.html#nowhere: no anchor #nowhere there",
        "sub/b.html:3: ../../x.png: leads out of the site",
        "sub/b.html:4: /x: starts at the server's root: it breaks in a subfolder",
        "sub/b.html:5: lost.html: no such file",
    ]
