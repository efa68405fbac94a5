"""Accessibility of a page as it stands, by axe."""

from collections.abc import Iterable
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

LOOKS = (Path(__file__).parent / "looks.js").read_text(encoding="utf-8")
RUN = """async ([known, options]) => {
  const found = looks.mark(known);
  axe.configure({ rules: [{ id: "color-contrast", selector: "*:not([data-alike])" }] });
  const bringBack = looks.takeAway();
  const { violations } = await axe.run({ exclude: [["mjx-container svg"]] }, options);
  bringBack();
  return [found, violations];
}"""
COLOURS = ("color-contrast", "link-in-text-block")  # the rules that a page's theme decides


def faults(page: Page, rules: Iterable[str] = (), looks: set[str] | None = None) -> list[str]:
    """What axe finds on a page, a line a rule.

    Args:
        page: as a reader has it before them: what has loaded, its width, its theme.
        rules: names of those that are asked; all that axe asks of its own accord, and some more, if none is named.
        looks: of words whose contrast was judged before, on whatever page. A fault of theirs is not said again; what is
            judged here is added.
    """
    # what passed is thousands of nodes: to hand them over takes as long as to look
    options: dict = {"resultTypes": ["violations"]}
    if rules := list(rules):
        options["runOnly"] = {"type": "rule", "values": rules}
    else:
        options["rules"] = {"label-content-name-mismatch": {"enabled": True}}
    looks = set() if looks is None else looks
    if not page.evaluate("() => 'axe' in window"):  # half a megabyte of code, once a page
        page.evaluate(AXE_SCRIPT)
        page.evaluate(f"() => {{ window.looks = {LOOKS} }}")
    found, violations = page.evaluate(RUN, [sorted(looks), options])
    looks.update(found)
    return [
        f"{fault['id']} ({fault['impact']}, {len(fault['nodes'])}): {fault['nodes'][0]['html'][:120]}"
        for fault in violations
    ]
