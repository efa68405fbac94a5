"""One visit to a page: everything that a reader would load, see, or be kept from."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from tools.quality import axe
from tools.quality.server import packed

WIDTHS = (1440, 768, 360)
LIMIT = 500  # kilobytes a chapter, gzipped
HEIGHT = {1440: 900, 768: 1024, 360: 740}
SCROLL = """async () => {
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  for (let y = 0; y < document.body.scrollHeight; y += 700) { window.scrollTo(0, y); await wait(20); }
  const images = [...document.images].filter((image) => image.loading === "lazy" && image.getClientRects().length);
  images.forEach((image) => (image.loading = "eager"));
  await Promise.race([Promise.all(images.map((image) => image.decode().catch(() => {}))), wait(5000)]);
  // what is laid out only when it comes near: all of it, to be looked at
  for (const cell of document.querySelectorAll(".bd-article .cell, .bd-article dl.py")) {
    cell.style.contentVisibility = "visible";
  }
  window.scrollTo(0, 0);
}"""
# Colours change over a moment: it is over at once.
THEME = """(theme) => {
  document.documentElement.dataset.theme = theme;
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const changes = () => document.getAnimations().filter((change) => change instanceof CSSTransition);
  return frame().then(frame).then(() => changes().forEach((change) => change.finish())).then(frame);
}"""
WRONG = """() => [...document.querySelectorAll("main img")].flatMap((image) => [
  image.alt?.trim() ? [] : `a picture without words: ${image.src.slice(-60)}`,
  image.hasAttribute("width") || image.src.endsWith(".svg") || image.closest(".article-header-buttons") ? [] :
    `a picture without its size: ${image.src.slice(-60)}`,
]).flat()"""


@dataclass
class Visit:
    """What was seen on a page."""

    name: str
    problems: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    weight: float = 0.0  # kilobytes as they travel, with everything that scrolling loads


def visit(
    browser: Browser, site: str, folder: Path, name: str, pictures: Path | None = None, looks: set[str] | None = None
) -> Visit:
    """Look at a page, wide and narrow, in the light and in the dark.

    Args:
        browser: from `tools.chromium.launch`.
        site: address of the site's top, which ends in a slash.
        folder: what is served there.
        name: of the page, such as book/index.html.
        pictures: where screenshots go, if anywhere.
        looks: of words that were judged on pages before, see `axe.faults`.
    """
    seen, looks = Visit(name), set() if looks is None else looks
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, color_scheme="light", reduced_motion="reduce"
    )
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.on(
        "console",
        lambda message: seen.problems.append(f"console: {message.text[:200]} {message.location.get('url', '')}"),
    )
    page.on("pageerror", lambda error: seen.problems.append(f"error: {str(error)[:200]}"))
    page.on("request", lambda request: seen.asked.add(request.url.partition("#")[0]))
    page.goto(site + name, wait_until="load")
    page.evaluate(SCROLL)
    page.wait_for_load_state("networkidle")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT[width]})
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
        real = page.evaluate("() => document.scrollingElement.scrollWidth")
        if real > width:
            seen.problems.append(f"{width} px: the page is {real} px wide")
        if width != 768:
            page.evaluate(THEME, "light")
            seen.problems += [f"axe, {width} px light: {fault}" for fault in axe.faults(page, looks=looks)]
            _keep(page, pictures, f"{name}-{width}-light")
            if width != WIDTHS[0] and not pictures:  # colours do not depend on the width
                continue
            page.evaluate(THEME, "dark")
            if width == WIDTHS[0]:
                seen.problems += [f"axe, dark: {fault}" for fault in axe.faults(page, axe.COLOURS, looks)]
            _keep(page, pictures, f"{name}-{width}-dark")
    seen.problems += page.evaluate(WRONG)
    context.close()
    _weigh(seen, site, folder)
    return seen


def _keep(page: Page, folder: Path | None, name: str) -> None:
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name.replace('/', '-').replace('.html', '')}.png", full_page=True)


def _weigh(seen: Visit, site: str, folder: Path) -> None:
    for url in sorted(seen.asked):
        if urlsplit(url).scheme in ("data", "blob"):
            continue
        if not url.startswith(site):
            seen.problems.append(f"asks elsewhere: {url[:160]}")
            continue
        path = folder / url.removeprefix(site).partition("?")[0]
        if path.is_file():
            seen.weight += len(packed(path)) / 1000
        else:
            seen.problems.append(f"asks for what is not there: {url}")
    if seen.weight > LIMIT:
        seen.problems.append(f"{seen.weight:.0f} KB, more than {LIMIT}")
