"""Sphinx extension: the search reads a page's text where this theme has it, so that an excerpt begins with text.

Sphinx looks for role="main", which the theme does not give; the element <main> holds the toolbar as well as the text.
"""

from pathlib import Path

from sphinx.errors import ExtensionError

TEXT = "article.bd-article"
ASKED = ("`[role=\"main\"] ${anchor}`", "'[role=\"main\"]'")  # how searchtools.js asks for a part, and for all of it


def mended(script: str) -> str:
    """searchtools.js with the theme's element in place of role="main".

    Raises:
        ExtensionError: if the script asks in another way.
    """
    for asked in ASKED:
        wanted = asked.replace('[role="main"]', TEXT)
        if f"querySelector({asked})" not in script and f"querySelector({wanted})" not in script:
            raise ExtensionError(f"searchtools.js no longer asks for {asked}: see how and mend tools/search_pages.py")
        script = script.replace(f"querySelector({asked})", f"querySelector({wanted})")
    return script


def _change(app, exception):
    if exception or app.builder.name != "html":
        return
    path = Path(app.outdir) / "_static/searchtools.js"
    path.write_text(mended(path.read_text(encoding="utf-8")), encoding="utf-8")


def setup(app) -> dict:
    app.connect("build-finished", _change)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
