"""Visits to a small site on this machine: a browser, a page that is watched, and the pages' frame.

A visit notes anything asked of another host, any word on the console, and any picture drawn with a number that is not
finite.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

from patience import PATIENCE
from playwright.sync_api import Browser, Page

from fa_book import widgets

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "_build" / "screenshots"
NAMES = [getattr(widgets, name).module for name in widgets.__all__]


def shortened(module) -> int:
    """Where finished runs end on the tests' pages: a page shows any that it is given, and long ones take long."""
    return 5 * module.EVERY


# A page in the manner of the book: the theme's switch on <html>, a column of text, the loader deferred.
PAGE = """<!doctype html><html lang="en" data-theme="{theme}"><meta charset="utf-8"><title>{name}</title>
<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width, initial-scale=1">
<script defer src="../_static/widgets/page.js"></script>
<style>body {{ margin: 0 auto; padding: 16px; max-width: 720px; background: {background} }}</style>
<main><h1 style="color: #808080; display: none">{name}</h1>{html}</main></html>"""

# Numbers that a canvas would silently leave out, and what a page may not do unnoticed.
WATCH = """
window.faults = [];
const check = (object, names) => names.forEach((name) => {
  const original = object[name];
  object[name] = function (...values) {
    const numbers = name === "fillText" ? values.slice(1) : values.filter((value) => typeof value === "number");
    if (!numbers.every(Number.isFinite)) window.faults.push(`${name}(${values})`);
    return original.apply(this, values);
  };
});
check(CanvasRenderingContext2D.prototype, ["moveTo", "lineTo", "arc", "rect", "fillRect", "strokeRect", "fillText",
  "bezierCurveTo", "quadraticCurveTo", "ellipse", "translate", "setTransform"]);
"""


# The first canvas under an element, through shadow roots.
CANVAS = """const find = (root) => root.querySelector("canvas") ?? [...root.querySelectorAll("*")]
    .map((element) => element.shadowRoot && find(element.shadowRoot)).find(Boolean);"""
# All folded settings of a page's widgets unfolded, so that a test can reach them.
UNFOLD = """() => {
  const within = (root) => [...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? roots(e.shadowRoot) : []));
  const roots = (root) => [root, ...within(root)];
  roots(document).forEach((root) => root.querySelectorAll("details.more").forEach((e) => (e.open = true)));
}"""
INSIDE = "document.querySelector('fa-widget').shadowRoot"


class Desk:
    """A page that serves one visit after another: a new one is a new process, which takes longer than most visits.

    What a visit could leave behind is taken away after it: cache, cookies, storage, routes, the pointer over the page.
    """

    def __init__(self, browser: Browser):
        self.browser, self.page, self.free = browser, None, True

    def new(self, width: int, height: int, **options) -> Page:
        """A page in a context of its own."""
        context = self.browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(30_000 * PATIENCE)
        context.add_init_script(WATCH)
        return context.new_page()

    def take(self, width: int, height: int) -> Page | None:
        """The page, empty; None while a visit has it."""
        if not self.free:
            return None
        if self.page is None:
            self.page = self.new(width, height)
            self.session = self.page.context.new_cdp_session(self.page)
            self.session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self.page.set_viewport_size({"width": width, "height": height})
        self.free = False
        return self.page

    def give_back(self, *, spoiled: bool) -> None:
        """The visit is over; a spoiled page is not used again."""
        self.free, page = True, self.page
        if spoiled:
            self.page = None
            page.context.close()
            return
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
        page.unroute_all()
        page.emulate_media(media="null", color_scheme="light", reduced_motion="no-preference")
        page.evaluate("() => { try { sessionStorage.clear(); } catch {} }")  # forbidden on an empty page
        page.mouse.up()
        page.mouse.move(0, 0)
        page.goto("about:blank")
        page.context.clear_cookies()
        self.session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})


