"""Sphinx extension: the cards that messengers show say whole words, and formulas as one would write them in a line.

sphinxext-opengraph draws the cards. It cuts a page's first words within a word, and has formulas as TeX.
"""

import re
import unicodedata

import sphinxext.opengraph as opengraph
from docutils import nodes
from sphinx.errors import ExtensionError

from tools.finish.head import LENGTH, SHORT, cut

APART = (nodes.figure, nodes.table, nodes.caption, nodes.legend)  # what is in these does not say what a page is about


def plain(tex: str) -> str:
    """A short formula as text: Greek letters as such, names of functions and what stands in braces as they are."""

    def name(found: re.Match) -> str:
        try:
            return unicodedata.lookup(f"GREEK SMALL LETTER {found[1]}")
        except KeyError:
            return found[1]

    tex = re.sub(r"\\[,;:! ]|~", " ", tex)
    return " ".join(re.sub(r"\\([a-zA-Z]+)", name, tex).replace("{", "").replace("}", "").split())


def _text(node: nodes.Node) -> str:
    if isinstance(node, nodes.math):
        return plain(node.astext())
    if isinstance(node, nodes.Text):
        return str(node)
    return "".join(map(_text, node.children))


def _beside(node: nodes.Node) -> bool:
    """Is it in a figure, a table, or in what a chapter says it needs?"""
    while node := node.parent:
        if isinstance(node, APART) or "opener" in node.get("classes", []):
            return True
    return False


def description(doctree: nodes.document, length: int = LENGTH, titles: object = None) -> str:
    """A page's first paragraph, as `tools.finish.head.description` has it; called by sphinxext-opengraph.

    Args:
        doctree: the page.
        length: what the extension would cut at; not used.
        titles: the page's, which may be left out; not used.
    """
    for paragraph in doctree.findall(nodes.paragraph):
        text = "" if _beside(paragraph) else " ".join(_text(paragraph).split())
        if len(text) > SHORT:
            return cut(text)
    return ""


def _begin(app, config):
    if not hasattr(opengraph, "get_description"):
        raise ExtensionError("sphinxext-opengraph reads a page's words in a new way: see how and mend tools/cards.py")
    opengraph.get_description = description
    config.ogp_social_cards = {**(config.ogp_social_cards or {}), "description_max_length": LENGTH + len(" …")}


def setup(app) -> dict:
    app.connect("config-inited", _begin)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
