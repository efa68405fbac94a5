"""Pages as the book's theme makes them, in a folder of a plain file server: they work, ask no one, and say nothing."""

import http.server
import subprocess
import sys
import threading
from functools import partial

import pytest
from conftest import Handler
from sphinx.errors import ExtensionError
from visits import ROOT, Visitor

from fa_book import widgets
from fa_book.widgets.modules import FOLDER
from tools.quiet_scripts import SAID, quiet
from tools.widget_assets import copy

CONF = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
extensions = ["sphinx_togglebutton", "sphinx_book_theme", "tools.widget_assets", "tools.quiet_scripts"]
extensions += ["tools.formulas", "tools.finish"]
html_theme = "sphinx_book_theme"
root_doc = "book/first"
project = "A <book>"
html_theme_options = {{"use_fullscreen_button": True}}
html_favicon = "icon.svg"
html_extra_path = ["extra"]
"""
PAGE = """Some page
=========

.. toctree::

   other

.. admonition:: Hidden
   :class: dropdown

   Now it is seen.

Some words on a formula, :math:`W_O^2`, that are long enough to describe the page on which they stand.

.. math:: H_k = s_k E_0

.. raw:: html

   {}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a small site in the book's theme, two folders deep below what is served."""
    root = tmp_path_factory.mktemp("served")
    source = tmp_path_factory.mktemp("source")
    (source / "conf.py").write_text(CONF)
    (source / "icon.svg").write_bytes((ROOT / "book/assets/icon.svg").read_bytes())
    for name in ("book", "extra"):
        (source / name).mkdir()
    front = (ROOT / "book/extra/index.html").read_text()
    (source / "extra/index.html").write_text(front.replace("book/index.html", "book/first.html"))
    (source / "book/first.rst").write_text(PAGE.format(widgets.Icosahedron().html()))
    (source / "book/other.rst").write_text("Other\n=====\n\n.. raw:: html\n\n   " + widgets.DeadZones().html())
    for _ in range(2):  # the second time over the first, as a reader who writes does
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", source, root / "some/place"]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stderr
    copy(FOLDER, root / "some/place")
    return root


@pytest.fixture
def reader(desk, folder):
    """Visits the site over the network's protocol; whatever lies outside of its own folder counts as elsewhere."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    visitor = Visitor(desk, f"http://127.0.0.1:{server.server_port}/some/place")
    yield visitor
    visitor.finish()
    server.shutdown()
    server.server_close()
    assert visitor.problems == []


def test_a_visit_leaves_the_console_empty(reader):
    page = reader.page()
    page.goto(f"{reader.site}/")
    page.wait_for_url("**/some/place/book/first.html")
    page.wait_for_selector("fa-widget[live]")
    before = page.evaluate("() => document.documentElement.dataset.theme")
    assert before in ("light", "dark")
    for _ in range(3):  # light, dark and the system's choice, whatever comes first
        page.locator(".theme-switch-button").first.click()
    modes = page.evaluate("() => [document.documentElement.dataset.mode, localStorage.getItem('mode')]")
    assert modes[0] == modes[1] != ""
    hidden = page.get_by_text("Now it is seen.")
    assert not hidden.is_visible()
    page.locator(".toggle-button").first.click()
    hidden.wait_for(state="visible")
    page.goto(f"{reader.site}/book/other.html")
    page.wait_for_selector("fa-widget[live]")
    page.goto(f"{reader.site}/search.html?q=other")
    page.locator("#search-results a").first.wait_for()


def test_a_page_runs_only_its_own_scripts(reader):
    """The policy of the page stops what somebody else has put into it, and asks no other host."""
    page = reader.page()
    page.goto(f"{reader.site}/book/first.html")
    assert page.locator("mjx-container svg").count() == 2
    assert page.locator("mjx-container svg path").count() == 0  # letters stand once in the page, and are used
    assert page.locator("mjx-container svg use").count() > page.locator("svg.glyphs path").count() > 3
    assert page.locator("head meta[name=description]").get_attribute("content").startswith("Some words on a formula")
    page.evaluate(
        """() => {
      document.body.insertAdjacentHTML("beforeend", "<p id=in onclick='window.taken = 1'>in</p>");
      document.body.append(Object.assign(document.createElement("script"), { textContent: "window.taken = 2" }));
      document.getElementById("in").click();
      new Image().src = "https://example.org/x.png";
    }"""
    )
    for _ in range(50):  # the browser says so, once for each
        page.wait_for_timeout(200)
        if len(reader.problems) >= 3:
            break
    assert page.evaluate("() => window.taken") is None
    assert len(reader.problems) >= 3
    assert all("Content Security Policy" in problem or "example.org" in problem for problem in reader.problems)
    reader.problems.clear()


def test_opened_from_a_disk(desk, folder):
    """Modules need a server: the static picture stays, with a word on why."""
    visitor = Visitor(desk, (folder / "some/place").as_uri())
    page = visitor.page()
    page.goto(f"{visitor.site}/book/first.html")
    page.get_by_text("comes alive when the page is read from a web server").wait_for()
    image = page.locator("fa-widget > img")
    assert image.is_visible()
    assert image.bounding_box()["width"] > 300
    assert page.locator("fa-widget canvas").count() == 0
    page.locator("fa-widget").screenshot(path=folder / "disk.png")
    visitor.finish()
    assert visitor.problems == []


def test_scripts_become_quiet_once_and_only_if_understood():
    for name, said in SAID.items():
        script = "".join(f"a&&console.log(`{words} ${{x}}`),b();" for words in said)
        expected = script.replace("console.log", "void ")
        assert quiet(script, name, said) == expected
        assert quiet(expected, name, said) == expected
        assert quiet(script + "if (c) console.info(1);console.error(2)", name, said) == (
            expected + "if (c) void (1);console.error(2)"
        )
        with pytest.raises(ExtensionError, match="no longer says"):
            quiet(script.replace(said[-1], "other words"), name, said)
        for unknown in ("console.log()", "console.log(...x)", "const say = console.debug;"):
            with pytest.raises(ExtensionError, match=r"does not know: console\.(log|debug)"):
                quiet(script + unknown, name, said)


def test_a_site_without_these_scripts_is_not_built(tmp_path):
    given = CONF.split("extensions +=")[0].replace('"sphinx_book_theme", ', "")
    (tmp_path / "conf.py").write_text(given)
    (tmp_path / "index.rst").write_text("Title\n=====\n")
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", tmp_path, tmp_path / "site"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode != 0
    assert "the site has no _static/scripts/pydata-sphinx-theme.js" in answer.stderr
