"""Lines about MNIST: an epoch per run, in blocks of runs, with all measures and the test set."""

from collections.abc import Iterator

from fa_lib import FA, TF, tasks
from tools.bench import limits
from tools.bench.epochs import with_measures
from tools.bench.plain import Plain
from tools.bench.small import stepper
from tools.bench.table import Line
from tools.bench.timing import interleaved
from tools.bench.usual import Usual

WHOLE = 60_000
BLOCKS = (1, 5, 10)  # runs trained at once


def cut(batches: int) -> tasks.Task:
    """The first batches of MNIST, and a test set cut in proportion."""
    return tasks.mnist(samples=64 * batches, test_samples=64 * batches // 6)


def epoch(quick: bool) -> Iterator[Line]:
    """An epoch per run and core, scaled from its first batches."""
    task = cut(6 if quick else 16)
    scale, blocks = WHOLE / len(task.x), BLOCKS[:2] if quick else BLOCKS

    def ours(runs):  # from the first epoch's last step to the second's, so that nothing but an epoch is scaled
        return lambda: with_measures(task, FA(), runs, epochs=2)

    sides = {str(runs): ours(runs) for runs in blocks}
    sides |= {"a": Usual(task, FA()).epoch, "b": Plain(task, FA()).epoch}
    taken = interleaved(sides | limits.sides(), 2 if quick else 5)
    numbers = len(task.x) * limits.step(task) + len(task.test_x) * limits.forward(task)
    limit = limits.seconds(taken, numbers, (len(task.x) + len(task.test_x)) * sum(task.widths))
    for runs in blocks:
        work = f"MNIST epoch per run, batch 64, {runs} run{'s' * (runs > 1)} at once"
        mine = scale * taken[str(runs)] / runs
        yield Line(work, mine, "(a) as usually written", scale * taken["a"], 5)
        yield Line(work, mine, "(b) well written", scale * taken["b"], 2)
        yield Line(work, mine, "limit", scale * limit, 4, at_least=False)


def target_feedback(quick: bool) -> Iterator[Line]:
    """Steps of target feedback with the K term against those of feedback alignment."""
    task, runs = cut(2), 5
    taken = interleaved({name: stepper(task, rule, runs) for name, rule in (("FA", FA()), ("TF", TF()))},
                        3 if quick else 15)  # fmt: skip
    yield Line(f"TF with the K term, step of {runs} runs on MNIST", taken["TF"] / 2, "FA", taken["FA"] / 2, 1.5,
               at_least=False)  # fmt: skip
