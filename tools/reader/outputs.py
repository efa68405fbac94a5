"""What a chapter's cells have put out, as a notebook for readers has it."""

import ast
import base64
import re
from urllib.parse import urljoin

from bs4 import BeautifulSoup
from nbformat import NotebookNode
from nbformat.v4 import new_output

RECORD = "application/papermill.record/"  # of what is glued and not shown
KEPT = ("text/html", "image/svg+xml", "image/png", "text/latex", "text/markdown", "text/plain")
WIDGET = re.compile(r'<img src="data:image/png;base64,([^"]+)" alt="([^"]*)"')


def glued(cell: NotebookNode) -> dict[str, dict]:
    """Name to data of what a cell has glued."""
    outputs = [output for output in cell.outputs if output.get("metadata", {}).get("scrapbook")]
    return {output.metadata.scrapbook.name: output.data for output in outputs}


def pictures(cell: NotebookNode) -> dict[str, bytes]:
    """Name to PNG of the figures that a cell has glued and not shown."""
    mime = f"{RECORD}image/png"
    return {name: base64.b64decode(data[mime]) for name, data in glued(cell).items() if mime in data}


def shown_at_once(source: str, names: set[str]) -> str:
    """Code whose calls `glue(name, figure, display=False)` of these names have lost their last word."""
    if not names or "glue(" not in source:
        return source
    lines = source.split("\n")
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in calls:
        known = isinstance(call.func, ast.Name) and call.func.id == "glue" and call.args
        if not known or getattr(call.args[0], "value", None) not in names or not call.keywords:
            continue
        last, keyword = call.args[-1], call.keywords[-1]
        if keyword.arg == "display" and last.end_lineno == keyword.value.end_lineno:
            line = lines[last.end_lineno - 1].encode()
            lines[last.end_lineno - 1] = (line[: last.end_col_offset] + line[keyword.value.end_col_offset :]).decode()
    return "\n".join(lines)


def _html(text: str, address: str) -> str:
    """An output's HTML where there is no site: links made whole, words to the left, a table's numbers to the right.

    A caption's small print has a line of its own, as the site's style gives it.
    """
    soup = BeautifulSoup(text, "html.parser")
    for link in soup.find_all("a", href=True):
        link["href"] = urljoin(address, link["href"])
    for small in soup.select("caption > small"):
        small.insert_before(soup.new_tag("br"))
    for cell in soup.find_all(["td", "th"]):
        cell["style"] = f"text-align: {'right' if 'number' in cell.get('class', []) else 'left'}"
    return str(soup)


def output_for_readers(output: NotebookNode, address: str) -> NotebookNode | None:
    """An output as front ends know it, None if there is nothing to show."""
    if output.output_type == "stream":
        return new_output("stream", name=output.name, text=output.text)
    data = {mime: output.data[mime] for mime in KEPT if mime in output.data}
    if not data:
        return None
    if still := WIDGET.search(data.get("text/html", "")):  # the element means nothing outside the site
        data = {"image/png": still[1], "text/plain": BeautifulSoup(still[2], "html.parser").get_text()}
        return new_output("display_data", data, metadata={"image/png": {"alt": data["text/plain"]}})
    if "text/html" in data:
        data["text/html"] = _html(data["text/html"], address)
    return new_output("display_data", data)
