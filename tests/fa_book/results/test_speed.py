"""The speed file as a table: every measured work is in it, what decides comes first."""

from pathlib import Path

import pytest

from fa_book.results import speed

FILES = sorted((Path(__file__).parents[3] / "book/results").glob("speed*.txt"))
TEXT = """make bench, torch 2, November 2026

work                ours  against            theirs    ratio  bar           met
one step        17.19 ms  limit            7.185 ms     2.39  <= 4 cost     met
an epoch         1.12 ms  1 at once        4.955 ms     0.23  <= 1.05 cost MISSED
on 2 cores      25.47 s   one core          47.37 s     1.86
peak memory of a training: 444 MiB
1 of 2 bars met
"""


def test_cells_bars_and_notes():
    table = speed.table(TEXT)
    assert table.cells == [
        ["one step", "2.39", "<= 4 cost", "met", "17.19 ms", "limit", "7.185 ms"],
        ["an epoch", "0.23", "<= 1.05 cost", "missed", "1.12 ms", "1 at once", "4.955 ms"],
        ["on 2 cores", "1.86", "", "", "25.47 s", "one core", "47.37 s"],
    ]
    assert table.caption == "make bench, torch 2, November 2026"
    assert table.note.endswith("peak memory of a training: 444 MiB; 1 of 2 bars met.")


def test_there_is_one_for_each_of_two_processors():
    machines = [path.read_text().partition("\n")[0] for path in FILES]
    assert [any(name in first for first in machines) for name in ("AMD", "Intel")] == [True, True]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_books_file_is_read_whole(path):
    text = path.read_text()
    table = speed.table(text)
    assert len(table.rows) + table.note.count(";") + 1 + 2 == len([line for line in text.splitlines() if line])
    assert {row[3] for row in table.cells} == {"met", "missed", ""}


def test_a_text_without_a_work_is_refused():
    with pytest.raises(ValueError, match="make bench"):
        speed.table("make bench\n\nwork ours\n")
