"""A real browser and a small site made of the widgets' real modules and outputs, on pages in a subfolder."""

import http.server
import os
import threading
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from shared_folder import once
from visits import PAGE, Visitor

from fa_book import widgets
from fa_book.widgets.modules import FOLDER, bundle
from tools.chromium import launch, shared
from tools.widget_assets import copy


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *values):
        """Silence."""


def make(folder: Path) -> None:
    """The site's files: a page for every widget and theme, and the bundles that Jupyter gets."""
    copy(FOLDER, folder)
    (folder / "book").mkdir()
    (folder / "book/plain.html").write_text(PAGE.format(theme="light", name="plain", background="#fff", html=""))
    for name in widgets.__all__:
        widget = getattr(widgets, name)()
        for theme, background in (("light", "#fff"), ("dark", "#14181e")):
            text = PAGE.format(theme=theme, name=widget.module, background=background, html=widget.html())
            (folder / f"book/{widget.module}-{theme}.html").write_text(text, encoding="utf-8")
        (folder / f"_static/{widget.module}-bundle.js").write_text(bundle(widget.module), encoding="utf-8")
    far = PAGE.format(
        theme="light", name="far", background="#fff", html='<p style="height: 5000px"></p>' + widget.html()
    )
    (folder / "book/far.html").write_text(far, encoding="utf-8")
    twice = 2 * widgets.Icosahedron().html()
    (folder / "book/twice.html").write_text(PAGE.format(theme="light", name="twice", background="#fff", html=twice))


@pytest.fixture(scope="session")
def site(for_all_workers) -> str:
    """Address of the site, whose widgets' finished runs cost most of a minute: made once for all processes."""
    folder = once(Path(os.environ.get("FA_TEST_SITE") or for_all_workers / "site"), make)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser() -> Browser:
    with shared() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where a test fails, its pages' pictures stay."""
    report = yield
    visitor = item.funcargs.get("visitor") if call.when == "call" else None
    if visitor and (report.failed or visitor.problems):
        visitor.keep_all(item.name)
    return report


@pytest.fixture
def visitor(browser, site) -> Visitor:
    visitor = Visitor(browser, site)
    yield visitor
    visitor.finish()
    assert visitor.problems == []


@pytest.fixture
def call(visitor):
    """A function that runs an async JavaScript function (its text) with arguments, on a page of the site."""
    page = visitor.page()
    page.goto(f"{visitor.site}/book/plain.html")
    return page.evaluate
