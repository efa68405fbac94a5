"""Ours beside theirs: one row a rule, with the difference and whether it is within both spreads."""

import html
import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from fa_book.published_numbers.sources import Row, Source
from fa_lib.statistics import interval


def agrees(row: Row, ours: Sequence[float]) -> bool:
    """Whether the means are apart by no more than twice the standard deviations of both together.

    A source without a spread has none here, so that ours alone must bridge the difference.
    """
    ours = np.asarray(ours, dtype=float)
    return bool(abs(ours.mean() - row.theirs) <= 2 * (ours.std(ddof=1) + (row.sd or 0.0)))


def rows(source: Source, ours: Mapping[str, Sequence[float]], seconds: Mapping[str, float]) -> list[list[str]]:
    """The cells of a source's table, as text.

    Args:
        source: with its rows.
        ours: rule to test accuracies in per cent, one a run; rules that the source lacks come after its own.
        seconds: rule to core seconds of those runs.
    """
    theirs = {row.rule: row for row in source.rows}
    found = []
    for rule in dict.fromkeys([*theirs, *ours]):
        row, values = theirs.get(rule), ours.get(rule)
        cells = [rule, "", "" if row is None else _spread(row), "", "", ""]
        if values is not None:
            mean, low, high = interval(values)
            cells[1] = f"{mean:.1f} [{low:.1f}, {high:.1f}]" if len(values) > 1 else f"{mean:.1f}"
            cells[5] = f"{seconds[rule]:.0f}" if rule in seconds else ""
            if row is not None and len(values) > 1:
                cells[3] = f"{mean - row.theirs:+.1f}".replace("-", "\u2212")
                cells[4] = ("yes" if agrees(row, values) else "no") if source.same else "not their network"
        else:
            cells[4] = f"not run: {(row and row.why) or source.why or 'no such rule here'}"
        found.append(cells)
    return found


def _spread(row: Row) -> str:
    return f"{row.theirs:g}" if row.sd is None else f"{row.theirs:g} ± {row.sd:g}"


HEADS = (
    "rule",
    "ours, % [95 % interval of the mean]",
    "theirs, %",
    "difference",
    "within both spreads",
    "core seconds",
)


def typeset(heads: Sequence[str], body: Sequence[Sequence[str]], caption: str) -> str:
    """An HTML table; the first cell of a row is its name."""
    head = "".join(f"<th scope='col'>{html.escape(text)}</th>" for text in heads)
    lines = "".join(
        f"<tr><th scope='row'>{html.escape(first)}</th>{''.join(f'<td>{_cell(text)}</td>' for text in rest)}</tr>"
        for first, *rest in body
    )
    return (
        f"<table class='fa-ledger'><caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{lines}</tbody></table>"
    )


def _cell(text: str) -> str:
    """A cell's text for a page: what stands between backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def beside(source: Source, ours: Mapping[str, Sequence[float]], seconds: Mapping[str, float]) -> str:
    """A source's table, ready to be shown."""
    return typeset(HEADS, rows(source, ours, seconds), f"{source.name}: {source.protocol}. Theirs: {source.where}.")


def empty(sources: Sequence[Source], done: Mapping[str, Collection[str]]) -> list[list[str]]:
    """What was not run of every source: name, protocol, their numbers of these rules, why, and the price of a rule.

    Args:
        sources: with their rows.
        done: source's name to the rules that were run.
    """
    found = []
    for source in sources:
        lacking = [row for row in source.rows if row.rule not in done.get(source.name, ())]
        if source.why:
            theirs = "; ".join(f"{row.rule} {_spread(row)}" for row in lacking) or "none is left"
            found.append([source.name, source.protocol, theirs, source.why, f"{source.seconds}"])
    return found
