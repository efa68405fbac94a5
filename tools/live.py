"""Sphinx extension: live code. A page on which a chapter's cells can be changed and run, and the way to it from each.

The page asks for a machine at the BinderHub of _config.yml when a reader presses Start, and not before. Its script,
book/assets/live.js, speaks BinderHub's build stream and Jupyter's kernel protocol, no more: no code from elsewhere runs
in the book's pages, and only this page's policy lets it speak to other hosts (tools/finish/scripts.py).
"""

from html import escape
from pathlib import Path, PurePosixPath

from tools.book import Book

PAGE = "book/live"
TITLE = "Live code"
BODY = """<section id="live-code">
<h1>{title}</h1>
<p>Here you can change the code of a chapter and run it. The machine that runs it is lent by {hub}, free of
charge, when you press Start; until then nothing leaves this page. It starts in a minute or two, forgets everything when
you leave, and has one or two processor cores.</p>
<noscript><p>This needs JavaScript. The launch button of a chapter opens it at Binder or Colab instead.</p></noscript>
<p id="fa-live-choice">Choose a chapter:</p>
<ul id="fa-live" data-build="{build}" data-folder="{folder}">
{links}
</ul>
</section>
"""


def build_address(hub: str, repository: str, branch: str) -> str:
    """Where a BinderHub tells how the building of a repository's machine goes, "" if there is none for it.

    Args:
        hub: the BinderHub's address, "" for none.
        repository: the repository's address, on GitHub.
        branch: the branch whose machine is asked for.
    """
    owner_and_name = repository.removeprefix("https://github.com/").strip("/")
    if not hub or owner_and_name.count("/") != 1:
        return ""
    return f"{hub.rstrip('/')}/build/gh/{owner_and_name}/{branch}"


def body(hub: str, build: str, titles: dict[str, str]) -> str:
    """The page before a chapter is chosen.

    Args:
        hub: what the BinderHub is called.
        build: as of `build_address`.
        titles: the chapters' names and titles, in their order.
    """
    links = "\n".join(
        f'<li><a href="{PurePosixPath(PAGE).name}.html?chapter={name}">{escape(title)}</a></li>'
        for name, title in titles.items()
    )
    folder = PurePosixPath(PAGE).parent
    return BODY.format(title=TITLE, hub=escape(hub), build=escape(build), folder=folder, links=links)


def _address(app) -> str:
    options = app.config.html_theme_options
    hub = options.get("launch_buttons", {}).get("binderhub_url", "")
    return build_address(hub, options.get("repository_url", ""), options.get("repository_branch", "main"))


def _chapters(app) -> dict[str, str]:
    names = {f"book/{name}": name for name in Book(Path(app.srcdir)).chapters()}
    return {name: app.env.titles[page].astext() for page, name in names.items() if page in app.env.titles}


def _page(app):
    if app.builder.name != "html" or not (build := _address(app)):
        return
    hub = app.config.html_theme_options["launch_buttons"]["binderhub_url"].rpartition("/")[2]
    yield PAGE, {"title": TITLE, "body": body(hub, build, _chapters(app))}, "page.html"


def _arrange(app, pagename, templatename, context, doctree):
    if pagename == PAGE:
        app.add_js_file("widgets/page.js", loading_method="defer")  # a run's output may hold a widget
        app.add_js_file("live.js", loading_method="defer")
        return
    for group in context.get("header_buttons", []):
        if group.get("label") == "launch-buttons" and _address(app):
            name = PurePosixPath(pagename).name
            url = f"{PurePosixPath(PAGE).name}.html?chapter={name}"
            tooltip = "Change and run the code on a page of this book"
            item = {"type": "link", "text": TITLE, "tooltip": tooltip, "icon": "fas fa-play", "url": url}
            group["buttons"].insert(0, item)


def setup(app) -> dict:
    app.connect("html-collect-pages", _page)
    app.connect("html-page-context", _arrange, priority=502)  # after the theme's own launch buttons
    return {"parallel_read_safe": True, "parallel_write_safe": True}
