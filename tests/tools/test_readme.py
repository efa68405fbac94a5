"""The examples of the README and of the pages on the library do what their comments say."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = {"README.md": (3, 1, 1), "book/api.md": (1,), "book/use-it.md": (1,)}  # that each example prints
EXAMPLES = [
    pytest.param(code, lines, id=f"{file}-{number}")
    for file, counts in LINES.items()
    for number, (code, lines) in enumerate(
        zip(re.findall(r"```python\n(.*?)```", (ROOT / file).read_text(), re.S), counts, strict=True)
    )
]


@pytest.mark.parametrize(("code", "lines"), EXAMPLES)
def test_example_prints_its_comments(code, lines, capsys):
    expected = [line[2:] for line in code.splitlines() if line.startswith("# ")]
    assert len(expected) == lines
    exec(compile(code, "example", "exec"), {"__name__": __name__})
    assert capsys.readouterr().out.splitlines() == expected
