"""The README's examples do what their comments say."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)


@pytest.mark.parametrize(("code", "lines"), list(zip(EXAMPLES, (3, 1), strict=True)), ids=["train", "layer"])
def test_example_prints_its_comments(code, lines, capsys):
    expected = [line[2:] for line in code.splitlines() if line.startswith("# ")]
    assert len(expected) == lines
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == expected
