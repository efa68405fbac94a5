"""What search engines and messengers show of a page: description, address, picture."""

import re

from bs4 import BeautifulSoup

LENGTH = 170  # letters of a description


def address(repository: str, base: str = "") -> str:
    """The book's public address: html_baseurl if given, or where GitHub shows the pages of a repository, or ""."""
    if base:
        return base.rstrip("/") + "/"
    found = re.fullmatch(r"https://github\.com/([\w.-]+)/([\w.-]+)", repository)
    return f"https://{found[1].lower()}.github.io/{found[2]}/" if found else ""


def description(page: BeautifulSoup, otherwise: str) -> str:
    """The first paragraph of a page, cut at a word."""
    for paragraph in page.select("article p"):
        if paragraph.find_parent(["figure", "fa-widget", "table", "form"]) or paragraph.find("script"):
            continue
        text = " ".join(paragraph.get_text().split())
        if len(text) > 40:
            return text if len(text) <= LENGTH else text[:LENGTH].rpartition(" ")[0].rstrip(" ,;:.") + " …"
    return otherwise


def describe(page: BeautifulSoup, *, base: str, url: str, title: str, text: str, card: str, site: str) -> None:
    """Put a page's description, address and card into its head.

    Args:
        page: the page.
        base: the book's public address; without one, what needs it is left out.
        url, card: addresses of the page and of its card, from there.
        title, text: of the page.
        site: the book's title.
    """
    for old in page.select('meta[name="description"], link[rel="canonical"]'):
        old.decompose()
    names = {"description": text, "twitter:card": "summary_large_image"}
    properties = {"og:type": "article", "og:title": title, "og:description": text, "og:site_name": site}
    if base:
        page.head.append(page.new_tag("link", attrs={"rel": "canonical", "href": base + url}))
        properties |= {"og:url": base + url, "og:image": base + card, "og:image:width": "1200"}
        properties |= {"og:image:height": "630", "og:image:alt": f"{title}: {site}"}
    for key, given in (("name", names), ("property", properties)):
        for name, content in given.items():
            page.head.append(page.new_tag("meta", attrs={key: name, "content": content}))


def sitemap(pages: dict[str, str | None]) -> str:
    """The text of sitemap.xml, from addresses to dates of change where known."""
    rows = [
        f"<url><loc>{url}</loc>" + (f"<lastmod>{date}</lastmod>" if date else "") + "</url>"
        for url, date in sorted(pages.items())
    ]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="utf-8"?>',
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
            *rows,
            "</urlset>\n",
        ]
    )
