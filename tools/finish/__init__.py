"""Sphinx extension: the last hand on every page of the site.

What the theme writes is a good draft. Here its scripts and styles are cut down to what a page uses, its icons and
pictures made small, its names mended for screen readers, a policy added that forbids all other scripts and hosts, and
what search engines and messengers ask for. Each concern has its file; this one calls them.
"""

import hashlib
from functools import partial
from pathlib import Path

from bs4 import BeautifulSoup, Comment
from finish import cards, dates, formulas_once, head, icons, names, pictures, scripts, stylesheet, words
from quiet_scripts import SAID, quiet

STYLES = "_static/site.css"
ROBOTS = "User-agent: *\nAllow: /\n\nSitemap: {}sitemap.xml\n"


class Finish:
    """The last hand on a site; called for every page, then `end` once."""

    def __init__(self, app):
        config = app.config
        self.app, self.site, self.original = app, Path(app.outdir), app.builder.templates.render
        self.base = head.address(config.html_theme_options.get("repository_url", ""), config.html_baseurl)
        self.repository = config.html_theme_options.get("repository_url", "")
        self.dates = dates.changes(Path(app.srcdir))
        self.styles: dict[str, None] = {}  # the stylesheets of all pages, in their order
        self.pages: dict[str, str | None] = {}
        self.pictures = pictures.Pictures(Path(app.srcdir), self.site, app.builder.images)

    def __call__(self, template: str, context: dict) -> str:
        text = self.original(template, context)
        if not text.lstrip().lower().startswith("<!doctype html"):
            return text
        name = context["pagename"]
        if f"{name}.html" in SAID:  # before its scripts are counted into the policy
            text = quiet(text, name, SAID[f"{name}.html"])
        page = BeautifulSoup(text, "html.parser")
        root = "../" * name.count("/")
        for comment in page.find_all(string=lambda part: isinstance(part, Comment)):
            comment.extract()
        names.mend(page)
        words.arrange(page)
        icons.draw(page)
        self.pictures(page, root)
        scripts.arrange(page)
        self._link_styles(page, root)
        self._describe(page, name)
        self._date(page, name, root)
        formulas_once.share(page)
        scripts.protect(page)
        return "<!DOCTYPE html>\n" + page.html.decode()

    def _link_styles(self, page: BeautifulSoup, root: str) -> None:
        links = page.select('link[rel="stylesheet"]')
        addresses = [link["href"] for link in links]
        self.styles |= dict.fromkeys(address.removeprefix(root).split("?")[0] for address in addresses)
        version = hashlib.sha256("".join(addresses).encode()).hexdigest()[:8]
        links[0].replace_with(page.new_tag("link", attrs={"rel": "stylesheet", "href": f"{root}{STYLES}?v={version}"}))
        for link in links[1:]:
            link.decompose()

    def _describe(self, page: BeautifulSoup, name: str) -> None:
        site = self.app.config.project
        title = page.title.get_text().rpartition(" — ")[0] or site
        text = head.description(page, f"{title}: {site}")
        card = cards.card(self.site / "_static/cards", title, text, site)
        url, card = f"{name}.html", f"_static/cards/{card}"
        head.describe(page, base=self.base, url=url, title=title, text=text, card=card, site=site)
        if page.select_one("article section h1"):
            self.pages[self.base + url] = (dates.last(self.dates, name) or [None])[0]

    def _date(self, page: BeautifulSoup, name: str, root: str) -> None:
        """At a chapter's end: its notebook to take along, and when and where it was last changed."""
        article, parts = page.select_one("article.bd-article"), []
        download = page.select_one("a.btn-download-source-button")
        if download and download["href"].endswith(".ipynb"):
            parts.append(f'<a href="{download["href"]}" download>Download this chapter as a notebook</a>')
        if article and (change := dates.last(self.dates, name)):
            commit = f'<a href="{self.repository}/commit/{change[1]}">{change[1]}</a>'
            parts.append(f'last changed <time datetime="{change[0]}">{change[0]}</time> in commit {commit}')
        if article and parts:
            line = " · ".join(parts)
            html = f'<p class="fa-colophon screen-only">{line[0].upper()}{line[1:]}</p>'
            article.append(BeautifulSoup(html, "html.parser"))

    def end(self) -> None:
        """What is made of all pages: the stylesheet, the list of pages, and no picture that nobody asks for."""
        pages = [path.read_text(encoding="utf-8") for path in self.site.rglob("*.html") if "_static" not in path.parts]
        sources = [path for path in (self.site / "_static").rglob("*.js") if "mathjax" not in path.parts]
        known = stylesheet.words(pages, (path.read_text(encoding="utf-8") for path in sources)) | {"icon", "fa-lg"}
        texts = []
        for name in self.styles:
            css = stylesheet.read(self.site, name)
            texts.append(stylesheet.moved(stylesheet.purge(css, known), name.rpartition("/")[0], "_static"))
        if texts:
            (self.site / STYLES).write_text("\n".join(texts), encoding="utf-8")
        self.pictures.sweep()
        theme = self.site / "_static/scripts/pydata-sphinx-theme.js"
        theme.write_text(scripts.lighten(theme.read_text(encoding="utf-8")), encoding="utf-8")
        (self.site / "_static/scripts/fontawesome.js").unlink(missing_ok=True)
        if not self.base:
            return
        (self.site / "sitemap.xml").write_text(head.sitemap(self.pages), encoding="utf-8")
        (self.site / "robots.txt").write_text(ROBOTS.format(self.base), encoding="utf-8")


def _begin(app):
    if app.builder.name == "html":
        app.finish = Finish(app)
        app.builder.templates.render = partial(Finish.__call__, app.finish)


def _end(app, exception):
    if app.builder.name == "html" and not exception:
        app.finish.end()


def setup(app) -> dict:
    app.connect("builder-inited", _begin, priority=900)
    app.connect("build-finished", _end, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
