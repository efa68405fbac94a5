"""Sphinx extension: formulas become pictures while the book is built, so that pages need no script for them.

MathJax runs here, in an engine without browser or network, and leaves for each formula an SVG for the eye and MathML
for who listens. A formula that MathJax refuses is a warning where it stands, and so fails the build.
"""

import importlib.util
import json
from functools import cached_property
from pathlib import Path

from docutils import nodes
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

# in the order in which they need each other
PARTS = ("startup", "core", "adaptors/liteDOM", "input/tex-full", "output/svg", "output/svg/fonts/tex")
PARTS += ("a11y/assistive-mml",)
PACKAGES = ("base", "ams", "newcommand", "boldsymbol", "cases", "mathtools")
BEFORE = """
var self = globalThis, global = globalThis, console = { log() {}, warn() {}, error() {} };
var MathJax = { startup: { typeset: false, ready() {} }, loader: { load: [] } };
"""
AFTER = """
const { adaptors, handlers, input, output, a11y, mathjax: { mathjax } } = MathJax._;
const adaptor = adaptors.liteAdaptor.liteAdaptor();
a11y["assistive-mml"].AssistiveMmlHandler(handlers.html_ts.RegisterHTMLHandler(adaptor));
const refuse = (jax, error) => { throw new Error(error.message); };
const page = mathjax.document("", {
  InputJax: new input.tex_ts.TeX({ packages: %s, formatError: refuse }),
  OutputJax: new output.svg_ts.SVG({ fontCache: "none", font: new output.svg.fonts.tex_ts.TeXFont() }),
});
const render = (text, display) =>
  adaptor.outerHTML(page.convert(text, { display, em: 16, ex: 8, containerWidth: 1e6 }));
"""

KIND = {"CLASS": "math notranslate nohighlight"}

logger = logging.getLogger(__name__)


class Renderer:
    """MathJax, started when the first formula comes; each formula is rendered once."""

    def __init__(self):
        self.known: dict[tuple[str, bool], str] = {}

    @cached_property
    def engine(self) -> MiniRacer:
        folder = Path(importlib.util.find_spec("sphinx-mathjax-offline").origin).parent / "static/mathjax"
        engine = MiniRacer()
        engine.eval(BEFORE)
        for part in PARTS:
            engine.eval((folder / f"{part}.js").read_text(encoding="utf-8"))
        engine.eval(AFTER % json.dumps(PACKAGES))
        return engine

    def __call__(self, text: str, display: bool = False) -> str:
        """HTML of a formula.

        Raises:
            ValueError: if MathJax does not understand it.
        """
        key = (text, display)
        if key not in self.known:
            try:
                self.known[key] = self.engine.call("render", text, display)
            except JSEvalException as error:
                reason = str(error).splitlines()[0].split("Error: ")[-1]
                raise ValueError(f"formula {text!r}: {reason}") from None
        return self.known[key]

    def close(self) -> None:
        """Stop the engine, whose threads would keep the process alive."""
        if "engine" in vars(self):
            self.engine.close()
            del self.engine


RENDERER = Renderer()


def aligned(text: str) -> str:
    """A display formula as Sphinx takes it: blank lines part equations, lines end in two backslashes."""
    parts = [part for part in text.split("\n\n") if part.strip()]
    lines = [rf"\begin{{split}}{part}\end{{split}}" if r"\\" in part else part for part in parts]
    if len(lines) == 1:
        return lines[0]
    return r"\begin{aligned}" + r"\\".join(lines) + r"\end{aligned}"


def _picture(node: nodes.Node, text: str, display: bool) -> str:
    try:
        return RENDERER(text, display)
    except ValueError as problem:
        logger.warning("%s", problem, location=node, type="formulas")
        return ""


def visit_inline(self, node: nodes.math) -> None:
    picture = _picture(node, node.astext(), False)
    self.body.append(self.starttag(node, "span", "", **KIND, **{"data-tex": node.astext()}) + picture + "</span>")
    raise nodes.SkipNode


def visit_display(self, node: nodes.math_block) -> None:
    text = node.astext() if node["nowrap"] else aligned(node.astext())
    self.body.append(self.starttag(node, "div", **KIND, **{"data-tex": text}))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(_picture(node, text, True) + "</div>\n")
    raise nodes.SkipNode


def setup(app) -> dict:
    app.add_html_math_renderer("pictures", (visit_inline, None), (visit_display, None))
    app.connect("config-inited", lambda app, config: setattr(config, "html_math_renderer", "pictures"))
    app.connect("build-finished", lambda app, exception: RENDERER.close())
    return {"parallel_read_safe": True, "parallel_write_safe": False}
