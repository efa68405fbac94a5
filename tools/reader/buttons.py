"""Sphinx extension: the launch and download buttons lead to the notebook editions, and each page names its Markdown.

Binder and Colab open notebooks of a branch. The editions are made by `make html` and not committed: the workflow that
publishes the site also puts the branch `notebooks` where they are, this book's tree and the editions in a folder.
"""

from pathlib import PurePosixPath

from sphinx.errors import ExtensionError

from tools.reader import FOLDER

ALTERNATE = '<link rel="alternate" type="text/markdown" title="Markdown" href="{}">\n'


def launched(url: str, page: str, branch: str) -> str:
    """Where a launch button leads instead of to the chapter's own notebook.

    Args:
        url: of Binder or Colab, as the theme writes it.
        page: the page's name, such as book/drift.
        branch: the branch that the theme was given.

    Raises:
        ExtensionError: if the address is of another make.
    """
    name = PurePosixPath(page).name
    for old, new in ((f"/{branch}?urlpath=", f"/{FOLDER}?urlpath="), (f"/blob/{branch}/", f"/blob/{FOLDER}/")):
        if old in url and url.endswith(f"/{page}.ipynb"):
            return url.replace(old, new, 1).removesuffix(f"{page}.ipynb") + f"{FOLDER}/{name}.ipynb"
    raise ExtensionError(
        f"a launch button leads to {url}: tools/reader/buttons.py knows Binder and Colab, teach it more"
    )


def arrange(groups: list[dict], page: str, branch: str, pathto) -> None:
    """Change the theme's buttons of one page in place.

    Args:
        groups: the page's header buttons.
        page: the page's name.
        branch: the branch that the theme was given.
        pathto: gives the way from the page to a file of the site.
    """
    name = PurePosixPath(page).name
    text = {"type": "link", "url": f"{name}.md", "text": ".md", "icon": "fas fa-file"}
    text |= {"tooltip": "Download this page as Markdown", "label": "download-markdown-button"}
    for group in groups:
        if group.get("label") == "launch-buttons":
            for button in group["buttons"]:
                if button["url"].startswith("http"):
                    button["url"] = launched(button["url"], page, branch)
        if group.get("label") == "download-buttons":
            for button in group["buttons"]:
                if button.get("label") == "download-source-button" and button["url"].endswith(".ipynb"):
                    button |= {
                        "url": pathto(f"{FOLDER}/{name}.ipynb", 1),
                        "tooltip": "Download this page as a notebook",
                    }
            kept = [button for button in group["buttons"] if button.get("text") != ".md"]
            group["buttons"] = [*kept[:-1], text, *kept[-1:]] if len(kept) > 1 else [text, *kept]


def _arrange(app, pagename, templatename, context, doctree):
    if doctree is None:
        return
    branch = app.config.html_theme_options.get("repository_branch") or "main"
    arrange(context.get("header_buttons", []), pagename, branch, context["pathto"])
    context["metatags"] = context.get("metatags", "") + ALTERNATE.format(f"{PurePosixPath(pagename).name}.md")


def setup(app) -> dict:
    app.connect("html-page-context", _arrange, priority=503)  # after the theme's buttons and live.py's
    return {"parallel_read_safe": True, "parallel_write_safe": True}
