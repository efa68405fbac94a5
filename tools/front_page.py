"""Sphinx extension: index.html of a book whose first page lies in a folder, a whole page that leads there.

Without it the redirect made for such books is a single tag: a page without title or language, for which a browser asks
the server for an icon that does not exist.
"""

from html import escape
from pathlib import Path

PAGE = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{title}: the way to the first page.">
<title>{title}</title>
<link rel="icon" href="data:,">
<meta http-equiv="refresh" content="0; url={first}">
<p><a href="{first}">{title}</a></p>
</html>
"""


def _write(app, exception):
    config = app.config
    if exception or app.builder.name != "html" or "/" not in config.root_doc:
        return
    page = PAGE.format(
        language=escape(config.language),
        title=escape(config.project),
        first=escape(f"{config.root_doc}.html"),
    )
    Path(app.outdir, "index.html").write_text(page, encoding="utf-8")


def setup(app):
    app.connect("build-finished", _write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
