"""Each page of the site as Markdown beside its HTML, and llms.txt, which lists them for programs that read."""

from itertools import groupby
from pathlib import Path

import yaml
from bs4 import BeautifulSoup, Tag

from tools.book import Book, Page
from tools.reader.markdown import Markdown, article, fenced

HEAD = """\
# {title}

> A book that runs, tests and extends one paper, Cheng and Brown (2023), and the Python library behind it, fa_lib. \
Every figure is made again from real runs, every claim has a written criterion.

Each page is here as Markdown: text, formulas as TeX, code, what the code prints, figures as links with a description. \
Numbers are those of the published run. Text and figures are CC BY 4.0, code is BSD-3-Clause.
"""
ALSO = """\
## Optional

- [The book as one archive]({site}paper/{slug}.zip): texts, notebooks, code, data, results, environment
- [The book as PDF]({site}paper/{slug}.pdf)
- [The book as EPUB]({site}paper/{slug}.epub)
- [The repository]({repository})
"""


class Pages:
    """Pages of a built site as Markdown."""

    def __init__(self, book: Book):
        self.book, self.site = book, book.build / "html"
        self.config = yaml.safe_load((book.root / "_config.yml").read_text(encoding="utf-8"))
        self.address = self.config.get("html", {}).get("baseurl", "")
        self._read: dict[str, BeautifulSoup] = {}

    def html(self, page: Page) -> BeautifulSoup:
        """A page, read once; whoever gets it leaves it as it is.

        Raises:
            ValueError: if the site has no such page.
        """
        path = (self.site / page.file).with_suffix(".html")
        if page.file not in self._read:
            if not path.is_file():
                raise ValueError(f"{path.relative_to(self.book.root)} is missing: run make html")
            self._read[page.file] = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        return self._read[page.file]

    def place(self, page: Page) -> str:
        """A page's address."""
        return f"{self.address}{Path(page.file).with_suffix('.html').as_posix()}"

    def markdown(self, page: Page) -> str:
        """A page's text, code and outputs."""
        address = self.place(page)
        writer = Markdown(address)
        writer.cell = lambda cell: "\n\n".join(_cell(writer, cell))
        title, *blocks = writer.blocks(article(self.html(page)).children)
        return (
            "\n\n".join([title, f"*[{self.config['title']}]({self.address}), [this page]({address})*", *blocks]) + "\n"
        )

    def index(self, slug: str) -> str:
        """What llms.txt says.

        Args:
            slug: name of the book's files in paper/.
        """
        lines = [HEAD.format(title=self.config["title"])]
        for part, pages in groupby(self.book.pages(), key=lambda page: page.part):
            lines.append(f"## {part or 'Start here'}\n")
            lines += [self._entry(page) for page in pages]
            lines.append("")
        lines.append(ALSO.format(site=self.address, slug=slug, repository=self.config["repository"]["url"]))
        return "\n".join(lines)

    def _entry(self, page: Page) -> str:
        soup = self.html(page)
        title = Markdown("").line(part for part in soup.h1.children if not part.name)
        said = soup.select_one('meta[name="description"]')
        address = f"{self.address}{Path(page.file).with_suffix('.md').as_posix()}"
        return f"- [{title}]({address})" + (f": {said['content']}" if said else "")

    def write(self, slug: str) -> list[Path]:
        """Write all of them into the site."""
        written = []
        for page in self.book.pages():
            written.append((self.site / page.file).with_suffix(".md"))
            written[-1].write_text(self.markdown(page), encoding="utf-8")
        (self.site / "llms.txt").write_text(self.index(slug), encoding="utf-8")
        return written


def _cell(writer: Markdown, cell: Tag) -> list[str]:
    """A cell's code and what it has put out, folded or not."""
    code = cell.select_one(".cell_input pre")
    blocks = [fenced(code.get_text(), "python")] if code else []
    for output in cell.select(".cell_output > *"):
        blocks += writer.blocks([output])
    return blocks
