"""The page on the checks names every step of make test, and only files that are there."""

import re

from tools.book import ROOT
from tools.check import STEPS

PAGE = (ROOT / "book/checks.md").read_text()
CODE = re.compile(r"`([^`\n]+)`")


def test_every_step_is_on_the_page_and_no_other():
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \| [^|]+ \|$", PAGE.split("## Five decisions")[0], re.MULTILINE)
    named = {name for row in rows[1:] for name in CODE.findall(row)}
    assert named - {"make test"} == {step.check.__name__ for step in STEPS}


def test_every_file_on_the_page_is_there():
    rows = re.findall(r"^\| ([^|]+) \|", PAGE.split("## Parts to take away")[1], re.MULTILINE)
    folder, seen = ROOT, 0
    for name in (name for row in rows for name in CODE.findall(row)):
        folder = ROOT / name.rpartition("/")[0] if "/" in name else folder  # a bare name lies where the last one did
        assert (ROOT / name if "/" in name else folder / name).exists(), name
        seen += 1
    assert seen > 15