class Visitor:
    """Opens pages of the site and notes whatever they should not do."""

    def __init__(self, desk: Desk, site: str):
        self.desk, self.site, self.problems, self.asked, self.pages, self.at_desk = desk, site, [], [], [], None
        self.heard = {
            "console": lambda message: self.problems.append(f"console: {message.text}"),
            "pageerror": lambda error: self.problems.append(f"error: {error}"),
            "requestfailed": lambda request: self.problems.append(f"failed: {request.url[:200]}"),
            "request": self._request,
        }

    def page(self, *, width: int = 1280, height: int = 900, **options) -> Page:
        """An empty page, watched."""
        page = None if options else self.desk.take(width, height)
        self.at_desk = page or self.at_desk
        page = page or self.desk.new(width, height, **options)
        self.pages.append(page)
        for event, hear in self.heard.items():
            page.on(event, hear)
        return page

    def open(self, name: str, theme: str = "light", *, hash: str = "", **options) -> Page:
        """A widget's page, the widget alive and drawn."""
        page = self.page(**options)
        page.goto(f"{self.site}/book/{name}-{theme}.html{hash}")
        page.wait_for_selector("fa-widget[live]")
        page.evaluate(UNFOLD)
        self.settle(page, 2)
        return page

    def settle(self, page: Page, frames: int = 1) -> None:
        """Wait until what was asked for is drawn: the next frame, and one more where sizes have changed."""
        for _ in range(frames):
            page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done()))")

    def keep(self, page: Page, name: str) -> None:
        """A picture of the whole page among the screenshots."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    def keep_all(self, test: str) -> None:
        """Pictures of all open pages of a test that has failed."""
        for number, page in enumerate(self.pages, start=1):
            self.keep(page, f"failed-{re.sub(r'[^-.a-zA-Z0-9]+', '-', test)}-{number}")

    def state(self, page: Page) -> dict:
        """What the widget's model holds."""
        return page.evaluate("() => ({ ...document.querySelector('fa-widget').model.state })")

    def put(self, page: Page, **state) -> None:
        """Set fields of the state as Python would."""
        model = "document.querySelector('fa-widget').model"
        page.evaluate(f"(state) => Object.entries(state).forEach(([name, value]) => {model}.set(name, value))", state)
        self.settle(page)

    def fields(self, page: Page, module: str, data: dict) -> dict:
        """The fields of a widget's module as far as JSON can say; they may depend on its data."""
        read = "const { fields } = (await import(`/_static/widgets/${module}.js`)).default;"
        own = "return typeof fields === 'function' ? fields((name) => data[name]) : fields;"
        return page.evaluate(f"async ([module, data]) => {{ {read} {own} }}", [module, data])

    def start(self, page: Page) -> dict:
        """The state that the page came with."""
        return page.evaluate("() => JSON.parse(document.querySelector('fa-widget').getAttribute('state'))")

    def text(self, page: Page) -> str:
        """All that a widget says."""
        return " ".join(page.locator("fa-widget .fa").inner_text().split())

    def picture(self, page: Page, inside: str = INSIDE) -> str:
        """The first canvas as data, equal if and only if it shows the same."""
        return page.evaluate(f"() => {{ {CANVAS} return find({inside}).toDataURL(); }}")

    def colours(self, page: Page, inside: str = INSIDE) -> int:
        """How many colours the first canvas shows: one if it is blank."""
        read = f"const canvas = find({inside}); const size = [canvas.width, canvas.height];"
        count = "new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, ...size).data.buffer)).size"
        return page.evaluate(f"() => {{ {CANVAS} {read} return {count}; }}")

    def _request(self, request) -> None:
        self.asked.append(request.url)
        address = urlsplit(request.url)
        if address.scheme != "data" and address.scheme != "blob" and not request.url.startswith(f"{self.site}/"):
            self.problems.append(f"asks another host: {request.url[:200]}")

    def finish(self) -> None:
        for page in self.pages:
            self.problems += [f"not a number: {fault}" for fault in page.evaluate("() => window.faults ?? []")[:3]]
            for event, hear in self.heard.items():
                page.remove_listener(event, hear)
            if page is not self.at_desk:
                page.context.close()
        if self.at_desk:
            self.desk.give_back(spoiled=bool(self.problems))
