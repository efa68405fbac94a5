"""What search engines and messengers are told of the pages, and when these were last changed: on a small site."""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sphinxext.opengraph as opengraph
import yaml
from bs4 import BeautifulSoup
from whole_book import GIT

from tools import cards
from tools.book import ROOT
from tools.finish import head as head_of_site
from tools.paper.chapters import slug

CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text())
SITE = CONFIG["html"]["baseurl"]
GIVEN = {
    key: value
    for key, value in CONFIG["sphinx"]["config"].items()
    if key.startswith(("ogp_", "sitemap_", "git_", "html_last", "html_extra"))
    or key in ("project", "suppress_warnings")
}
CONF = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
extensions = ["sphinx_togglebutton", "sphinxext.opengraph", "sphinx_sitemap", "tools.quiet_scripts"]
extensions += ["tools.formulas", "tools.cards", "tools.finish"]
html_theme = "sphinx_book_theme"
html_theme_options = {{"use_fullscreen_button": True, "repository_url": "https://github.com/some/book"}}
html_baseurl = {SITE!r}
html_favicon = "icon.svg"
root_doc = "book/index"
globals().update({GIVEN!r})
"""
WORDS = "The matrix :math:`W_O^\\top` is random, " + "and so is every word of this page " * 6
CARD = {"og:image", "og:image:width", "og:image:height", "og:image:alt"}


def write(source: Path) -> None:
    for name in ("book/assets/card.png", "book/extra/index.html", "book/extra/robots.txt"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    shutil.copy(ROOT / "book/assets/icon.svg", source)
    (source / "conf.py").write_text(CONF)
    (source / "book/index.rst").write_text(f"First\n=====\n\n.. toctree::\n\n   other\n\n{WORDS}\n")
    (source / "book/other.rst").write_text("Other\n=====\n\nOne line.\n")


def build(source: Path, site: Path, **environment: str) -> None:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", source, site]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment or None)
    assert answer.returncode == 0, answer.stderr


def head(path: Path) -> dict[str, str]:
    """A page's properties, description and address."""
    page = BeautifulSoup(path.read_text(), "html.parser")
    found = [(tag.get("property") or tag.get("name"), tag.get("content")) for tag in page.select("head meta")]
    names = [name for name, _ in found if name and name.startswith(("og:", "description", "article:", "twitter:"))]
    assert len(names) == len(set(names))
    return dict(found) | {tag["rel"][0]: tag["href"] for tag in page.select("link[rel=canonical]")}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A site's sources in a repository, whose second page was last changed a year after the first."""
    folder = tmp_path_factory.mktemp("repository")
    write(folder)
    subprocess.run([*GIT, "init", "-q"], cwd=folder, check=True)
    for year in (2001, 2002):
        with (folder / "book/other.rst").open("a") as file:
            file.write(f"\nChanged in {year}.\n")
        subprocess.run([*GIT, "add", "-A"], cwd=folder, check=True)
        command = [*GIT, "commit", "-qm", "all", f"--date={year}-02-03T12:00:00Z"]
        subprocess.run(command, cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def site(source, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    build(source, folder)
    return folder


def test_a_page_has_its_title_address_words_and_card(site):
    first, other = head(site / "book/index.html"), head(site / "book/other.html")
    assert first["canonical"] == first["og:url"] == f"{SITE}book/index.html"
    assert (first["og:title"], other["og:title"]) == ("First", "Other")
    assert first["og:type"] == "article"
    assert first["og:site_name"] == CONFIG["sphinx"]["config"]["project"]
    assert first["description"] == first["og:description"] == first["og:image:alt"]
    assert first["description"].startswith("The matrix W")
    assert "\\top" not in first["description"]
    assert re.search(r" (\w+) …$", first["description"])[1] in WORDS.split()
    assert other["description"] == "Other: " + CONFIG["sphinx"]["config"]["project"]  # no paragraph long enough
    assert first["twitter:card"] == "summary_large_image"
    assert first.keys() >= CARD
    assert (site / first["og:image"].removeprefix(SITE)).stat().st_size > 5000
    assert first["og:image"] != other["og:image"]
    assert head(site / "search.html")["description"]


def test_a_card_has_the_page_s_words_whole(site):
    """Its name is made of what it says."""
    words = WORDS.replace(":math:`W_O^\\top`", "W_O^top")
    said = words[: head_of_site.LENGTH].rpartition(" ")[0] + " …"
    card = {**GIVEN["ogp_social_cards"], "description_max_length": head_of_site.LENGTH + 2}
    given = str({**opengraph.DEFAULT_SOCIAL_CONFIG, **card})
    digest = hashlib.sha1((GIVEN["project"] + "First" + said + given).encode(), usedforsecurity=False).hexdigest()
    assert head(site / "book/index.html")["og:image"].endswith(f"_{digest[:8]}.png")


def test_a_card_s_formulas_are_text():
    assert cards.plain(r"\gamma\tanh(a_{i})\, W_O") == "\N{GREEK SMALL LETTER GAMMA}tanh(a_i) W_O"


def test_the_list_of_pages_has_their_dates(site):
    entries = re.findall(r"<loc>(.*?)</loc>(?:<lastmod>(.*?)T.*?</lastmod>)?", (site / "sitemap.xml").read_text())
    assert dict(entries) == {f"{SITE}book/index.html": "2001-02-03", f"{SITE}book/other.html": "2002-02-03"}
    assert f"Sitemap: {SITE}sitemap.xml" in (site / "robots.txt").read_text()


def test_a_page_says_when_it_was_changed(site):
    page = BeautifulSoup((site / "book/other.html").read_text(), "html.parser")
    colophon = page.select_one(".fa-colophon")
    assert colophon.time["datetime"] == "2002-02-03"
    assert colophon.a["href"] == "https://github.com/some/book/commits/main/book/other.md"


@pytest.mark.parametrize("state", ["cut short", "no history", "no git"])
def test_without_a_history_there_are_no_dates_and_no_warnings(source, tmp_path, state):
    if state == "cut short":
        subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{source}", tmp_path / "source"], check=True)
    else:
        write(tmp_path / "source")
    build(tmp_path / "source", tmp_path / "site", **({"PATH": str(tmp_path)} if state == "no git" else {}))
    assert "lastmod" not in (tmp_path / "site/sitemap.xml").read_text()
    assert f"<loc>{SITE}book/other.html</loc>" in (tmp_path / "site/sitemap.xml").read_text()
    assert "last changed" not in (tmp_path / "site/book/other.html").read_text().lower()


def test_the_front_page_leads_to_the_first_page():
    page = BeautifulSoup((ROOT / "book/extra/index.html").read_text(), "html.parser")
    title, first = CONFIG["title"], yaml.safe_load((ROOT / "_toc.yml").read_text())["root"] + ".html"
    assert page.html["lang"] == CONFIG["sphinx"]["config"]["language"]
    assert (page.title.get_text(), page.a.get_text(), page.a["href"]) == (title, title, first)
    assert page.select_one("meta[http-equiv=refresh]")["content"] == f"0; url={first}"


def test_the_first_page_leads_to_the_papers():
    text = (ROOT / "book/index.md").read_text()
    for kind, name in {"pdf": "PDF", "epub": "EPUB", "zip": "archive"}.items():
        link = f"../paper/{slug(CONFIG['sphinx']['config']['project'])}.{kind}"
        assert f'<a href="{link}">{name}</a>' in text
