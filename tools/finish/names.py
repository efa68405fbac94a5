"""Names and landmarks: what a screen reader is told agrees with what is seen."""

from bs4 import BeautifulSoup


def mend(page: BeautifulSoup) -> None:
    """Give the theme's parts the names and roles that the rules of accessibility ask for."""
    for element in page.select('[data-bs-toggle="tooltip"]'):  # titles do, without a script for each
        element.attrs.setdefault("title", element.attrs.pop("data-bs-title", element.get("aria-label", "")))
        del element["data-bs-toggle"], element["data-bs-placement"]
    for button in page.select("button.search-button-field"):
        del button["aria-label"]  # its own text names it, shortcut and all
    for button in page.select("button[title]:not([aria-label])"):
        if not button.get_text(strip=True):
            button["aria-label"] = button["title"]
    for summary in page.select("summary[aria-label]"):
        del summary["aria-label"]  # its text says what it opens
    for summary in page.select("li > details > summary"):  # of the sidebar: an arrow and no more
        above = summary.find_parent("li").find("a")
        summary["aria-label"] = f"Pages below {above.get_text(strip=True)}"
    sidebar = page.select_one("#pst-primary-sidebar")
    if sidebar:
        sidebar["role"], sidebar["aria-label"] = "complementary", "Book"
    top, main = page.select_one("#pst-back-to-top"), page.select_one("main")
    if top and main:
        main.append(top.extract())
    dialog = page.select_one("#pst-search-dialog")
    if dialog:
        dialog["aria-label"] = "Search"
    for entry in page.select('[role="doc-biblioentry"]'):
        entry["role"] = "listitem"  # the older role is none that a list may hold
    for cell in page.select("th"):
        if not cell.get_text(strip=True):
            cell.name = "td"  # an empty corner heads nothing
            cell.attrs.pop("scope", None)
    for place in page.select("main pre, main div.math, main div.output.text_html, .pst-scrollable-table-container"):
        place["tabindex"] = "0"  # it may scroll: actions.js takes this back where it does not
    for unused in page.select("#ethical-ad-placement, .pst-async-banner-revealer"):
        (unused.find_parent(class_="sidebar-primary-items__end") or unused).decompose()
    for link in page.select('a[target="_blank"]'):
        link["rel"] = "noopener"
    for name in ("viewport", "docsearch:language", "docsearch:version"):
        for twice in page.select(f'meta[name="{name}"]')[name == "viewport" :]:
            twice.decompose()
