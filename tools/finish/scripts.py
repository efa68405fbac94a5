"""Scripts: a page loads those that it uses, after its text, and a policy lets the browser run no others."""

import base64
import hashlib
import re
from functools import cache

from bs4 import BeautifulSoup
from sphinx.errors import ExtensionError

from tools.finish import stylesheet, walk

# A script stays only on pages that hold what it works on; scripts not listed stay everywhere.
NEEDS = {
    "fontawesome.js": None,  # see icons.py
    "searchtools.js": "#search-results",
    "language_data.js": "#search-results",
    "searchindex.js": "#search-results",
    "clipboard.min.js": "div.highlight pre",
    "copybutton.js": "div.highlight pre",
    "togglebutton.js": ".toggle, .admonition.dropdown",
    "design-tabs.js": ".sd-tab-set",
}
# What the theme writes into the page for scripts that the book does not have: a list of versions, search as one types.
UNUSED = re.compile(r"DOCUMENTATION_OPTIONS\.(pagename|search_as_you_type) =")
FOR_TOGGLES = re.compile(r"toggleHint|toggleOpenOnPrint|togglebuttonSelector")
# Handlers in attributes cannot be told from injected ones: actions.js attaches the same to what is named here.
HANDLERS = {"window.print()": "print", "toggleFullScreen()": "fullscreen"}

# The theme's script for new readers knows no colours yet; when they are set later, the whole page is styled twice.
COLOURS = """
const given = localStorage.getItem("mode") || "auto", { dataset } = document.documentElement;
dataset.mode = given;
dataset.theme = given !== "auto" ? given : matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
"""
FIRST = 'localStorage.getItem("theme")'  # what the theme's own script for this holds

POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",  # the styles' own small pictures
    # Styles in attributes are all over figures, formulas and the widgets' own elements. They run nothing, and since
    # pictures and fonts come from this site alone they can tell nobody anything.
    "style-src": "'self' 'unsafe-inline'",
    "worker-src": "blob:",  # training on a page starts its workers from text that the page's own script holds
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}

# Pages that speak to other hosts once a reader has asked for it: the id that marks them, and the hosts. Live code
# (live.py) is lent a machine by mybinder.org, which passes the request on to one of its members.
SPEAKS = {
    "fa-live": "https://mybinder.org https://*.mybinder.org wss://*.mybinder.org "
    "https://notebooks.gesis.org wss://notebooks.gesis.org",
}

# The theme measures every block of code at every change of the page; actions.js does it when a block comes into view.
MEASURES = re.compile(r'document\.querySelectorAll\(\["pre",[^\]]*\]\.join\(", "\)\)(?=\.forEach)')
MEASURED = "[].forEach(e=>{e.tabIndex="


def lighten(script: str) -> str:
    """The theme's script without its measuring of all blocks.

    Raises:
        ExtensionError: if it measures in another way.
    """
    text = MEASURES.sub("[]", script)
    if MEASURED not in text:
        raise ExtensionError(
            "the theme's script measures blocks in a new way: see how and mend tools/finish/scripts.py"
        )
    return text


def arrange(page: BeautifulSoup) -> None:
    """Drop scripts without work on this page, defer the others, and name the actions of inline handlers."""
    for preload in page.find_all("link"):
        if preload.get("rel") == ["preload"] and preload.get("as") == "script":
            preload.decompose()
    seen, known = set(), walk.words(page)

    @cache
    def has(selector: str) -> bool:
        """A search through a page takes a while: it is made where the words of the selector are on the page at all."""
        possible = any(stylesheet.wanted(one, known) for one in stylesheet.selectors(selector))
        return possible and page.select_one(selector) is not None

    for script in page.find_all("script"):
        if script.string and FIRST in script.string:
            script.string = "{" + COLOURS + "}"
        text, source = script.string or "", script.get("src", "").split("?")[0]
        name = source.rpartition("/")[2]
        unwanted = name in NEEDS and not (NEEDS[name] and has(NEEDS[name]))
        unwanted |= bool(UNUSED.search(text)) or (text != "" and text in seen)
        unwanted |= bool(FOR_TOGGLES.search(text)) and not has(NEEDS["togglebutton.js"])
        if unwanted:
            script.decompose()
            continue
        seen.add(text)
        if source:
            script["defer"] = ""
    for element in page.find_all(True):
        if "onclick" not in element.attrs:
            continue
        action = element.attrs.pop("onclick").strip().rstrip(";")
        if action not in HANDLERS:
            raise ExtensionError(f"a handler {action!r} in a page: give it a name in tools/finish/scripts.py")
        element["data-action"] = HANDLERS[action]


def policy(page: BeautifulSoup) -> str:
    """The content security policy under which this page runs its own inline scripts and no others."""
    texts = sorted({script.string or "" for script in page.find_all("script") if not script.get("src")})
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
    rules = POLICY | {"script-src": " ".join(["'self'", *(f"'sha256-{digest}'" for digest in digests)])}
    hosts = [hosts for mark, hosts in SPEAKS.items() if page.find(id=mark)]
    rules |= {"connect-src": " ".join(["'self'", *hosts])} if hosts else {}
    return "; ".join(f"{kind} {allowed}" for kind, allowed in sorted(rules.items()))


def protect(page: BeautifulSoup) -> None:
    """Put the policy into the page, before anything that it rules."""
    page.head.insert(0, page.new_tag("meta", attrs={"http-equiv": "Content-Security-Policy", "content": policy(page)}))
    charset = page.find("meta", charset=True)
    page.head.insert(0, charset.extract())  # must stand within the first kilobyte
