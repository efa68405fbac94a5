"""Sphinx extension: the search reads a page's text where this theme has it, and leaves no marks on pages.

Sphinx looks for role="main", which the theme does not give; <main> holds the toolbar as well as the text. It
also marks the words that were searched for on the next page, and takes the marks away by a link that runs a script,
which the policy of the pages forbids.
"""

from pathlib import Path

from sphinx.errors import ExtensionError

TEXT = "article.bd-article"
KEEPS = 'localStorage.setItem("sphinx_highlight_terms", [...highlightTerms].join(" "))'
FORGETS = 'localStorage.removeItem("sphinx_highlight_terms")'
ASKED = ('`[role="main"] ${anchor}`', "'[role=\"main\"]'")  # how searchtools.js asks for a part, and for all of it


def mended(script: str) -> str:
    """searchtools.js with the theme's element in place of role="main", and without a memory for words.

    Raises:
        ExtensionError: if the script does these things in another way.
    """
    if KEEPS not in script and FORGETS not in script:
        raise ExtensionError("searchtools.js keeps words in a new way: see how and mend tools/search_pages.py")
    script = script.replace(KEEPS, FORGETS)
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
