"""CITATION.cff is the one source on how to cite; this renders it: python -m tools.citation prints BibTeX."""

import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from tools.book import ROOT


def _names(authors: list[dict]) -> str:
    """Authors as BibTeX has them; the braces keep a group's name whole."""
    return " and ".join(
        f"{author['family-names']}, {author['given-names']}" if "family-names" in author else f"{{{author['name']}}}"
        for author in authors
    )


def _entry(kind: str, key: str, fields: dict[str, str]) -> str:
    lines = [f"  {name:<9} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"])


@dataclass(frozen=True)
class Citation:
    """What CITATION.cff says."""

    data: dict

    @classmethod
    def read(cls, path: Path = ROOT / "CITATION.cff") -> "Citation":
        return cls(yaml.safe_load(path.read_text(encoding="utf-8")))

    @property
    def date(self) -> str:
        return str(self.data["date-released"])

    @property
    def version(self) -> str:
        return str(self.data["version"])

    @property
    def paper(self) -> dict:
        """The paper that the book reproduces: the first article among the references."""
        return next(reference for reference in self.data["references"] if reference["type"] == "article")

    @property
    def authors(self) -> str:
        """The book's authors, as a sentence names them."""
        names = [
            f"{author['given-names']} {author['family-names']}" if "family-names" in author else author["name"]
            for author in self.data["authors"]
        ]
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

    def part(self, name: str) -> str:
        """How a part of the book, such as Fig. 2, is cited in a sentence; its address comes after it."""
        return f"{self.authors} ({self.date[:4]}). {self.data['title']}. Version {self.version}, {name}."

    def bibtex(self) -> str:
        """Two BibTeX entries, the paper and the book, without non-standard entry types."""
        paper = self.paper
        surname = paper["authors"][0]["family-names"].lower()
        number = next(item["value"] for item in paper["identifiers"] if item["value"].startswith("arXiv:"))
        first = {
            "author": _names(paper["authors"]),
            "title": f"{{{paper['title']}}}",
            "journal": f"arXiv preprint {number}",
            "year": str(paper["year"]),
            "url": paper["url"],
        }
        book = {
            "author": _names(self.data["authors"]),
            "title": f"{{{self.data['title']}}}",
            "year": self.date[:4],
            "note": f"Version {self.version}",
            "url": self.data["repository-code"],
        }
        return "\n\n".join([_entry("article", f"{surname}{paper['year']}", first), _entry("misc", "fabook", book)])


if __name__ == "__main__":
    sys.stdout.write(Citation.read().bibtex() + "\n")
