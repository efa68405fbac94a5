"""Letters of formulas: each shape stands once in a page, and is used wherever the letter stands."""

import re

GLYPH = re.compile(r'<path data-c="(\w+)"((?: transform="[^"]*")?) d="([^"]*)"((?: transform="[^"]*")?)></path>')

GROUP = re.compile(r'<g data-mml-node="[^"]*"(?: data-mjx-texclass="[^"]*")?')  # what MathJax's menus would need
LONE = re.compile(r"<g>(<use [^>]*></use>)</g>")


def share(text: str) -> str:
    """A page's text with the shapes of its formulas gathered at its end."""
    shapes: dict[str, str] = {}

    def use(found: re.Match) -> str:
        code, before, path, after = found.groups()
        name = shapes.setdefault(path, f"g{len(shapes)}-{code}")
        return f'<use href="#{name}"{before}{after}></use>'

    text = LONE.sub(r"\1", GROUP.sub("<g", GLYPH.sub(use, text)))
    if not shapes:
        return text
    paths = "".join(f'<path id="{name}" d="{path}"></path>' for path, name in shapes.items())
    store = f'<svg class="glyphs" width="0" height="0" aria-hidden="true"><defs>{paths}</defs></svg>'
    return text.replace("</main>", f"{store}</main>", 1)
