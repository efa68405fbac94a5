"""What a running sweep says: which cell is done, how fast it goes, how long it will take."""

import time
from collections.abc import Callable, Iterable, Mapping

from fa_lib.sweep import estimate
from fa_lib.sweep.cells import Cell
from fa_lib.sweep.labels import condition, labels


class Progress:
    """Counts a sweep's cells and says a line for each.

    Args:
        cells: the whole sweep.
        found: its cells that were finished before, with the attributes of their files.
        say: gets the lines.
        clock: gives seconds.
    """

    def __init__(
        self,
        cells: Iterable[Cell],
        found: Mapping[Cell, Mapping],
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ):
        self.cells, self.found, self.say, self.clock = list(cells), dict(found), say, clock
        self.left = [cell for cell in self.cells if cell not in self.found]
        self.names = labels(self.cells)
        self.start, self.now_finished, self.failed = clock(), 0, 0

    def name(self, cell: Cell) -> str:
        """The cell in words."""
        runs = f"run {cell.runs[0]}" if len(cell.runs) == 1 else f"runs {cell.runs[0]} to {cell.runs[-1]}"
        return f"{cell.task}: {self.names[condition(cell)]}, {runs}"

    def finished(self, cell: Cell, attributes: Mapping, workers: int) -> None:
        """A cell has its file: say so, with the rate and the time left."""
        self.found[cell] = attributes
        self.left.remove(cell)
        self.now_finished += 1
        self.say(
            f"{len(self.found)} of {len(self.cells)}: {self.name(cell)}, in "
            f"{estimate.span(float(attributes['seconds']))}; {self.outlook(workers)}"
        )

    def broken(self, cell: Cell, error: Exception) -> None:
        """A cell could not be computed."""
        self.left.remove(cell)
        self.failed += 1
        self.say(f"failed: {self.name(cell)} ({cell.name}): {error}")

    def waiting(self, workers: int) -> None:
        """Nothing has come for a while."""
        if workers == 0:
            self.say("waiting for workers: the scheduler has none")

    def outlook(self, workers: int) -> str:
        """Rate and time left."""
        hours = max(self.clock() - self.start, 1e-9) / 3600
        left = estimate.total(self.left, estimate.rates(self.found), workers)
        return f"{self.now_finished / hours:.3g} cells an hour, {estimate.span(left or 0)} left"

    def state(self) -> str:
        """What is safe and how to go on."""
        return (
            f"{len(self.found)} of {len(self.cells)} cells are finished and safe; the same command goes on from there"
        )
