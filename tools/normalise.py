"""One way to write a notebook: two runs of the same code give the same bytes. python -m tools.normalise FILE ...

What stays is what a reader or the book needs: cells, tags, execution counts, outputs. What goes is what changes from
run to run (times, random cell ids, addresses, widget models) or from machine to machine (paths, versions).
"""

import base64
import hashlib
import io
import re
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from PIL import Image

CELL_METADATA = ("tags", "mystnb")
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"  # a random model id; text/html says the same on a page
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")


def _clean(value: object, root: Path | None) -> object:
    """Replace memory addresses and this machine's path in every string of an output's data."""
    if isinstance(value, str):
        value = ADDRESS.sub("0x0", value)
        return value.replace(f"{root}/", "").replace(str(root), ".") if root else value
    if isinstance(value, dict):
        return {key: _clean(item, root) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item, root) for item in value]
    return value


def _small(picture: str) -> str:
    """A PNG picture with a palette of 256 colours: a third of the size, and no difference that a reader could see."""
    image = Image.open(io.BytesIO(base64.b64decode(picture)))
    if image.mode == "P":
        return picture.rstrip("\n")
    small = io.BytesIO()
    palette = image.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    palette.save(small, "PNG", optimize=True)
    return base64.b64encode(small.getvalue()).decode()


def _output(output: NotebookNode, root: Path | None) -> NotebookNode:
    if output.output_type in ("display_data", "execute_result"):
        data = {mime: content for mime, content in output.data.items() if mime != WIDGET_VIEW}
        output.data = {
            mime: _small(content) if mime.endswith("image/png") else _clean(content, root)
            for mime, content in data.items()
        }
    elif output.output_type == "stream":
        output.text = _clean(output.text, root)
    elif output.output_type == "error":
        output.traceback = _clean(output.traceback, root)
    return output


def _outputs(outputs: list[NotebookNode], root: Path | None) -> list[NotebookNode]:
    """Clean outputs, neighbouring pieces of one stream joined: where they were cut depends on timing."""
    joined: list[NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            joined.append(nbformat.from_dict(output))
    return [_output(output, root) for output in joined]


def normalise(notebook: NotebookNode, root: Path | None = None) -> str:
    """The notebook's text in its one written form.

    Args:
        notebook: a notebook of format 4, executed or not; it is left as it is.
        root: a path to be taken out of the outputs.

    Returns:
        JSON text ending in a newline. Reading it and normalising again gives the same text.
    """
    cells, seen = [], {}
    for cell in notebook.cells:
        # an id from the cell's own text: stable over runs, and a cell put in between leaves the others' ids alone
        key = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
        seen[key] = seen.get(key, 0) + 1
        written = {
            "cell_type": cell.cell_type,
            "id": key if seen[key] == 1 else f"{key}-{seen[key]}",
            "metadata": {name: cell.metadata[name] for name in CELL_METADATA if cell.metadata.get(name)},
            "source": cell.source,
        }
        if cell.cell_type == "code":
            written["execution_count"] = cell.execution_count
            written["outputs"] = _outputs(cell.outputs, root)
        cells.append(written)
    kernel = notebook.metadata.get("kernelspec", {})
    metadata = {
        "kernelspec": {name: kernel[name] for name in ("display_name", "language", "name") if name in kernel},
        "jupytext": {"formats": notebook.metadata.get("jupytext", {}).get("formats", "ipynb,md:myst")},
    }
    clean = nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells})
    return nbformat.writes(clean, version=nbformat.NO_CONVERT) + "\n"


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        path.write_text(normalise(nbformat.read(path, as_version=4)), encoding="utf-8")
