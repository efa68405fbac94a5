"""Names and landmarks: what a screen reader is told agrees with what is seen."""

from bs4 import BeautifulSoup

from tools.finish.walk import by_name, has_class


def mend(page: BeautifulSoup) -> None:
    """Give the theme's parts the names and roles that the rules of accessibility ask for."""
    found = by_name(page)  # one walk for all that follows, none of which adds an element
    every = [element for elements in found.values() for element in elements]
    for element in every:
        if element.get("data-bs-toggle") == "tooltip":  # titles do, without a script for each
            element.attrs.setdefault("title", element.attrs.pop("data-bs-title", element.get("aria-label", "")))
            del element["data-bs-toggle"], element["data-bs-placement"]
    for button in found["button"]:
        if has_class(button, "search-button-field"):
            del button["aria-label"]  # its own text names it, shortcut and all
        if "title" in button.attrs and "aria-label" not in button.attrs and not button.get_text(strip=True):
            button["aria-label"] = button["title"]
    for summary in found["summary"]:
        del summary["aria-label"]  # its text says what it opens
        if summary.parent.name == "details" and summary.parent.parent.name == "li":  # of the sidebar: an arrow, no more
            above = summary.find_parent("li").find("a")
            summary["aria-label"] = f"Pages below {above.get_text(strip=True)}"
    ids = {element["id"]: element for element in reversed(every) if "id" in element.attrs}
    if sidebar := ids.get("pst-primary-sidebar"):
        sidebar["role"], sidebar["aria-label"] = "complementary", "Book"
    if (top := ids.get("pst-back-to-top")) and page.main:
        page.main.append(top.extract())
    if dialog := ids.get("pst-search-dialog"):
        dialog["aria-label"] = "Search"
    for element in every:
        if element.get("role") == "doc-biblioentry":
            element["role"] = "listitem"  # the older role is none that a list may hold
    for cell in found["th"]:
        if not cell.get_text(strip=True):
            cell.name = "td"  # an empty corner heads nothing
            cell.attrs.pop("scope", None)
    inside = by_name(page.main) if page.main else {}
    places = [*inside.get("pre", ()), *(div for div in inside.get("div", ()) if _scrolls(div))]
    for place in [*places, *(one for one in every if has_class(one, "pst-scrollable-table-container"))]:
        place["tabindex"] = "0"  # it may scroll: actions.js takes this back where it does not
    for link in found["a"]:
        if link.get("target") == "_blank":
            link["rel"] = "noopener"
    unused = [
        one for one in every if one.get("id") == "ethical-ad-placement" or has_class(one, "pst-async-banner-revealer")
    ]
    for element in unused:
        if not element.decomposed:
            (element.find_parent(class_="sidebar-primary-items__end") or element).decompose()
    for name in ("viewport", "docsearch:language", "docsearch:version"):
        metas = [meta for meta in page.head.find_all("meta") if meta.get("name") == name]
        for twice in metas[name == "viewport" :]:
            twice.decompose()


def _scrolls(div) -> bool:
    return has_class(div, "math") or (has_class(div, "output") and has_class(div, "text_html"))
