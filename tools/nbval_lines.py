"""pytest plugin: for each notebook that fails under nbval, one line at the end that says where and why.

It names the first cell that failed: those after it mostly fail for want of what it should have made.
Used as -p tools.nbval_lines. The line travels with the report, so it works with pytest-xdist too.

A cell tagged nbval-last-digit-N, beside nbval-check-output, trains where rounding grows: each of its numbers may differ
by N in its last digit from the committed one. Its words may not. `make repeat` shows how far processors move it.

A verdict's record has six digits, of which the last differ from processor to processor; they are for the ledger. Its
text has the outcome and what was found in the digits that the page shows, and that is compared.
"""

import copy
import functools
import re
from collections.abc import Callable, Sequence
from itertools import zip_longest

import pytest
from nbformat import NotebookNode


def printed(outputs: Sequence[NotebookNode] | None, sanitise: Callable[[str], str]) -> list[str]:
    """What outputs say as text, line by line, without what nbval was told to leave out of the comparison."""
    texts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs or []]
    return [line for text in texts for line in sanitise(text).splitlines()]


LAST_DIGIT = re.compile(r"nbval-last-digit-([1-9]\d*)")
MINUS = re.compile(r"\u2212|&minus;")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def last_digits(cell: NotebookNode) -> int:
    """By how much a number of this cell's output may differ in its last digit; 0 if it has no such tag."""
    given = (LAST_DIGIT.fullmatch(tag) for tag in cell.metadata.get("tags", []))
    return next((int(match[1]) for match in given if match), 0)


def alike(committed: str, now: str, digits: int) -> bool:
    """Whether two texts have the same words, and numbers that differ by at most `digits` in the last digit.

    Blanks are not compared: a sign more moves a column. A number written with fewer or more decimals is another text.
    """
    if not digits:
        return committed == now
    committed, now = (MINUS.sub("-", text) for text in (committed, now))
    words = ("".join(NUMBER.sub("#", text).split()) for text in (committed, now))
    if len(set(words)) > 1:
        return False
    for pair in zip(NUMBER.findall(committed), NUMBER.findall(now), strict=True):
        decimals = {len(number.partition(".")[2]) for number in pair}
        left, right = (int(number.replace(".", "")) for number in pair)
        if len(decimals) > 1 or abs(left - right) > digits:
            return False
    return True


def forgiving(compare: Callable, digits: int, now: Sequence[NotebookNode], committed: Sequence[NotebookNode], *rest):
    """nbval's comparison, after texts that are alike were made the same."""
    now = copy.deepcopy(list(now))
    for one, other in zip(now, committed, strict=False):
        data = one.get("data", {})
        for new, old, key in ((one, other, "text"), *((data, other.get("data", {}), mime) for mime in data)):
            texts = new.get(key), old.get(key)
            if all(isinstance(text, str) for text in texts) and alike(texts[1], texts[0], digits):
                new[key] = texts[1]
    return compare(now, committed, *rest)


def _why(item, error) -> str:
    """The error that a cell raised, or the first line in which its output differs from the committed one."""
    traceback = getattr(error, "inner_traceback", None)
    raised = next((output for output in item.test_outputs or [] if output.output_type == "error"), None)
    if raised:
        return f"{raised.ename}: {raised.evalue}"
    texts = (printed(outputs, item.sanitize) for outputs in (item.cell.outputs, item.test_outputs))
    digits = last_digits(item.cell)
    for committed, computed in zip_longest(*texts, fillvalue="nothing"):
        if not alike(committed, computed, digits):
            return f"{error}: committed {committed!r}, now {computed!r}"
    return f"{error}: {traceback.strip().splitlines()[0]}" if traceback else str(error)


RECORD = "application/vnd.fa.claim+json"  # `fa_book.claims.verdict.MIME`, which a test compares


def pytest_itemcollected(item):
    """Leave verdicts' records out of the comparison of a notebook's cells; forgive last digits where a tag says so."""
    if hasattr(item, "cell_num") and RECORD not in item.parent.skip_compare:
        item.parent.skip_compare = (*item.parent.skip_compare, RECORD)
    if hasattr(item, "cell_num") and (digits := last_digits(item.cell)):
        item.compare_outputs = functools.partial(forgiving, item.compare_outputs, digits)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed and hasattr(item, "cell_num"):
        code = next((line for line in item.cell.source.splitlines() if line.strip()), "").strip()
        where = f"{item.path.name}: code cell {item.cell_num + 1} ({code})"
        report.sections.append(("nbval line", f"{where}: {_why(item, call.excinfo.value)}"))
    return report


def pytest_terminal_summary(terminalreporter):
    reports = [*terminalreporter.getreports("failed"), *terminalreporter.getreports("error")]
    first: dict[str, list[str]] = {}
    for report in reports:
        lines = [line for title, line in report.sections if title == "nbval line"]
        first.setdefault(report.nodeid.split("::")[0], []).extend(lines)
    for line, *others in filter(None, first.values()):
        more = f" (and {len(others)} cells after it)" if others else ""
        terminalreporter.write_line(f"error: {' '.join(line.split())}{more}", red=True)
