"""One source on how to cite, and one version, date and licence wherever they are said."""

import re
import tomllib

import pytest
import yaml

from tools.book import ROOT
from tools.citation import Citation

CITATION = Citation.read()
REQUIRED = {"cff-version", "message", "title", "authors", "version", "date-released", "license", "repository-code"}


def test_citation_has_what_the_format_asks_for():
    assert CITATION.data.keys() >= REQUIRED
    assert CITATION.data["cff-version"] == "1.2.0"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", CITATION.date)
    assert all("name" in author or "family-names" in author for author in CITATION.data["authors"])
    for reference in CITATION.data["references"]:
        assert {"type", "title", "authors"} <= reference.keys()


def test_version_and_address_are_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    assert CITATION.version == project["version"] == config["sphinx"]["config"]["version"]
    assert CITATION.data["repository-code"] == config["repository"]["url"]
    assert f"## {CITATION.version}, {CITATION.date}" in (ROOT / "CHANGELOG.md").read_text()


def test_licences_are_there_and_named():
    assert CITATION.data["license"] == ["BSD-3-Clause", "CC-BY-4.0"]
    assert (ROOT / "LICENSE").read_text().startswith("BSD 3-Clause License")
    assert (ROOT / "LICENSE-TEXT").read_text().startswith("Creative Commons Attribution 4.0 International")
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license"] == "BSD-3-Clause"


def test_bibtex_has_both_and_can_be_read(tmp_path):
    from pybtex.database import parse_string

    entries = parse_string(CITATION.bibtex(), "bibtex").entries
    assert list(entries) == ["cheng2023", "fabook"]
    paper, book = entries.values()
    assert [str(person) for person in paper.persons["author"]] == ["Cheng, Huzi", "Brown, Joshua W."]
    assert paper.fields["journal"] == "arXiv preprint arXiv:2304.01406"
    assert book.fields["note"] == f"Version {CITATION.version}"
    assert book.fields["year"] == CITATION.date[:4]
    assert str(book.persons["author"][0]) == f"{{{CITATION.data['authors'][0]['name']}}}"


def test_the_first_page_says_how_to_cite():
    page = (ROOT / "book/index.md").read_text()
    assert f"```bibtex\n{CITATION.bibtex()}\n```" in page, "python -m tools.citation prints what belongs there"


def test_a_citation_without_its_paper_is_noticed():
    with pytest.raises(StopIteration):
        Citation({"references": [{"type": "software"}]}).bibtex()
