"""Clocks: sides timed in turn, and work in processes of its own."""

import gc
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence

CLEAN = multiprocessing.get_context("forkserver")  # its processes start from an interpreter that has done nothing yet
CLEAN.set_forkserver_preload(["tools.bench.epochs", "tools.bench.hardware"])


def interleaved(sides: Mapping[str, Callable[[], object]], repeats: int, clock=time.process_time) -> dict[str, float]:
    """Seconds each side takes: all once to warm up, then all in turn so many times; medians. 0: once, without.

    Processor time is what other work on the machine disturbs least. Where several processes or threads work together
    the clock has to be `time.perf_counter`. A side that returns a float has timed itself. Python's garbage collector
    waits, as in timeit: it would charge whichever side has its turn for the heap of all the others.
    """
    for side in sides.values() if repeats else ():
        side()
    taken: dict[str, list[float]] = {name: [] for name in sides}
    gc.collect()
    gc.freeze()  # what there is so far costs no collection anything
    gc.disable()
    try:
        for _ in range(max(repeats, 1)):
            for name, side in sides.items():
                start = clock()
                own = side()
                taken[name].append(own if isinstance(own, float) else clock() - start)
            gc.collect()
    finally:
        gc.enable()
        gc.unfreeze()
    return {name: statistics.median(times) for name, times in taken.items()}


def peak() -> float:
    """Largest memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "linux" else 1024) / 1024


def apart(work: Callable, *arguments):
    """What work(*arguments) returns in a clean process of its own, so that its memory can be told apart."""
    return _answers([_start(work, arguments)])[0]


def together(jobs: Sequence[tuple]) -> list:
    """What several jobs (function, arguments ...) return that run at the same time, each in a process of its own."""
    return _answers([_start(work, arguments) for work, *arguments in jobs])


def _start(work: Callable, arguments: Sequence):
    ours, theirs = CLEAN.Pipe()
    process = CLEAN.Process(target=_send, args=(theirs, work, arguments))
    process.start()
    theirs.close()
    return process, ours


def _answers(started: Sequence[tuple]) -> list:
    answers = []
    for process, ours in started:
        try:
            answers.append(ours.recv())
        except EOFError:
            raise RuntimeError("a process of the benchmark ended without an answer; see its own message") from None
        process.join()
    return answers


def _send(pipe, work: Callable, arguments: Sequence) -> None:
    pipe.send(work(*arguments))
