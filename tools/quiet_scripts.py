"""Sphinx extension: the theme's scripts leave the console to what goes wrong.

They remark on every visit that a theme was set, buttons were added and a sidebar was scrolled, and call it an error
that a new reader has chosen no theme yet. They have no switch for it, so the copies in the site are changed:
`console.log(…)` becomes `void (…)`, an expression without effect. Warnings and all other errors stay.
"""

import re
from pathlib import Path

from sphinx.errors import ExtensionError

# What is said on ordinary visits, so that a new version with other words is noticed.
SAID = {
    "_static/scripts/pydata-sphinx-theme.js": (
        "[PST]: Changed to",
        "[PST]: Scrolled sidebar using",
        "Got invalid theme mode",
    ),
    "_static/scripts/sphinx-book-theme.js": ("[SBT]: Entering full screen",),
    "_static/togglebutton.js": ("[togglebutton]: Adding toggle buttons",),
    "search.html": ("[PST]: Set focus on search field",),
}
REMARK = re.compile(r"\bconsole\.(?:log|info|debug)\((?=[^).])")  # neither () nor (...spread), which void cannot take


def quiet(text: str, name: str, said: tuple[str, ...]) -> str:
    """A script without its remarks and without what is `said`. One that is quiet already comes back as it is.

    Raises:
        ExtensionError: if the script does not say one of these, or remarks on something in another way.
    """
    for words in said:
        call = re.compile(rf"(?:\bconsole\.\w+|\bvoid )(?=\(\s*[`'\"]{re.escape(words)})")
        if not call.search(text):
            raise ExtensionError(
                f"{name} no longer says {words!r}: see what it says now and mend tools/quiet_scripts.py"
            )
        text = call.sub("void ", text)
    text = REMARK.sub("void (", text)
    if left := re.search(r"\bconsole\.(?:log|info|debug)\b.{,40}", text):
        raise ExtensionError(f"{name} speaks in a way that tools/quiet_scripts.py does not know: {left[0]}")
    return text


def _change(app, exception):
    if exception or app.builder.name not in ("html", "dirhtml", "singlehtml"):
        return
    for name, said in SAID.items():
        path = Path(app.outdir) / name
        if not path.is_file():
            raise ExtensionError(f"the site has no {name}: see where the theme puts it and mend tools/quiet_scripts.py")
        path.write_text(quiet(path.read_text(encoding="utf-8"), name, said), encoding="utf-8")


def setup(app):
    app.connect("build-finished", _change)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
