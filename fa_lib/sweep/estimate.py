"""How long a sweep will take, from its finished cells or from a few batches tried here, and what it says as it runs.

Time goes with epochs, and a block of runs costs less than its runs one by one. So seconds for an epoch are kept by kind
of cell: a task with a rule and a number of runs.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from statistics import fmean

from fa_lib.sweep.cells import Cell
from fa_lib.sweep.labels import in_words, labels
from fa_lib.sweep.registry import takes

Rates = dict[Cell, float]  # kind of cell to seconds for an epoch


def kind(cell: Cell) -> Cell:
    """The cell without what does not change its cost for an epoch."""
    runs = tuple(range(len(cell.runs)))
    return replace(cell, runs=runs, epochs=1, seed=0, scale=False, learn_decoder=True, learn_encoder=True)


def rates(found: Mapping[Cell, Mapping]) -> Rates:
    """Seconds for an epoch from finished cells: cell to the attributes of its result."""
    seconds = defaultdict(list)
    for cell, attributes in found.items():
        seconds[kind(cell)].append(float(attributes["seconds"]) / cell.epochs)
    return {one: fmean(several) for one, several in seconds.items()}


def expected(cell: Cell, known: Rates) -> float | None:
    """Seconds that a cell will take; where its kind is not known, as others of its task and size; None if none is."""
    if kind(cell) in known:
        return known[kind(cell)] * cell.epochs
    alike = [rate for one, rate in known.items() if (one.task, one.samples) == (cell.task, cell.samples)]
    return fmean(alike or known.values()) * cell.epochs if known else None


def total(cells: Iterable[Cell], known: Rates, workers: int) -> float | None:
    """Seconds until all cells are there: their sum shared among the workers, but no less than the longest."""
    each = [expected(cell, known) for cell in cells]
    return None if None in each else max(sum(each) / max(workers, 1), max(each, default=0.0))


def measure(cell: Cell) -> float:
    """Seconds for an epoch, by training on a little and on more and taking the difference, so that the start drops out.

    MNIST and its like are tried on ten and on thirty batches and scaled to all of them, other tasks on five and on
    twenty-five epochs.
    """
    if "samples" in takes(cell.task):
        task = cell.make_task()
        images, batch = len(task.x), task.batch or len(task.x)
        share = len(task.test_x) / images
        sizes = [min(batches * batch, images) for batches in (10, 30)]
        tried = [replace(cell, epochs=1, samples=size, test_samples=max(int(share * size), 1)) for size in sizes]
    else:
        images, sizes = 1, [5, 25]
        tried = [replace(cell, epochs=size) for size in sizes]

    def seconds(cell: Cell) -> float:
        start = time.perf_counter()
        cell.compute()
        return time.perf_counter() - start

    seconds(tried[0])  # a process's first training brings more with it
    few, more = map(seconds, tried)
    if more <= few or sizes[0] == sizes[1]:  # too little to be told from chance
        return more / sizes[1] * images
    each = (more - few) / (sizes[1] - sizes[0])
    return few + each * (images - sizes[0]) if images > 1 else each


def span(seconds: float) -> str:
    """Seconds as people say them: 40 s, 12 min, 3 h 20 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


class Progress:
    """Counts a sweep's cells, those found finished with the attributes of their files, and says a line for each."""

    def __init__(
        self,
        cells: list[Cell],
        found: Mapping[Cell, Mapping],
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ):
        self.cells, self.found, self.say, self.clock = cells, dict(found), say, clock
        self.left = [cell for cell in cells if cell not in found]
        self.names, self.start, self.before = labels(cells), clock(), len(found)

    def finished(self, cell: Cell, attributes: Mapping, workers: int) -> None:
        """A cell has its file: say so, with the rate and the time left."""
        self.found[cell] = attributes
        self.left.remove(cell)
        rate = (len(self.found) - self.before) / max(self.clock() - self.start, 1e-9) * 3600
        took, left = span(float(attributes["seconds"])), span(total(self.left, rates(self.found), workers) or 0)
        self.say(
            f"{len(self.found)} of {len(self.cells)}: {in_words(cell, self.names)}, in {took}; {rate:.3g} cells an "
            f"hour, {left} left"
        )

    def broken(self, cell: Cell, error: Exception) -> None:
        """A cell could not be computed."""
        self.left.remove(cell)
        self.say(f"failed: {in_words(cell, self.names)} ({cell.name}): {error}")

    def waiting(self, workers: int) -> None:
        """Nothing has come for a while."""
        if workers == 0:
            self.say("waiting for workers: the scheduler has none")

    def state(self) -> str:
        """What is safe and how to go on."""
        done = f"{len(self.found)} of {len(self.cells)}"
        return f"{done} cells are finished and safe; the same command goes on from there"
