"""What search engines and messengers say of a page: its first paragraph, whole words and formulas as they sound.

All else in a page's head comes from Sphinx and sphinxext-opengraph; tools/cards.py does the same for its cards.
"""

from bs4 import BeautifulSoup

LENGTH = 170  # letters of a description
SHORT = 40  # a paragraph of no more letters says too little
DESCRIPTIONS = 'meta[name="description"], meta[property="og:description"], meta[property="og:image:alt"]'


def description(page: BeautifulSoup, otherwise: str) -> str:
    """The first paragraph of a page, cut at a word."""
    for paragraph in page.article.find_all("p") if page.article else ():
        if paragraph.find_parent(["figure", "fa-widget", "table", "form"]) or paragraph.find("script"):
            continue
        if paragraph.find_parent(class_="opener"):  # what a chapter needs says little about it
            continue
        text = " ".join(paragraph.get_text().split())
        if len(text) > SHORT:
            return cut(text)
    return otherwise


def cut(text: str) -> str:
    """A text of no more than `LENGTH` letters, with a mark where it was cut, which is between words."""
    return text if len(text) <= LENGTH else text[:LENGTH].rpartition(" ")[0].rstrip(" ,;:.") + " …"


def describe(page: BeautifulSoup, text: str) -> None:
    """Put a description into a page's head, in place of those that are there."""
    if not page.head.find("meta", attrs={"name": "description"}):
        page.head.append(page.new_tag("meta", attrs={"name": "description"}))
    given = [meta.get("property") for meta in page.head.find_all("meta")]
    if "og:title" in given and "og:description" not in given:
        page.head.append(page.new_tag("meta", attrs={"property": "og:description"}))
    for tag in page.head.select(DESCRIPTIONS):
        tag["content"] = text
