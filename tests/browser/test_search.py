"""The search of a small site with the book's own pages: what people type leads to the page that answers it."""

import http.server
import subprocess
import sys
import threading
from functools import partial

import pytest
from conftest import Handler
from sphinx.errors import ExtensionError
from visits import ROOT, Visitor

from tools.search_pages import ASKED, FORGETS, KEEPS, TEXT, mended

CONF = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
extensions = ["myst_parser", "sphinx_togglebutton", "sphinx_book_theme", "tools.quiet_scripts", "tools.finish"]
extensions += ["tools.search_pages", "tools.formulas"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
html_theme = "sphinx_book_theme"
root_doc = "book/use-it"
project = "A book"
html_favicon = {str(ROOT / "book/assets/icon.svg")!r}
html_search_scorer = {str(ROOT / "book/assets/scorer.js")!r}
suppress_warnings = ["ref", "myst"]
"""
REFERENCE = """# API: {title}

CNN, cross entropy, weight transport, install, glossary: how do I use my own network? With {title}, {title}.
"""
FOUND = {  # what people type, and the page that comes first
    "how do I use my own network": "use-it",
    "install": "use-it",
    "CNN": "use-it",
    "cross entropy": "use-it",
    "weight transport": "use-it",
    "glossary": "glossary",
    "dead zone": "glossary",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    source, root = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("served")
    (source / "book").mkdir()
    (source / "conf.py").write_text(CONF)
    for name in ("use-it", "glossary"):
        text = (ROOT / f"book/{name}.md").read_text(encoding="utf-8")
        (source / f"book/{name}.md").write_text(text)
    for name in ("api-tasks", "api-nn"):
        (source / f"book/{name}.md").write_text(REFERENCE.format(title=name))
    tree = "\n```{toctree}\nglossary\napi-tasks\napi-nn\n```\n"
    with (source / "book/use-it.md").open("a") as page:
        page.write(tree)
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", source, root]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=root))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def reader(desk, site):
    visitor = Visitor(desk, site)
    yield visitor
    visitor.finish()
    assert visitor.problems == []


def test_what_people_type_leads_to_the_page_that_answers(reader):
    page = reader.page()
    for words, wanted in FOUND.items():
        page.goto(f"{reader.site}/search.html?q={words.replace(' ', '+')}")
        page.get_by_text("Search finished").wait_for()
        page.wait_for_load_state("networkidle")  # every excerpt has come
        pages = [link.get_attribute("href") for link in page.locator("#search-results li > a").all()]
        assert f"book/{wanted}.html" in pages[0], words
        reference = [place for place, link in enumerate(pages) if "/api-" in link]
        assert all("/api-" in link for link in pages[min(reference, default=len(pages)) :]), words


def test_an_excerpt_begins_with_text_and_leaves_no_marks(reader):
    page = reader.page()
    page.goto(f"{reader.site}/search.html?q=hyperparameters")
    excerpt = page.locator("#search-results li p.context").first
    excerpt.wait_for()
    text = excerpt.inner_text()
    assert "hyperparameters" in text
    assert not {"Print to PDF", "Contents", ".md"} & {
        word for word in (".md", "Print to PDF", "Contents") if word in text
    }
    address = page.locator("#search-results li > a").first.get_attribute("href")
    page.wait_for_load_state("networkidle")
    page.goto(f"{reader.site}/{address}")
    assert "/use-it.html" in page.url
    page.wait_for_timeout(300)
    assert page.locator(".highlighted").count() == 0


def test_another_script_is_not_taken_for_this_one():
    script = f"{KEEPS}; " + "; ".join(f"a.querySelector({asked})" for asked in ASKED)
    changed = mended(script)
    assert changed.count(TEXT) == 2
    assert FORGETS in changed
    assert mended(changed) == changed
    with pytest.raises(ExtensionError, match="no longer asks for"):
        mended(script.replace('"main"', '"text"'))
    with pytest.raises(ExtensionError, match="keeps words in a new way"):
        mended(script.replace(KEEPS, ""))
