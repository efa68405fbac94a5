"""Sphinx extension: the last hand on every page of the site.

What the theme writes is a good draft. Here its scripts and styles are cut down to what a page uses, its icons and
pictures made small, its names mended for screen readers, and a policy added that forbids all other scripts and hosts.
Each concern has its file; this one calls them.
"""

import hashlib
import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from bs4 import BeautifulSoup, Comment

from tools.citation import Citation
from tools.finish import formulas_once, head, icons, names, pictures, scripts, stylesheet, take, words
from tools.quiet_scripts import SAID, quiet

STYLES = "_static/site.css"


class Finish:
    """The last hand on a site; called for every page, then `end` once."""

    def __init__(self, app):
        self.config, self.site, self.original = app.config, Path(app.outdir), app.builder.templates.render
        self.styles: dict[str, None] = {}  # the stylesheets of all pages, in their order
        # one thread: numpy and Pillow let the pages go on meanwhile
        pool = ThreadPoolExecutor(1)
        self.pictures = pictures.Pictures(Path(app.srcdir), self.site, app.builder.images, pool)
        address = f"{app.config.html_baseurl.rstrip('/')}/" if app.config.html_baseurl else ""
        self.take = take.Take(self.site, address, self.pictures.original, Citation.read())

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
        self.take(page, name)  # before its pictures are made small
        self.pictures(page, root)
        scripts.arrange(page)
        self._link_styles(page, root)
        title = page.title.get_text().rpartition(" — ")[0] or self.config.project
        head.describe(page, head.description(page, f"{title}: {self.config.project}"))
        self._date(page, name, context.get("last_updated"))
        formulas_once.share(page)
        scripts.protect(page)
        return "<!DOCTYPE html>\n" + page.html.decode()

    def _link_styles(self, page: BeautifulSoup, root: str) -> None:
        links = [link for link in page.find_all("link") if link.get("rel") == ["stylesheet"]]
        addresses = [link["href"] for link in links]
        self.styles |= dict.fromkeys(address.removeprefix(root).split("?")[0] for address in addresses)
        version = hashlib.sha256("".join(addresses).encode()).hexdigest()[:8]
        links[0].replace_with(page.new_tag("link", attrs={"rel": "stylesheet", "href": f"{root}{STYLES}?v={version}"}))
        for link in links[1:]:
            link.decompose()

    def _date(self, page: BeautifulSoup, name: str, date: str | None) -> None:
        """At a chapter's end: its notebook to take along, when it was last changed, and all its changes."""
        article, parts = page.select_one("article.bd-article"), []
        download = page.select_one("a.btn-download-source-button")
        if download and download["href"].endswith(".ipynb"):
            parts.append(f'<a href="{download["href"]}" download>Download this chapter as a notebook</a>')
        if article and date:
            options = self.config.html_theme_options
            branch = options.get("repository_branch") or "main"
            history = f"{options.get('repository_url', '')}/commits/{branch}/{name}.md"
            parts.append(f'last changed <time datetime="{date}">{date}</time> (<a href="{history}">all changes</a>)')
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


def _begin(app):
    if app.builder.name == "html":
        app.finish = Finish(app)
        app.builder.templates.render = partial(Finish.__call__, app.finish)


def _without_git(app, env):
    """No dates where there is no git command: sphinx-sitemap cannot read what it is left with there."""
    known = getattr(env, "git_last_updated", {})
    known.update({name: (None, True) for name, found in known.items() if found is None})


def _end(app, exception):
    if app.builder.name == "html" and not exception:
        app.finish.end()


def setup(app) -> dict:
    # the cards' font comes without the bold that sphinxext-opengraph asks for, which is said at every build
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    app.connect("builder-inited", _begin, priority=900)
    app.connect("env-updated", _without_git, priority=900)
    app.connect("build-finished", _end, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
