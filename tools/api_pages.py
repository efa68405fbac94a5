"""Sphinx extension: what autodoc and napoleon make of a docstring, mended before a reader sees it.

* Arguments that share one entry of a docstring, `x, y: ...`, share one on the page.
* Every exception of a Raises section is an entry of its own.
* The text of an attribute or property stays whole: napoleon takes what stands before its first colon for a type.
* A default made by a factory is written as what the factory makes.
"""

import dataclasses
import re

from docutils import nodes
from sphinx import addnodes
from sphinx.ext.napoleon import GoogleDocstring

ATTRIBUTES = ("attribute", "property", "data")
SECTION = re.compile(r"^(\s*)(\w[\w ]*):\s*$")
RAISED = re.compile(r"(?<=[.;,]) (?:and )?(?=[A-Z]\w*(?:Error|Exception|Warning|Interrupt): )")
SAID = {dict: "{}", list: "[]", tuple: "()", set: "set()"}  # what a factory makes


def raises(lines: list[str]) -> list[str]:
    """A docstring with one exception a line in its Raises section."""
    found, inside, indent = [], False, 0
    for line in lines:
        if heading := SECTION.match(line):
            inside, indent = heading[2] == "Raises", len(heading[1])
        elif inside and line.strip() and len(line) - len(line.lstrip()) <= indent:
            inside = False
        parts = RAISED.split(line) if inside else [line]
        found += [parts[0], *(f"{' ' * (indent + 4)}{part}" for part in parts[1:])]
    return found


def signature(text: str, fields) -> str:
    """A dataclass's signature with the defaults that its factories make."""
    for field in fields:
        if field.init and field.default_factory is not dataclasses.MISSING:
            made = SAID.get(field.default_factory, f"{getattr(field.default_factory, '__name__', 'made')}()")
            text = text.replace("<factory>", made, 1)
    return text


def together(page: nodes.document) -> None:
    """Give arguments that have the same text one entry: x, y and what both are."""
    for body in page.findall(nodes.field_body):
        for entries in body.findall(nodes.bullet_list):
            before = None
            for item in list(entries.children):
                paragraph = item.next_node(nodes.paragraph)
                name = paragraph.children[0] if paragraph is not None and paragraph.children else None
                if not isinstance(name, addnodes.literal_strong):
                    before = None
                    continue
                words = item.astext().removeprefix(name.astext())
                if before and before[1] == words and words.strip(" \u2013"):
                    first = before[0]
                    place = first.index(next(node for node in first.children if isinstance(node, nodes.Text)))
                    first.insert(place, [nodes.Text(", "), name.deepcopy()])
                    before = (first, words)
                    entries.remove(item)
                else:
                    before = (paragraph, words)


class Docstrings:
    """Docstrings on their way through autodoc: ours before napoleon, and what napoleon must not touch after it."""

    def __init__(self):
        self.kept: dict[str, list[str]] = {}

    def before(self, app, what, name, obj, options, lines) -> None:
        lines[:] = raises(lines)
        if what in ATTRIBUTES and lines:
            self.kept[name] = str(GoogleDocstring(lines, app.config, app, "function", name, obj, options)).split("\n")

    def after(self, app, what, name, obj, options, lines) -> None:
        if what in ATTRIBUTES and name in self.kept:
            lines[:] = self.kept.pop(name)


def _signature(app, what, name, obj, options, text, returned):
    if text and "<factory>" in text and dataclasses.is_dataclass(obj):
        return signature(text, dataclasses.fields(obj)), returned
    return None


def setup(app) -> dict:
    docstrings = Docstrings()
    app.connect("autodoc-process-docstring", docstrings.before, priority=400)  # napoleon has 500
    app.connect("autodoc-process-docstring", docstrings.after, priority=600)
    app.connect("autodoc-process-signature", _signature)
    app.connect("doctree-read", lambda app, page: together(page))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
