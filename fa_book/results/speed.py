"""The file that `make bench` writes, as a table: what decides first, what was measured after it."""

import re

from fa_book.tables import Table

END = re.compile(r"^(.*?)(?:\s+(met|MISSED))?$")
HEADS = ["work", "ratio", "bar", "met?", "ours", "against", "theirs"]


def table(text: str) -> Table:
    """The measured works of `results/speed.txt`; what it says in other lines is the note.

    Args:
        text: of the file: a line on the machine, an empty one, heads, then a work a line with two spaces or more
            between its cells (work, ours, against, theirs, ratio, and a bar and "met" or "MISSED" where there is one).

    Raises:
        ValueError: if no line holds a work.
    """
    first, *lines = [line for line in text.splitlines() if line.strip()]
    rows, notes = [], []
    for line in lines[1:]:
        said, met = END.match(line).groups()
        cells = re.split(r" {2,}", said.strip())
        if len(cells) not in (5, 6):
            notes.append(line.strip())
            continue
        work, ours, against, theirs, ratio, *bar = cells
        rows.append([work, ratio, bar[0] if bar else "", met.lower() if met else "", ours, against, theirs])
    if not rows:
        raise ValueError("no measured work in the text: run make bench, which writes results/speed.txt")
    meaning = "Ratio: theirs over ours where the bar is in x, else a cost, ours over theirs."
    return Table(HEADS, rows, first, f"{meaning} {'; '.join(notes)}.")
