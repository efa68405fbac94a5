"""pytest plugin: for each notebook that fails under nbval, one line at the end that says where and why.

It names the first cell that failed: those after it mostly fail for want of what it should have made.
Used as -p tools.nbval_lines. The line travels with the report, so it works with pytest-xdist too.

A verdict's record has six digits, of which the last differ from processor to processor; they are for the ledger. Its
text has the outcome and what was found in the digits that the page shows, and that is compared.
"""

from collections.abc import Callable, Sequence
from itertools import zip_longest

import pytest
from nbformat import NotebookNode


def printed(outputs: Sequence[NotebookNode] | None, sanitise: Callable[[str], str]) -> list[str]:
    """What outputs say as text, line by line, without what nbval was told to leave out of the comparison."""
    texts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs or []]
    return sanitise("".join(texts)).splitlines()


def _why(item, error) -> str:
    """The error that a cell raised, or the first line in which its output differs from the committed one."""
    traceback = getattr(error, "inner_traceback", None)
    raised = next((output for output in item.test_outputs or [] if output.output_type == "error"), None)
    if raised:
        return f"{raised.ename}: {raised.evalue}"
    texts = (printed(outputs, item.sanitize) for outputs in (item.cell.outputs, item.test_outputs))
    for committed, computed in zip_longest(*texts):
        if committed != computed:
            return f"{error}: committed {committed!r}, now {computed!r}"
    return f"{error}: {traceback.strip().splitlines()[0]}" if traceback else str(error)


RECORD = "application/vnd.fa.claim+json"  # `fa_book.claims.verdict.MIME`, which a test compares


def pytest_itemcollected(item):
    """Leave the records of verdicts out of the comparison of a notebook's cells."""
    if hasattr(item, "cell_num") and RECORD not in item.parent.skip_compare:
        item.parent.skip_compare = (*item.parent.skip_compare, RECORD)


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
