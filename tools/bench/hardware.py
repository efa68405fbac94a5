"""Threads and GPUs: two processes of one thread against one process of two, and the same code on CUDA."""

import statistics
import time
from collections.abc import Iterator

import torch

from fa_lib import FA, tasks
from tools.bench.images import cut
from tools.bench.small import stepper
from tools.bench.table import Line
from tools.bench.timing import apart, interleaved, together

TASKS = {"IBTask": (tasks.ib, 40, 1), "MNIST": (lambda: cut(2), 10, 2)}  # task, runs, batches


def _wall(name: str, runs: int, threads: int, repeats: int) -> float:
    """Seconds of a step on the clock."""
    torch.set_num_threads(threads)
    make, _, batches = TASKS[name]
    return interleaved({"steps": stepper(make(), FA(), runs)}, repeats, time.perf_counter)["steps"] / batches


def threads(quick: bool) -> Iterator[Line]:
    """The same steps on two cores, both ways in turn, on the clock: other work on the machine tells here."""
    for name, (_, runs, _) in TASKS.items():
        repeats = 3 if quick else 40 if name == "IBTask" else 10
        two, one = [], []
        for _ in range(1 if quick else 3):
            two.append(max(together([(_wall, name, runs // 2, 1, repeats)] * 2)))
            one.append(apart(_wall, name, runs, 2, repeats))
        yield Line(f"step of {runs} runs on {name}, two processes of one thread", statistics.median(two),
                   "one process of two threads", statistics.median(one))  # fmt: skip


def cuda(quick: bool) -> Iterator[Line | str]:
    """Steps on the GPU against one core; a line that says so where there is none."""
    if not torch.cuda.is_available():
        yield "CUDA: none at hand, no ratio"
        return
    for name, (make, runs, batches) in TASKS.items():
        on = {device: stepper(make(), FA(), runs, device) for device in ("cpu", "cuda")}

        def steps(device, on=on):
            on[device]()
            torch.cuda.synchronize()

        taken = interleaved({d: lambda d=d: steps(d) for d in on}, 3 if quick else 20, time.perf_counter)
        yield Line(f"step of {runs} runs on {name}, {torch.cuda.get_device_name()}", taken["cuda"] / batches,
                   "one core", taken["cpu"] / batches)  # fmt: skip
