"""Sphinx extension: the widgets' ES modules go into the site, and their loader onto the pages that hold a widget."""

import shutil
from pathlib import Path

FOLDER = "fa_book/widgets"


def copy(source: Path, site: Path) -> None:
    """Copy the modules of the folder `source` to where pages find them in `site`."""
    target = site / "_static" / "widgets"
    target.mkdir(parents=True, exist_ok=True)
    for path in source.glob("*.js"):
        shutil.copyfile(path, target / path.name)


def _copy(app):
    if app.builder.format == "html":
        copy(Path(app.srcdir) / FOLDER, Path(app.outdir))


def _load(app, pagename, templatename, context, doctree):
    if "<fa-widget " in context.get("body", ""):
        app.add_js_file("widgets/page.js", loading_method="defer")


def setup(app):
    app.connect("builder-inited", _copy)
    app.connect("html-page-context", _load)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
