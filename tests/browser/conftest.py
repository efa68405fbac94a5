"""A real browser and a small site made of the widgets' real modules and outputs, on pages in a subfolder."""

import http.server
import json
import os
import sys
import threading
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest
from playwright.sync_api import Browser
from shared_folder import once
from visits import NAMES, PAGE, Desk, Visitor, shortened

from fa_book import widgets
from fa_book.widgets.modules import FOLDER, bundle
from tools.chromium import launch, shared
from tools.widget_assets import copy


def make(folder: Path) -> None:
    """The site's files but the widgets' own pages: modules, and the bundles that Jupyter gets."""
    copy(FOLDER, folder)
    (folder / "book").mkdir()
    (folder / "widgets").mkdir()
    (folder / "book/plain.html").write_text(PAGE.format(theme="light", name="plain", background="#fff", html=""))
    icosahedron = widgets.Icosahedron().html()
    far = PAGE.format(theme="light", name="far", background="#fff", html=f'<p style="height: 5000px"></p>{icosahedron}')
    (folder / "book/far.html").write_text(far, encoding="utf-8")
    twice = PAGE.format(theme="light", name="twice", background="#fff", html=2 * icosahedron)
    (folder / "book/twice.html").write_text(twice, encoding="utf-8")
    for name in NAMES:
        (folder / f"_static/{name}-bundle.js").write_text(bundle(name), encoding="utf-8")


def make_widget(name: str, folder: Path) -> None:
    """A widget's page in each theme."""
    kind = next(kind for kind in (getattr(widgets, name) for name in widgets.__all__) if kind.module == name)
    module = sys.modules[kind.__module__]
    finished = hasattr(module, "EPOCHS")
    with patch.object(module, "EPOCHS", shortened(module)) if finished else nullcontext():
        html = kind().html()
    for theme, background in (("light", "#fff"), ("dark", "#14181e")):
        text = PAGE.format(theme=theme, name=name, background=background, html=html)
        (folder / f"{name}-{theme}.html").write_text(text, encoding="utf-8")


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *values):
        """Silence."""

    def translate_path(self, path: str) -> str:
        """A widget's pages are made when the first is asked for: its finished runs cost a second or two."""
        found = Path(super().translate_path(path))
        name = found.stem.rpartition("-")[0]
        if found.parent.name == "book" and name in NAMES:
            made = once(Path(self.directory) / "widgets" / name, partial(make_widget, name))
            return str(made / found.name)
        return str(found)


@pytest.fixture(scope="session")
def site(for_all_workers) -> str:
    """Address of the site, whose files all processes share."""
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


@pytest.fixture(scope="session")
def desk(browser) -> Desk:
    return Desk(browser)


@pytest.fixture
def visitor(desk, site) -> Visitor:
    visitor = Visitor(desk, site)
    yield visitor
    visitor.finish()
    assert visitor.problems == []


# Playwright hands over number by number, each in a box of its own that is looked at three times on its way; as one text
# ten thousand numbers take a hundredth of that. What JSON has no word for comes with its name.
AS_TEXT = """async (text) => JSON.stringify(await (%s)(JSON.parse(text)), (_, value) => {
  if (typeof value === "number" && !Number.isFinite(value)) return { "not finite": String(value) };
  return ArrayBuffer.isView(value) ? [...value] : value;
})"""


def _number(entry: dict):
    return float(entry["not finite"]) if entry.keys() == {"not finite"} else entry


@pytest.fixture
def call(visitor):
    """A function that runs an async JavaScript function (its text) with an argument, on a page of the site."""
    page = visitor.page()
    page.goto(f"{visitor.site}/book/plain.html")

    def ask(function: str, argument=None):
        text = page.evaluate(AS_TEXT % function, json.dumps(argument, allow_nan=False))
        return None if text is None else json.loads(text, object_hook=_number)

    return ask
