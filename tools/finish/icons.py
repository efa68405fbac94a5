"""Icons: the theme's pages name icons that half a megabyte of script would draw; here each becomes a small SVG."""

import importlib.util
import re
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from sphinx.errors import ExtensionError

STYLES = {"fa-solid", "fas", "fa-regular", "far", "fa-brands", "fab", "fa-lg"}


@cache
def _bundle() -> str:
    theme = Path(importlib.util.find_spec("pydata_sphinx_theme").origin).parent
    return (theme / "theme/pydata_sphinx_theme/static/scripts/fontawesome.js").read_text(encoding="utf-8")


@cache
def drawing(name: str) -> tuple[str, str]:
    """An icon's view box and path, read from the theme's bundle.

    Raises:
        ExtensionError: if the bundle has no such icon.
    """
    pattern = rf'[{{,]"?{re.escape(name)}"?:\[(\d+),(\d+),\[[^\]]*\],"[0-9a-f]+","([^"]*)"'
    found = re.findall(pattern, _bundle())
    if not found:
        raise ExtensionError(f"the theme's bundle has no icon {name!r}: mend tools/finish/icons.py")
    width, height, path = found[-1]  # brands, outlines, solid: of several with one name the solid one is meant
    return f"0 0 {width} {height}", path


def draw(page: BeautifulSoup) -> None:
    """Replace what asks for an icon by the icon; its other classes and attributes stay."""
    for element in page.find_all(True):
        if element.name not in ("i", "span"):
            continue
        classes = element.get("class", [])
        names = [word[3:] for word in classes if word.startswith("fa-") and word not in STYLES]
        if not names or not STYLES & set(classes):
            continue
        element.replace_with(_svg(page, element, names[0]))


def _svg(page: BeautifulSoup, element: Tag, name: str) -> Tag:
    box, path = drawing(name)
    kept = {key: value for key, value in element.attrs.items() if key not in ("class", "title")}
    words = [word for word in element["class"] if not word.startswith("fa") or word == "fa-lg"]
    svg = page.new_tag("svg", attrs=kept | {"class": " ".join(["icon", *words]), "viewBox": box, "aria-hidden": "true"})
    svg.append(page.new_tag("path", attrs={"fill": "currentColor", "d": path}))
    return svg
