"""The README's example does what its comments say."""

import re
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def test_example_prints_its_comments(capsys):
    code = re.search(r"```python\n(.*?)```", README.read_text(), re.S).group(1)
    expected = [line[2:] for line in code.splitlines() if line.startswith("# ")]
    assert len(expected) == 3
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == expected
