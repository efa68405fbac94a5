"""Lines about the small networks: Fig. 1 as a whole, one step, target feedback, cost against runs and samples."""

import time
from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import nn

from fa_lib import BP, FA, TF, tasks, training
from tools.bench import limits
from tools.bench.plain import Plain
from tools.bench.table import Line
from tools.bench.timing import apart, interleaved, peak, together
from tools.bench.usual import Usual

RUNS, EPOCHS = 10, 1000
CONDITIONS = [(rule, learns) for learns in (True, False) for rule in (FA(), BP())]


def ours(conditions, epochs: int) -> None:
    """Train these conditions of Fig. 1."""
    for rule, learns in conditions:
        training.train(tasks.ib(), rule, runs=RUNS, epochs=epochs, learn_decoder=learns, progress=False)


def _half(conditions, epochs: int) -> tuple[float, float]:
    """Seconds of one of two processes, of the processor and on the clock."""
    torch.set_num_threads(1)
    ours(conditions, 2)
    start = time.process_time(), time.perf_counter()
    ours(conditions, epochs)
    return time.process_time() - start[0], time.perf_counter() - start[1]


def figure_one(quick: bool, full: bool = False) -> Iterator[Line]:
    """Fig. 1 with probe and information at every epoch, of which a share is run and scaled to 1000 epochs."""
    task = tasks.ib()
    mine, usual, plain = (5, 1, 3) if quick else (EPOCHS,) * 3 if full else (25, 3, 10)  # epochs a turn
    theirs = RUNS if full else 1  # runs of the references, one like the other

    def side(kind, epochs):
        networks = [kind(task, rule, run, learn_decoder=learns) for rule, learns in CONDITIONS for run in range(theirs)]
        return lambda: [network.epoch() for network in networks for _ in range(epochs)]

    sides = {"ours": lambda: ours(CONDITIONS, mine), "a": side(Usual, usual), "b": side(Plain, plain)}
    repeats = 2 if quick else 0 if full else 7
    taken = interleaved(sides, repeats)
    whole = taken["ours"] * EPOCHS / mine
    name = f"Fig. 1, 4 conditions x 10 runs x 1000 epochs{'' if full else ' (scaled)'}, one core"
    yield Line(name, whole, "(a) as usually written", taken["a"] * EPOCHS / usual * RUNS / theirs, 20)
    yield Line(name, whole, "(b) well written", taken["b"] * EPOCHS / plain * RUNS / theirs, 3)
    halves = [(_half, CONDITIONS[:2], mine), (_half, CONDITIONS[2:], mine)]
    taken = [max(times) * EPOCHS / mine for times in zip(*together(halves), strict=True)]
    yield Line("the same on 2 cores, the slower process's processor time", taken[0], "one core", whole)
    yield Line("the same on 2 cores, on the clock, other work in between", taken[1], "one core", whole)


def stepper(task, rule, runs: int, device: str = "cpu", encoder=None):
    """A function that takes an epoch's steps and measures nothing."""
    model = training.build(task, rule, runs=runs, device=device, encoder=encoder)
    batches = training.batches(task, device)

    def steps():
        for _ in training.train_epoch(model, batches):
            pass

    return steps


def anybodys_module(quick: bool) -> Iterator[Line]:
    """The same network as an `nn.Module` of one run that was given the run axis, against the hand-written one."""
    task, many = tasks.ib(), 3 if quick else 10

    def module() -> nn.Module:
        return nn.Sequential(nn.Linear(12, 8), nn.Tanh(), nn.Linear(8, 4), nn.Tanh())

    for runs in (1, 10, 40):
        steps = {kind: stepper(task, FA(), runs, encoder=kind) for kind in (None, module)}
        sides = {kind: (lambda step=step: [step() for _ in range(many)]) for kind, step in steps.items()}
        taken = interleaved(sides, 5 if quick else 25)
        work = f"one step of {runs} runs, any nn.Module with a run axis"
        yield Line(work, taken[module] / many, "hand-written", taken[None] / many, 1.5, at_least=False)


def one_step(quick: bool) -> Iterator[Line]:
    """A step of 40 runs against what its arithmetic takes, and target feedback against feedback alignment."""
    task, runs = tasks.ib(), 40
    many = 3 if quick else 10
    steps = {name: stepper(task, rule, runs) for name, rule in (("FA", FA()), ("TF", TF()))}
    sides = {name: (lambda step=step: [step() for _ in range(many)]) for name, step in steps.items()}
    taken = interleaved(sides | limits.sides(), 5 if quick else 25)
    numbers = runs * len(task.x)
    limit = limits.seconds(taken, numbers * limits.step(task), numbers * sum(task.widths))
    work = f"one step of {runs} runs of 12-8-4-2, {len(task.x)} samples"
    yield Line(work, taken["FA"] / many, "limit", limit, 4, at_least=False)
    yield Line(f"TF with the K term, step of {runs} runs of 12-8-4-2", taken["TF"] / many, "FA", taken["FA"] / many,
               1.5, at_least=False)  # fmt: skip


def epochs_of(task, runs: int, epochs: int):
    """A function that trains so many epochs with every measure."""
    return lambda: training.train(task, FA(), runs=runs, epochs=epochs, progress=False)


def growth(quick: bool) -> Iterator[Line]:
    """Cost of a run among many against one among few, and of a sample; measures included."""
    task, few = tasks.ib(), 4 if quick else 10
    counts = (1, 10) if quick else (1, 10, 100)
    taken = interleaved({str(n): epochs_of(task, n, few) for n in counts}, 2 if quick else 5)
    for small, large in pairwise(counts):
        yield Line(f"epoch of IBTask per run, {large} runs at once", taken[str(large)] / large / few,
                   f"{small} at once", taken[str(small)] / small / few, 1.05, at_least=False)  # fmt: skip
    many = (1, 4, 16)[: 2 if quick else 3]
    larger = {n: task.change(x=task.x.repeat(n, 1), y=task.y.repeat(n, 1)) for n in many}
    taken = interleaved({str(n): epochs_of(task, 10, few) for n, task in larger.items()}, 2 if quick else 5)
    for small, large in pairwise(larger):
        yield Line(f"epoch of 10 runs per 3277 samples, {large} x 3277 samples", taken[str(large)] / large / few,
                   f"{small} x 3277", taken[str(small)] / small / few, 1.05, at_least=False)  # fmt: skip


def memory(quick: bool) -> Iterator[str]:
    """Peak memory of a training with all measures."""
    for runs in (0, 1, 10) if quick else (0, 1, 10, 100):
        what = f"a training of {runs} run{'s' * (runs > 1)} of IBTask" if runs else "what is imported alone"
        yield f"peak memory of {what}: {apart(_peak, runs):.0f} MiB"


def _peak(runs: int) -> float:
    torch.set_num_threads(1)
    if runs:
        epochs_of(tasks.ib(), runs, 2)()
    return peak()
