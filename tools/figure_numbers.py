"""Sphinx extension: the paper's figures keep the paper's numbers, all others are S1, S2, ... in order of appearance.

A figure named fig-2 is the paper's Fig. 2, wherever it stands in the book.
"""

import re


def renumber(numbers: dict[str, dict[str, dict[str, tuple]]]) -> None:
    """Change Sphinx's figure numbers in place: document to kind to figure's id to number."""
    own = 0
    for kinds in numbers.values():
        for name in kinds.get("figure", {}):
            paper = re.fullmatch(r"fig-(\d+)", name)
            own += not paper
            kinds["figure"][name] = (paper.group(1) if paper else f"S{own}",)


def setup(app) -> dict:
    # after Sphinx itself, which numbers at the same event
    app.connect("env-get-updated", lambda app, env: renumber(env.toc_fignumbers) or [], priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
