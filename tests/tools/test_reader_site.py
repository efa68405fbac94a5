"""What the site leads to: editions, Markdown, llms.txt, one archive; tried on a small site."""

import zipfile

import pytest
import yaml
from small_book import make_book
from sphinx.errors import ExtensionError
from test_reader_edition import BODY, chapter

import tools.reader.__main__ as command
from tools.book import ROOT
from tools.normalise import normalise
from tools.paper import archive
from tools.paper.chapters import Book, Citation
from tools.reader import check
from tools.reader.buttons import arrange, launched

HEAD = '<title>x</title><meta content="What it says." name="description"/>'
SITE = "https://some.where/site/"


@pytest.fixture
def book(tmp_path):
    """A built site of a front page and the chapter of test_reader_edition."""
    book = make_book(tmp_path, drift="")
    config = {"title": "A book", "html": {"baseurl": SITE}, "repository": {"url": "https://github.com/some/book"}}
    (book.root / "_config.yml").write_text(yaml.safe_dump(config))
    (book.root / "book/drift.md").write_text("# Dots\n\nThere is {glue:text}`dots` dot.\n")
    book.notebook("drift").write_text(normalise(chapter()))
    (book.build / "html/book").mkdir(parents=True)
    front = '<section id="a"><h1>A book</h1><p>See <a href="drift.html#more">more</a>.</p></section>'
    for name, body in {"index": front, "drift": BODY}.items():
        page = f"<html><head>{HEAD}</head><article class='bd-article'>{body}</article></html>"
        (book.build / f"html/book/{name}.html").write_text(page)
    return book


def test_one_command_writes_what_the_check_then_compares(book, capsys):
    assert check.main(["--root", str(book.root)]) == 1
    assert "notebooks/drift.ipynb: is missing: run make html" in capsys.readouterr().err
    assert command.main(["--root", str(book.root)]) == 0
    assert check.main(["--root", str(book.root)]) == 0
    site = book.build / "html"
    page = site / "book/drift.html"
    page.write_text(page.read_text().replace("1.00", "1.01"))
    assert check.main(["--root", str(book.root)]) == 1
    assert "the page says 'Dots There is 1 . 01 dot" in capsys.readouterr().err
    (site / "book/index.html").unlink()
    assert command.main(["--root", str(book.root)]) == 1
    assert "index.html is missing: run make html" in capsys.readouterr().err


def test_each_page_is_markdown_and_listed(book):
    command.main(["--root", str(book.root)])
    site = book.build / "html"
    front = f"# A book\n\n*[A book]({SITE}), [this page]({SITE}book/index.html)*\n\n"
    assert (site / "book/index.md").read_text() == f"{front}See [more]({SITE}book/drift.html#more).\n"
    text = (site / "book/drift.md").read_text()
    assert "```python\nruns = 2\n```" in text
    assert f"({SITE}_images/" in text
    lines = (site / "llms.txt").read_text().splitlines()
    assert lines[0] == "# A book"
    assert lines[2].startswith("> ")
    assert f"- [A book]({SITE}book/index.md): What it says." in lines
    assert lines[lines.index("## All") + 2] == f"- [Dots]({SITE}book/drift.md): What it says."
    assert f"{SITE}paper/a-book.zip" in (site / "llms.txt").read_text()


def test_the_archive_holds_all_and_is_the_same_twice(book, tmp_path):
    command.main(["--root", str(book.root)])
    made = Book("A book", "We", "a-book", book.build / "html", Citation.read(ROOT / "CITATION.cff"), [])
    for name in ("binder/postBuild", "fa_lib/__pycache__/x.pyc", ".pytest_cache/x", ".gitignore", ".git"):
        (book.root / name).parent.mkdir(parents=True, exist_ok=True)
        (book.root / name).write_text(name)
    (book.root / "binder/postBuild").chmod(0o755)
    first, second = tmp_path / "_build/1.zip", tmp_path / "_build/2.zip"
    assert archive.write(made, None, first).endswith(" files")
    archive.write(made, None, second)
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as opened:
        names = {name.removeprefix("a-book/") for name in opened.namelist()}
        assert opened.getinfo("a-book/binder/postBuild").external_attr >> 16 == 0o755
        assert b"pip install" in opened.read("a-book/START.md")
    assert names == {
        *("START.md", "_config.yml", "_toc.yml", "requirements.txt", ".gitignore", "binder/postBuild"),
        *("book/drift.md", "book/drift.ipynb", "fa_lib/__init__.py"),
        *("notebooks/drift.ipynb", "text/drift.md", "text/index.md", "text/llms.txt"),
    }
    (book.build / "html/llms.txt").unlink()
    with pytest.raises(ValueError, match="run make html"):
        archive.write(made, None, first)


def test_launch_buttons_lead_to_the_editions():
    binder = "https://mybinder.org/v2/gh/main/book/main?urlpath=lab/tree/book/drift.ipynb"
    colab = "https://colab.research.google.com/github/main/book/blob/main/book/drift.ipynb"
    hub = "https://hub.some.where/hub/user-redirect/git-pull?repo=x&branch=main"
    assert launched(binder, "book/drift", "main") == (
        "https://mybinder.org/v2/gh/main/book/notebooks?urlpath=lab/tree/notebooks/drift.ipynb"
    )
    assert launched(colab, "book/drift", "main") == (
        "https://colab.research.google.com/github/main/book/blob/notebooks/notebooks/drift.ipynb"
    )
    for wrong in (hub, colab.replace("drift", "other")):
        with pytest.raises(ExtensionError, match="knows Binder and Colab"):
            launched(wrong, "book/drift", "main")


def test_download_buttons_give_the_edition_and_the_markdown():
    live = {"text": "Live code", "url": "live.html?chapter=drift"}
    source = {
        "label": "download-source-button",
        "text": ".ipynb",
        "url": "../_sources/book/drift.ipynb",
        "tooltip": "x",
    }
    groups = [
        {"label": "launch-buttons", "buttons": [live]},
        {"label": "download-buttons", "buttons": [source, {"text": ".pdf"}]},
        {"label": "fullscreen-button"},
    ]
    arrange(groups, "book/drift", "main", lambda name, resource: f"../{name}")
    assert live["url"] == "live.html?chapter=drift"
    links = [(button["text"], button.get("url")) for button in groups[1]["buttons"]]
    assert links == [(".ipynb", "../notebooks/drift.ipynb"), (".md", "drift.md"), (".pdf", None)]
    groups = [{"label": "download-buttons", "buttons": [{"text": ".md", "url": "_sources/a.md"}, {"text": ".pdf"}]}]
    arrange(groups, "book/index", "main", None)
    assert [button.get("url") for button in groups[0]["buttons"]] == ["index.md", None]
