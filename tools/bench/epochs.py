"""Milliseconds of an epoch, task by task and rule by rule.

For 1, 10 and 40 runs at once on one thread: milliseconds per epoch and run, first of the training steps alone, then
with all of an epoch's measures and the test set, what these cost against the steps, and the largest memory of the
process, torch's own included. MNIST is timed on one to eight batches, with a test set cut in proportion, and scaled to
an epoch, and with it what an epoch's measures cost at least: the memory is that of the cut, and the share of measures
is too high.
"""

import time
from collections.abc import Iterator

import numpy as np
import torch
import xarray

from fa_lib import BP, FA, NF, NFA, TF, information, tasks, training
from tools.bench.timing import apart, peak

TASKS = {task.__name__: task for task in (tasks.ib, tasks.ib_regression, tasks.clipped_polynomial, tasks.mnist,
                                          tasks.mnist_regression)}  # fmt: skip
RULES = (BP(), FA(), NFA(), NF(), TF())
COLUMNS = "{:<20}{:<6}{:>6}{:>14}{:>16}{:>18}{:>12}"


def cut(name: str, batches: int) -> tuple[tasks.Task, float]:
    """The task, for MNIST its first batches only, and how many times longer a whole epoch is."""
    if "mnist" not in name:
        return TASKS[name](), 1.0
    task = TASKS[name](samples=1, test_samples=1)
    samples = batches * task.batch
    return TASKS[name](samples=samples, test_samples=samples // 6), 60_000 / samples


def steps_alone(task: tasks.Task, rule, runs: int, budget: float) -> float:
    """Seconds of an epoch's training steps, the shortest of several."""
    model, batches = training.build(task, rule, runs=runs), training.batches(task)

    def epoch():
        for _ in training.train_epoch(model, batches):
            pass

    epoch()  # the first has Adam's state to make
    taken = []
    while sum(taken) < budget:
        start = time.process_time()
        epoch()
        taken.append(time.process_time() - start)
    return min(taken)


def with_measures(task: tasks.Task, rule, runs: int, epochs: int) -> float:
    """Seconds from one epoch's last step to the next's, the shortest of several."""
    clock = {"clock": lambda seen: torch.full((runs,), time.process_time(), dtype=torch.float64)}
    result = training.train(task, rule, runs=runs, epochs=epochs, record=clock, progress=False)
    return float(result["clock"][0].diff("epoch").min())


def binned_information(runs: int = 40, repeats: int = 20) -> float:
    """Seconds of one call of `information.binned` on runs x 3277 samples x 4 units, IBTask's size; the shortest."""
    random = np.random.default_rng(0)
    H = np.tanh(random.standard_normal((runs, 3277, 4), dtype=np.float32))
    y = np.eye(2)[random.integers(2, size=3277)]
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        information.binned(H, y)
        taken.append(time.process_time() - start)
    return min(taken)


def cell(name: str, rule, runs: int, quick: bool) -> tuple[float, float, float]:
    """Milliseconds of the steps and with measures, and MiB; in a process of its own the memory is this cell's."""
    torch.set_num_threads(1)
    task, scale = cut(name, batches={1: 8, 10: 3, 40: 1}[runs])
    alone = steps_alone(task, rule, runs, budget=0.05 if quick else 0.3)
    measured = with_measures(task, rule, runs, epochs=2 if scale > 1 else 6 if quick else 30)
    return 1000 * scale * alone / runs, 1000 * scale * measured / runs, peak()


def lines(names: list[str], quick: bool) -> Iterator[str]:
    """The table, line by line as it comes."""
    yield COLUMNS.format("task", "rule", "runs", "steps ms", "+ measures ms", "measures / steps", "memory MiB")
    # What a first use imports or reads is done here, once: a forked process starts from this one's memory.
    training.build(tasks.ib(), BP(), runs=1)
    xarray.Dataset(coords={"epoch": [0]})
    for name in names:
        cut(name, 1)
        for rule in RULES[:1] if quick else RULES:
            for runs in (1, 10) if quick else (1, 10, 40):
                alone, measured, memory = apart(cell, name, rule, runs, quick)
                times = f"{alone:.2f}", f"{measured:.2f}", f"{measured / alone - 1:.2f}"
                yield COLUMNS.format(name, type(rule).__name__, runs, *times, f"{memory:.0f}")
    yield f"binned information of 40 runs x 3277 samples x 4 units: {1000 * binned_information():.1f} ms"
