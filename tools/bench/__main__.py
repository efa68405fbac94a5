"""python -m tools.bench [--quick | --full] [--only SECTION ...] [--task NAME ...]: print the tables.

Times are processor time of one thread, except where two processes or threads work together. --quick takes a few
repeats of everything and leaves out blocks of 10 runs on MNIST and 100 runs on IBTask; --full runs all of
Fig. 1 and of its references, which takes an hour.
"""

import argparse
import os
import time
from collections.abc import Iterator

import torch
from threadpoolctl import threadpool_limits

from tools.bench import epochs, hardware, idealised, images, small
from tools.bench.table import Line, heading, summary

SECTIONS = {
    "fig1": small.figure_one,
    "step": small.one_step,
    "module": small.anybodys_module,
    "mnist": images.epoch,
    "tf": images.target_feedback,
    "dynamics": idealised.curves,
    "growth": small.growth,
    "memory": small.memory,
    "threads": hardware.threads,
    "cuda": hardware.cuda,
}


def table(names: list[str], quick: bool, full: bool) -> Iterator[str]:
    """The sections asked for, line by line as they come, and what is met."""
    found: list[Line] = []
    yield heading()
    for name in names:
        options = {"full": True} if full and name == "fig1" else {}
        for line in SECTIONS[name](quick, **options):
            if isinstance(line, Line):
                found.append(line)
            yield str(line)
    yield from summary(found)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description="how fast, against references")
    parser.add_argument("--quick", action="store_true", help="few repeats, less than a minute")
    parser.add_argument("--full", action="store_true", help="all of Fig. 1 instead of a share of it")
    parser.add_argument("--only", action="append", choices=[*SECTIONS, "epochs"], help="this section; may be repeated")
    parser.add_argument("--task", action="append", choices=list(epochs.TASKS), help="for epochs: this task only")
    arguments = parser.parse_args()
    start = time.perf_counter()
    torch.set_num_threads(1)
    wanted = arguments.only or [*SECTIONS, "epochs"]
    with threadpool_limits(1):
        if names := [name for name in wanted if name in SECTIONS]:
            for line in table(names, arguments.quick, arguments.full):
                print(line, flush=True)
        if "epochs" in wanted:
            print("\nmilliseconds of processor time per epoch and run, by task and rule", flush=True)
            tasks = list(epochs.TASKS)[:4:3] if arguments.quick else list(epochs.TASKS)
            for line in epochs.lines(arguments.task or tasks, arguments.quick):
                print(line, flush=True)
    load = f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"torch {torch.__version__}, {load}, {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
