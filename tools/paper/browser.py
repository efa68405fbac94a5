"""A Chromium without a network: it gets files of two folders, the site and MathJax, and nothing else."""

import importlib.util
import mimetypes
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Page, Route

from tools.chromium import launch, shared

ADDRESS = "http://paper.invalid"  # never looked up: every request is answered here
mimetypes.add_type("image/webp", ".webp")  # younger than some Pythons
PACKAGE = "sphinx-mathjax-offline"  # the package that holds it
# an unknown command is an error, where MathJax by itself prints it in red
MATHJAX = """<script>
window.MathJax = { startup: { typeset: false }, tex: { packages: { "[-]": ["noundefined"] } },
  options: { enableMenu: false, processHtmlClass: "math", ignoreHtmlClass: "document" }, chtml: { scale: 0.95 } };
</script><script src="/mathjax/tex-chtml.js"></script>"""


def mathjax() -> Path:
    """Folder of MathJax's scripts and fonts.

    Raises:
        ValueError: if the package that brings them is not installed.
    """
    found = importlib.util.find_spec(PACKAGE)
    if not found:
        raise ValueError(f"formulas need the package {PACKAGE}: run make venv")
    return Path(found.origin).parent / "static/mathjax"


class Browser:
    """Used in a with statement: one page that can load files of `folder` as ADDRESS/site/…"""

    def __init__(self, folder: Path):
        self.folders = {"site": folder.resolve(), "mathjax": mathjax()}
        self.refused: list[str] = []
        self._chromium = None
        self._held = ExitStack()

    def __enter__(self) -> "Browser":
        return self

    def _start(self) -> None:
        playwright = self._held.enter_context(shared())
        try:
            self._chromium = launch(playwright)
        except FileNotFoundError as error:
            raise ValueError(error) from error
        self._held.callback(self._chromium.close)

    def __exit__(self, *problem) -> None:
        self._held.close()

    def _answer(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        _, _, rest = unquote(address.path).partition("/")
        top, _, name = rest.partition("/")
        if f"{address.scheme}://{address.netloc}" == ADDRESS and top == "page":
            return route.fulfill(body=self._html, content_type="text/html; charset=utf-8")
        path = (self.folders.get(top, Path("/nowhere")) / name).resolve()
        if address.netloc != urlsplit(ADDRESS).netloc or not path.is_file():
            self.refused.append(route.request.url)
            return route.abort()
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return route.fulfill(body=path.read_bytes(), content_type=kind)

    def open(self, html: str, *, width: int = 800) -> Page:
        """A page that shows a document, with everything it asks for loaded.

        Raises:
            ValueError: if it asked for something that is not there.
        """
        if self._chromium is None:
            self._start()
        self._html = html
        page = self._chromium.new_page(viewport={"width": width, "height": 1000})
        page.set_default_timeout(300_000)
        page.route("**/*", self._answer)
        page.goto(f"{ADDRESS}/page", wait_until="load")
        if self.refused:
            raise ValueError(f"the document asks for what is not there: {', '.join(sorted(set(self.refused))[:5])}")
        return page
