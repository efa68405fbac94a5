"""Runs in blocks: a block is trained at once, in one cell."""

from collections.abc import Iterator


def blocks(runs: int, size: int) -> Iterator[range]:
    """Run numbers 0 to runs - 1 in blocks."""
    for start in range(0, runs, size):
        yield range(start, min(start + size, runs))
