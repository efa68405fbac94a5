"""Sphinx extension: the parts of the landing page that are made of what is elsewhere in the book.

{fa-widget} shows a chapter's widget, {fa-verdicts} the ledger in miniature, from the executed notebooks, {fa-bibtex} an
entry made of CITATION.cff, and {fa-paper} leads to the book's PDF and EPUB, which are published beside the site.
Nothing here is typed twice, so nothing can disagree.
"""

import html
import json
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from fa_book import ledger
from fa_book.claims.verdict import OUTCOMES
from tools.citation import Citation
from tools.finish.head import address
from tools.paper.chapters import slug


def shown(notebook: Path, module: str) -> str:
    """The first widget of a module that an executed notebook shows, as HTML.

    Raises:
        ValueError: if it shows none.
    """
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            text = "".join(output.get("data", {}).get("text/html", ""))
            if f'<fa-widget module="{module}"' in text:
                return text
    raise ValueError(f"{notebook.name} shows no widget {module!r}: execute it, or name another")


class WidgetDirective(SphinxDirective):
    """A widget of a chapter: the chapter's name and the widget's module."""

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        notebook = Path(self.env.doc2path(self.env.docname)).parent / f"{self.arguments[0]}.ipynb"
        self.env.note_dependency(str(notebook))
        try:
            return [nodes.raw("", shown(notebook, self.arguments[1]), format="html")]
        except (OSError, ValueError) as problem:
            raise self.error(str(problem)) from None


def miniature(records: list[dict]) -> str:
    """Verdicts as a table of four rows: the outcome and its claims, each leading to the chapter that judges it.

    Args:
        records: as of `ledger.collect`.
    """
    rows = []
    for outcome in OUTCOMES:
        given = [record for record in records if record["outcome"] == outcome]
        links = ", ".join(
            f'<a href="{record["chapter"]}.html" title="{html.escape(record["statement"])}">{record["id"]}</a>'
            for record in given
        )
        kind = outcome.split()[0]
        rows.append(
            f'<tr class="{kind}"><th scope="row" class="fa-outcome">{outcome}</th><td>{len(given)}</td>'
            f"<td>{links or 'none'}</td></tr>"
        )
    heads = "".join(
        f'<th scope="col">{head}</th>' for head in ("verdict", "number", "claims and where they are judged")
    )
    return (
        f'<table class="fa-ledger fa-miniature"><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )


class VerdictsDirective(SphinxDirective):
    """The verdicts of the chapters beside this page."""

    def run(self) -> list[nodes.Node]:
        folder = Path(self.env.doc2path(self.env.docname)).parent
        try:
            records = ledger.collect(folder)
        except ValueError as problem:
            raise ExtensionError(str(problem)) from None
        chapters = {Path(name).name for name in self.env.found_docs}
        records = [record for record in records if record["chapter"] in chapters]
        for name in {record["chapter"] for record in records}:
            self.env.note_dependency(str(folder / f"{name}.ipynb"))
        return [nodes.raw("", miniature(records), format="html")]


class BibtexDirective(SphinxDirective):
    """How to cite the book."""

    def run(self) -> list[nodes.Node]:
        path = Path(self.env.srcdir) / "CITATION.cff"
        self.env.note_dependency(str(path))
        text = Citation.read(path).bibtex()
        return [nodes.literal_block(text, text, language="bibtex")]


class PaperDirective(SphinxDirective):
    """Where the book's PDF and EPUB are."""

    def run(self) -> list[nodes.Node]:
        options = self.config.html_theme_options
        base = address(options.get("repository_url", ""), self.config.html_baseurl)
        if not base:
            return []
        name = slug(self.config.project)
        links = [nodes.reference("", kind.upper(), refuri=f"{base}paper/{name}.{kind}") for kind in ("pdf", "epub")]
        return [
            nodes.paragraph(
                "",
                "",
                nodes.strong("", "Take along."),
                nodes.Text(" The whole book is one "),
                links[0],
                nodes.Text(" or one "),
                links[1],
                nodes.Text(", with the widgets as pictures."),
            )
        ]


def setup(app) -> dict:
    app.add_directive("fa-widget", WidgetDirective)
    app.add_directive("fa-verdicts", VerdictsDirective)
    app.add_directive("fa-bibtex", BibtexDirective)
    app.add_directive("fa-paper", PaperDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
