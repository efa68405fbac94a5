"""A chapter that uses a term of the glossary prominently links it, once, where its running text first uses it."""

import re

import pytest
from terms import WORDS, Text

from tools.book import ROOT, Book

BOOK = Book()
GLOSSARY = (ROOT / "book/glossary.md").read_text(encoding="utf-8").partition("```{glossary}\n")[2].partition("\n```")[0]
CHAPTERS = [name for name in BOOK.chapters() if not name.startswith("howto")]


def faults(page: str) -> list[str]:
    """What is wrong with a page's links to the glossary."""
    text, found = Text(page), []
    links = text.links()
    for term, (words, least) in WORDS.items():
        uses, linked = text.uses(words), links.get(term, [])
        if len(linked) > 1:
            found.append(f"{term} is linked {len(linked)} times")
        elif not linked and len(uses) >= least:
            found.append(f"{term} is used {len(uses)} times and not linked")
        elif linked and uses and uses[0][0] < linked[0]:
            found.append(f"{term} is used before its link: {page[max(0, uses[0][0] - 20) : uses[0][1] + 20]!r}")
    return found


@pytest.mark.parametrize("name", CHAPTERS)
def test_terms_are_linked_from_their_first_use(name):
    assert faults(BOOK.text(name).read_text(encoding="utf-8")) == []


def test_words_are_looked_for_in_running_text_only():
    hidden = (
        "# null\n\n:::{div} opener\nnull\n:::\n\n| null |\n\n```{code-cell}\nnull\n```\n\n`null` {ref}`null` $null$\n"
    )
    assert faults(hidden) == []
    assert faults(f"{hidden}\nA null. Nulls.\n") == ["null is used 2 times and not linked"]
    assert faults(f"{hidden}\nA {{term}}`null`. Nulls.\n") == []
    assert faults("Nulls and\n\n{term}`no <null>`") == ["null is used before its link: 'Nulls and\\n\\n{term}`no <nul'"]
    assert faults("{term}`null`, {term}`nulls <null>`") == ["null is linked 2 times"]
    assert faults("```{dropdown} Title\nsaturated\n```\n") == ["saturated is used 1 times and not linked"]
    assert faults("Text.\n\n## Exercises\n\nsaturated\n") == []


def test_only_terms_of_the_glossary_are_looked_for():
    terms = set(re.findall(r"^\S.*$", GLOSSARY, re.MULTILINE))
    assert len(terms) > 30
    assert set(WORDS) <= terms
