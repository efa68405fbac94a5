"""A table says the same typeset and as text: all rows, all digits, what ± means."""

import re

import numpy as np
import pytest
import xarray as xr
from bs4 import BeautifulSoup

from fa_book import figures, tables
from fa_book.claims.evidence import Check
from fa_book.claims.verdict import Claim, Verdict
from fa_book.tables import Table

NUMBERS = re.compile(r"\d+(?:\.\d+)?")


@pytest.fixture
def table():
    rows = [["FA, W_O frozen", 0, "0.50 ± 0.04"], ["FA, W_O frozen", 999, "-0.56 ± 0.32"], ["BP", 0, ""]]
    return Table(["", "epoch", "change <= 1"], rows, "Change (bits)", "Mean ± standard deviation over 10 runs.")


@pytest.fixture
def shown(monkeypatch):
    """What is displayed."""
    found = []
    monkeypatch.setattr(tables, "display", found.append)
    return found


def test_both_forms_have_the_same_digits(table):
    typeset, text = (table._repr_mimebundle_()[kind] for kind in ("text/html", "text/plain"))
    assert sorted(NUMBERS.findall(tables.plain(typeset))) == sorted(NUMBERS.findall(text))
    assert "-0.56 ± 0.32" in text
    assert "-0.56 ± 0.32" in tables.plain(typeset)
    assert "Mean ± standard deviation over 10 runs." in text


def test_the_page_has_heads_and_names_of_rows(table):
    page = BeautifulSoup(table.html(), "html.parser")
    assert page.caption.get_text().startswith("Change (bits)")
    assert [head["scope"] for head in page.select("thead th")] == ["col"] * 3
    rows = page.select("tbody tr")
    assert [len(row.find_all("td")) for row in rows] == [2, 2, 2]
    name = rows[0].th
    assert (name["rowspan"], name["scope"], str(name.sub)) == ("2", "rowgroup", "<sub>O</sub>")
    assert rows[1].th is None
    assert rows[2].th["scope"] == "row"


def test_numbers_stand_to_the_right_words_to_the_left(table):
    assert table.numeric == [False, True, True]
    page = BeautifulSoup(table.html(), "html.parser")
    assert len(page.select("td.number")) == 6
    kinds = ["0.1", "-0.035 [-0.045, -0.026]", "median 0.02", "22 of 100 [0.143, 0.314]", "0.88 (0.87 to 0.9)", "3 %"]
    for cell, right in zip(kinds, (True, True, False, True, True, True), strict=True):
        assert Table(["a", "b"], [["x", cell]], "").numeric == [False, right]


def test_a_column_of_text_lines_up(table):
    lines = str(table).splitlines()
    assert lines[0] == "Change (bits)"
    assert lines[2].index("0.50") == lines[3].index("0.56")  # to the right, where the minus has its place before
    assert lines[2].startswith("FA, W_O frozen      0")


def test_words_are_escaped():
    assert "<b>" not in Table(["a"], [["<b>x</b>"]], "1 < 2").html()


def test_a_short_row_is_refused():
    with pytest.raises(ValueError, match="1 cells, the table 2 heads"):
        Table(["a", "b"], [["only one"]], "")


def test_the_note_says_what_the_spread_is_of():
    assert tables.over([10, 10]) == "Mean ± standard deviation over 10 runs."
    assert tables.over([8, 20], more="epoch 999") == "Mean ± standard deviation over 8 to 20 runs; epoch 999."
    assert tables.over([1]).endswith("over 1 run.")
    assert tables.spread([1.0, 3.0]) == "2.00 ± 1.00"
    assert tables.spread([-0.001, 0.001], 2, sign="+") == "0.00 ± 0.00"


def test_a_figures_table_is_of_its_datasets(shown):
    values = np.array([[0.0, 1.0], [0.0, 3.0]])
    data = xr.Dataset({"loss": (("run", "epoch"), values)}, coords={"epoch": [0, 40]})
    other = data.assign(angle=data.loss)
    figures.table({"FA": data, "BP": other}, ["loss", "angle"], at=(0, -1), caption="Two rules")
    figures.table({"FA": data}, ["loss"], digits=1)
    both, last = shown
    assert both.cells == [
        ["FA", "0", "0.00 ± 0.00", ""],
        ["FA", "40", "2.00 ± 1.00", ""],
        ["BP", "0", "0.00 ± 0.00", "0.00 ± 0.00"],
        ["BP", "40", "2.00 ± 1.00", "2.00 ± 1.00"],
    ]
    assert both.heads == ["", "epoch", "loss", "angle (degrees)"]
    assert both.note == "Mean ± standard deviation over 2 runs."
    assert last.cells == [["FA", "2.0 ± 1.0"]]
    assert last.note.endswith("epoch 40.")  # one epoch for all needs no column


def test_verdicts_have_a_row_for_each_check(shown):
    claim = Claim("C0", "", "something", "", lambda: [])
    check = Check("at least 0.05", "0.1 [0.0, 0.2]", None, *[None] * (len(Check._fields) - 3))
    tables.verdicts({"another seed": Verdict(claim, "undecided", [check])}, "The same")
    assert shown[0].cells == [["another seed", "C0", "undecided", "at least 0.05", "0.1 [0.0, 0.2]"]]
