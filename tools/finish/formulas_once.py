"""Letters of formulas: each shape stands once in a page, and is used wherever the letter stands."""

from bs4 import BeautifulSoup

MENUS = ("data-mml-node", "data-mjx-texclass")  # what MathJax's menus would need


def share(page: BeautifulSoup) -> None:
    """Gather the shapes of a page's formulas at its end, and drop groups that do nothing."""
    shapes: dict[str, str] = {}
    for formula in page.find_all("svg"):
        if formula.parent.name != "mjx-container":
            continue
        for path in formula.find_all("path"):
            if "data-c" not in path.attrs:
                continue
            code, shape = path.attrs.pop("data-c"), path.attrs.pop("d")
            path.name = "use"
            path["href"] = "#" + shapes.setdefault(shape, f"g{len(shapes)}-{code}")
        for group in formula.find_all("g"):
            group.attrs = {key: value for key, value in group.attrs.items() if key not in MENUS}
            if not group.attrs:
                group.unwrap()
    if not shapes:
        return
    store = page.new_tag("svg", attrs={"class": "glyphs", "width": "0", "height": "0", "aria-hidden": "true"})
    store.append(definitions := page.new_tag("defs"))
    for shape, name in shapes.items():
        definitions.append(page.new_tag("path", attrs={"id": name, "d": shape}))
    page.main.append(store)
