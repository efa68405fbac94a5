"""What a reader of the API pages sees of a docstring: on a small site, beside the functions that make it."""

import subprocess
import sys
from dataclasses import dataclass, field, fields

import pytest
from bs4 import BeautifulSoup

from tools.api_pages import raises, signature
from tools.book import ROOT

MODULE = '''
"""A module."""
from dataclasses import dataclass, field

@dataclass
class Thing:
    """A thing.

    Args:
        a, b: two numbers, of which the
            second is larger.
        c: another one.
        options: of the thing.

    Raises:
        ValueError: for a number that is none. FileNotFoundError: for a missing one.
        TypeError: else.
    """

    a: int
    b: int
    c: int
    options: dict = field(default_factory=dict)
    kept: "int" = 0
    """what is kept: nothing, or one"""

    @property
    def all(self) -> int:
        """All of it: the sum, say.

        Raises:
            KeyError: never.
        """
        return self.a
'''
CONF = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}, "."]
extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "tools.api_pages"]
napoleon_use_rtype = False
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("api")
    (folder / "thing.py").write_text(MODULE)
    (folder / "conf.py").write_text(CONF)
    (folder / "index.rst").write_text("Title\n=====\n\n.. automodule:: thing\n   :members:\n")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", ".", "site"]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return BeautifulSoup((folder / "site/index.html").read_text(), "html.parser")


def entries(page, heading):
    """The first list below a heading, as lines of text."""
    title = next(dt for dt in page.select("dl.field-list > dt") if dt.get_text().startswith(heading))
    return [" ".join(item.get_text().split()) for item in title.find_next("dd").select("li")]


def test_arguments_of_one_entry_share_it(page):
    assert entries(page, "Parameters") == [
        "a, b – two numbers, of which the second is larger.",  # noqa: RUF001
        "c – another one.",  # noqa: RUF001
        "options – of the thing.",  # noqa: RUF001
    ]


def test_every_exception_has_its_entry(page):
    assert [entry.split()[0] for entry in entries(page, "Raises")] == ["ValueError", "FileNotFoundError", "TypeError"]


def test_attributes_are_whole_and_factories_say_what_they_make(page):
    text = " ".join(page.get_text().split())
    assert "what is kept: nothing, or one" in text
    assert "All of it: the sum, say." in text
    assert "KeyError" in text
    assert "Type:" not in text
    assert "<factory>" not in text
    assert "options: dict = {}" in text


def test_only_raises_is_split():
    given = [
        "Says ValueError: a. KeyError: b.",
        "",
        "Raises:",
        "    ValueError: a. KeyError: b.",
        "Returns:",
        "    a. KeyError: b",
    ]
    assert raises(given) == [*given[:3], "    ValueError: a.", "    KeyError: b.", *given[4:]]


def test_a_factory_of_ones_own_is_named():
    @dataclass
    class Two:
        a: list = field(default_factory=list)
        b: object = field(default_factory=object)

    assert (
        signature("(a: list = <factory>, b: object = <factory>)", fields(Two)) == "(a: list = [], b: object = object())"
    )
