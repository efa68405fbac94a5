"""Accessibility of a page as it stands, by axe."""

from collections.abc import Iterable

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# axe looks behind each word for what it stands on, which takes longer than all its other rules. A page of code has
# thousands of coloured words and some ten colours. Contrast follows from the word's own look and all that lies behind
# it, so of words in code and of cells of tables that agree in these one is looked at. What is folded is seen by nobody
# and stands for nobody, nor does a single letter, which axe does not judge.
ALIKE = """() => {
  const known = new Map(), numbers = new Map(), seen = new Set();
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
  for (const word of document.querySelectorAll("pre span, dt.sig *, td, th")) {
    const { color, fontSize, fontWeight, textShadow, visibility } = getComputedStyle(word);
    const shown = word.getClientRects().length > 0;
    const own = [...word.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.data.trim() : "")).join("");
    const look = [color, fontSize, fontWeight, textShadow, visibility, behind(word)].join("|");
    word.toggleAttribute("data-alike", shown && seen.has(look));
    if (shown && own.length > 1) seen.add(look);
  }
  axe.configure({ rules: [{ id: "color-contrast", selector: "*:not([data-alike])" }] });
}"""
RUN = "([context, options]) => axe.run(context, options).then(({ violations }) => violations)"
COLOURS = ("color-contrast", "link-in-text-block")  # the rules that a page's theme decides
CONTEXT = {"exclude": [["mjx-container svg"]]}  # thousands of shapes, all of them hidden from who listens


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
    page.evaluate(AXE_SCRIPT)
    page.evaluate(ALIKE)
    return [
        f"{fault['id']} ({fault['impact']}, {len(fault['nodes'])}): {fault['nodes'][0]['html'][:120]}"
        for fault in page.evaluate(RUN, [CONTEXT, options])
    ]
