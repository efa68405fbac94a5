"""Accessibility of a page as it stands, by axe."""

from collections.abc import Iterable

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# axe looks behind each word for what it stands on, which takes longer than all its other rules. A page of code has
# thousands of coloured words and some ten colours. Contrast follows from the word's own look and all that lies behind
# it, so of words in code and of cells of tables that agree in these one is looked at. What is folded is seen by nobody
# and stands for nobody, nor does a single letter, which axe does not judge. And a word of any kind that was looked at
# before, at another width of the page, is looked at again only if its look, or what lies behind it, has become another.
ALIKE = """() => {
  // `numbers` and `judged` stay with the page: a number means the same ground the next time
  const { numbers, judged } = (window.looks ??= { numbers: new Map(), judged: new WeakMap() });
  const known = new Map(), seen = new Set();
  const numbered = (text) => numbers.get(text) ?? numbers.set(text, numbers.size).get(text);
  const behind = (element) => {
    if (!element) return 0;
    if (!known.has(element)) {
      const { backgroundColor, backgroundImage, opacity, filter, mixBlendMode } = getComputedStyle(element);
      const under = behind(element.parentElement);
      known.set(element, numbered([backgroundColor, backgroundImage, opacity, filter, mixBlendMode, under].join("|")));
    }
    return known.get(element);
  };
  for (const word of document.querySelectorAll("body *")) {
    const own = [...word.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.data.trim() : "")).join("");
    if (!own) continue;
    const { color, fontSize, fontWeight, textShadow, visibility } = getComputedStyle(word);
    const shown = word.getClientRects().length > 0;
    const look = numbered([color, fontSize, fontWeight, textShadow, visibility, behind(word)].join("|"));
    const typed = word.matches("pre span, dt.sig *, td, th");
    word.toggleAttribute("data-alike", shown && ((typed && seen.has(look)) || Boolean(judged.get(word)?.has(look))));
    if (!shown || own.length < 2) continue;
    if (typed) seen.add(look);
    judged.set(word, (judged.get(word) ?? new Set()).add(look));
  }
  axe.configure({ rules: [{ id: "color-contrast", selector: "*:not([data-alike])" }] });
}"""
# Formulas are drawn from thousands of shapes, all of them hidden from who listens. axe takes the place of each among
# all others before it asks anything, so they are away meanwhile; the drawing keeps its size.
RUN = """async (options) => {
  const drawings = [...document.querySelectorAll("mjx-container svg")].map((svg) => [svg, [...svg.childNodes]]);
  drawings.forEach(([svg]) => svg.replaceChildren());
  const { violations } = await axe.run({ exclude: [["mjx-container svg"]] }, options);
  drawings.forEach(([svg, shapes]) => svg.replaceChildren(...shapes));
  return violations;
}"""
COLOURS = ("color-contrast", "link-in-text-block")  # the rules that a page's theme decides


def faults(page: Page, rules: Iterable[str] = ()) -> list[str]:
    """What axe finds on a page, a line a rule.

    Args:
        page: as a reader has it before them: what has loaded, its width, its theme.
        rules: names of those that are asked; all that axe asks of its own accord, and some more, if none is named.
    """
    # what passed is thousands of nodes: to hand them over takes as long as to look
    options: dict = {"resultTypes": ["violations"]}
    if rules := list(rules):
        options["runOnly"] = {"type": "rule", "values": rules}
    else:
        options["rules"] = {"label-content-name-mismatch": {"enabled": True}}
    if not page.evaluate("() => 'axe' in window"):  # half a megabyte of code, once a page
        page.evaluate(AXE_SCRIPT)
    page.evaluate(ALIKE)
    return [
        f"{fault['id']} ({fault['impact']}, {len(fault['nodes'])}): {fault['nodes'][0]['html'][:120]}"
        for fault in page.evaluate(RUN, options)
    ]
