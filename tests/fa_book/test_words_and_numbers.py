"""Where a page says a number in words, or in a picture's alternative text, the results say the same."""

import json
import re
from functools import cache

import numpy as np
import pytest

from fa_book.before_you_start import hero
from fa_book.decide.plan import published
from tools.book import ROOT

RECORD = "application/papermill.record/text/plain"
SHARES = (  # page, its words, the share that they mean, how far it may be off, the chapter and number behind it
    ("index", "two runs in five end well above chance", 2 / 5, 0.05, "claims", "found-C2b", "others"),
    ("alignment", "is true of about half of the runs", 1 / 2, 0.05, "alignment", "frozen-failed", ""),
    ("alignment", "one run in a hundred stays near chance", 1 / 100, 0.005, "gamma", "gamma-fa-stuck-off", ""),
    ("embedding", "in about half of the draws", 1 / 2, 0.05, "embedding", "embedding-above", "of embedding-draws"),
    ("embedding", "falls at every step in every draw", 1, 0, "embedding", "embedding-falling", "of embedding-draws"),
    ("encoder-decoder", "In one run of ten it needs such a decoder", 1 / 10, 0.03, "encoder-decoder",
     "encoder-decoder-lost", ""),
    ("encoder-decoder", "in nine runs of ten an encoder", 9 / 10, 0.03, "encoder-decoder", "encoder-decoder-lost",
     "others"),
)  # fmt: skip


@cache
def glued(chapter: str) -> dict[str, str]:
    """Name to text of what a chapter's notebook has glued."""
    cells = json.loads((ROOT / f"book/{chapter}.ipynb").read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    named = [
        (output.get("metadata", {}).get("scrapbook", {}).get("name"), output.get("data", {})) for output in outputs
    ]
    return {name: "".join(data[RECORD]).strip("'") for name, data in named if name and RECORD in data}


def found(chapter: str, name: str, how: str) -> float:
    """The share behind a name such as "49 of 100"; of the others, or of another number's, if `how` says so."""
    values = glued(chapter)
    text = f"{values[name]} of {values[how[3:]]}" if how.startswith("of ") else values[name]
    number, total = map(int, re.match(r"(\d+) of (\d+)", text).groups())
    return 1 - number / total if how == "others" else number / total


@pytest.mark.parametrize("case", SHARES, ids=lambda case: f"{case[0]}: {case[1]}")
def test_shares_in_words(case):
    page, words, share, off, *source = case
    text = " ".join((ROOT / f"book/{page}.md").read_text(encoding="utf-8").split())
    assert words in text, "the page says it otherwise: change this list with it"
    assert abs(found(*source) - share) <= off


@pytest.mark.parametrize("page", ["index", "before-you-start"])
def test_the_first_picture_is_told_as_it_is(page):
    text = " ".join((ROOT / f"book/{page}.md").read_text(encoding="utf-8").split())
    told = re.search(
        r"a linear readout is right at about (?P<read>\d\.\d+)\."
        r".* are right at (?P<right>\d\.\d+) for the gradient only"
        r".* scatter from (?P<low>\d\.\d+) to (?P<high>\d\.\d+).* at (?P<against>\d\.\d+)\W",
        text[text.index("Six rows of dots") :].partition("Another sample")[0],
    )
    told = {name: float(value) for name, value in told.groupdict().items()}
    ends = hero.ends(published(ROOT / "book/results/decide.nc")["ib", False])
    names = [*ends]
    readouts = [ends[name]["regression_accuracy"].mean() for name in names[:4]]
    answers = np.concatenate([ends[name]["accuracy"] for name in names[1:3]])
    truth = {"right": ends[names[0]]["accuracy"].mean(), "against": ends[names[3]]["accuracy"].mean()}
    truth |= {"low": answers.min(), "high": answers.max()}
    np.testing.assert_allclose(readouts, told["read"], atol=0.015)
    for name, value in truth.items():
        assert abs(value - told[name]) <= 0.015, name
