"""Every link inside the built site must lead somewhere: python -m tools.check_links FOLDER.

Looks at href, src and refresh targets of all pages: the file must exist, and the page must have the anchor. Links to
other sites are left alone, and so are those to PDF and EPUB where these have not been made.
"""

import sys
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

PAPER = "paper"  # where the published site has what `make paper` makes


class Page(HTMLParser):
    """A page's links and the anchors that it offers."""

    def __init__(self, path: Path):
        super().__init__()
        self.links: list[tuple[int, str]] = []  # (line, target)
        self.anchors: set[str] = {"", "top"}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        line = self.getpos()[0]
        self.links += [(line, value) for key in ("href", "src") if (value := given.get(key)) is not None]
        self.anchors |= {value for key in ("id", "name") if (value := given.get(key))}
        content = given.get("content") or ""
        if tag == "meta" and (given.get("http-equiv") or "").lower() == "refresh" and "url=" in content.lower():
            self.links.append((line, content[content.lower().index("url=") + 4 :].strip("'\" ")))


class Site:
    """A folder of pages."""

    def __init__(self, folder: Path):
        self.folder = folder.resolve()

    @cached_property
    def pages(self) -> dict[Path, Page]:
        return {path: Page(path) for path in sorted(self.folder.rglob("*.html")) if "_static" not in path.parts}

    def _broken(self, path: Path, link: str) -> str | None:
        """Why a link on a page leads nowhere, None if it leads somewhere or to another site."""
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            return None
        if parts.path.startswith("/"):
            return "starts at the server's root: it breaks in a subfolder"
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if target.is_dir():
            target = target / "index.html"
        if not target.is_relative_to(self.folder):
            return "leads out of the site"
        if target.parent == self.folder / PAPER and not target.parent.is_dir():
            return None
        if not target.is_file():
            return "no such file"
        if target in self.pages and unquote(parts.fragment) not in self.pages[target].anchors:
            return f"no anchor #{unquote(parts.fragment)} there"
        return None

    def problems(self) -> list[str]:
        """One line for each broken link."""
        return [
            f"{path.relative_to(self.folder)}:{line}: {link}: {reason}"
            for path, page in self.pages.items()
            for line, link in page.links
            if (reason := self._broken(path, link))
        ]


def main() -> int:
    site = Site(Path(sys.argv[1] if len(sys.argv) > 1 else "_build/html"))
    if not site.pages:
        print(f"error: no pages in {site.folder}; run make html first", file=sys.stderr)
        return 1
    problems = site.problems()
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    count = sum(len(page.links) for page in site.pages.values())
    print(f"{len(site.pages)} pages, {count} links, {len(problems)} broken")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
