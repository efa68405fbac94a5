"""A cell of a sweep: one training of a block of runs, and everything that determines its result.

A cell is named by what determines it, not by when or where it was computed: the same cell has the same name on every
machine, and a changed option is another cell.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import torch
import xarray as xr

from fa_book import published_networks
from fa_book.decide import label_corruption, measures, rules
from fa_lib import feedback, probes, tasks
from fa_lib.feedback import autoencoder, centred, coding_rate, init
from fa_lib.probes import layerwise
from fa_lib.training.loop import train

# Functions of fa_lib.tasks; "mnist_rows" is MNIST as rows of pixels, for fully connected networks.
TASKS = ("ib", "ib_regression", "mnist", "mnist_rows", "mnist_regression", "clipped_polynomial")
RULES = {
    rule.__name__: rule
    for rule in (
        feedback.BP, feedback.FA, feedback.NFA, feedback.NF, feedback.TF, feedback.OutputError, centred.Centred,
        feedback.Projection, feedback.SignSymmetry, feedback.KolenPollack,
        feedback.Direct, feedback.Chained, feedback.DFA, feedback.DRTP,
        init.Initial, coding_rate.RateReduction, autoencoder.Autoencoder,
        rules.Own, rules.Turned, rules.Signs, rules.MeanOnly, label_corruption.Told, label_corruption.Mixed,
    )
}  # fmt: skip
# Raise it when a change of the code changes results by more than rounding: all cells are then new ones.
EDITION = 1

# Recorded beside what `train` always measures, from an epoch's last batch: the factors, how far H spreads over the
# samples (mean over units of the standard deviation), and in how many directions.
RECORD = {
    "gamma": lambda seen: seen.gamma,  # (run, layer)
    "spread": lambda seen: seen.H.std(1).mean(1),  # (run,)
    "rank": lambda seen: probes.effective_rank(seen.H),  # (run,)
}
# Further measures, for cells that ask for a set of them by its name.
SETS = {"layers": layerwise.DIAGNOSTICS, "signal": measures.SIGNAL}
# Fields that a cell says only if it has them, so that the names of cells from before there were such fields stand.
LATER = ("widths", "optimizer", "nonlinearity", "record")


def describe(channel) -> dict:
    """A feedback channel as JSON takes it: its rule and all its options, defaults spelled out.

    Raises:
        ValueError: for something that is no channel of `fa_lib`, or one with given matrices.
    """
    rule = type(channel).__name__
    if RULES.get(rule) is not type(channel):
        raise ValueError(f"feedback must be one of {', '.join(RULES)}, got {channel!r}")
    options = {}
    for field in dataclasses.fields(channel):
        value = getattr(channel, field.name)
        if field.name == "channel":
            value = describe(value)
        elif not field.compare:  # matrices and generators, drawn from the seed
            if value is not None and len(value):
                raise ValueError(f"{rule} must draw its own {field.name} in a sweep, got one that is given")
            continue
        options[field.name] = list(value) if isinstance(value, tuple) else value
    return {"rule": rule} | options


def channel(options: Mapping):
    """The feedback channel of a description; what is not said is the rule's default.

    Raises:
        ValueError: for an unknown rule, an unknown option or a value that the rule refuses.
    """
    options = dict(options)
    rule = options.pop("rule", None)
    if rule not in RULES:
        raise ValueError(f"rule must be one of {', '.join(RULES)}, got {rule!r}")
    known = [field.name for field in dataclasses.fields(RULES[rule]) if field.compare]
    if unknown := sorted(options.keys() - set(known)):
        raise ValueError(f"{rule} has no option {', '.join(unknown)}; it has {', '.join(known) or 'none'}")
    if isinstance(options.get("channel"), Mapping):
        options["channel"] = channel(options["channel"])
    if isinstance(options.get("layers"), list):
        options["layers"] = tuple(options["layers"])
    return RULES[rule](**options)


@dataclass(frozen=True)
class Cell:
    """One training of a block of runs.

    Args:
        task: name of a function of `fa_lib.tasks`.
        feedback: a channel of `fa_lib.feedback`.
        runs: numbers of the runs of this block. Run r is the same run in any block, to rounding.
        epochs: passes over the training set.
        seed, learn_decoder, learn_encoder, scale, every, bin_size, device: as in `training.train`; the seed also splits
            or draws the task's data where that is random.
        lr, batch: another learning rate or batch size than the task's; its own if None.
        samples, test_samples: only the first so many images of MNIST; all if None.
        widths, optimizer, nonlinearity: others than the task's; its own if None. "mnist_rows" has no widths of its own.
        record: name of a set of further measures, such as "layers" for rules of several layers.

    Raises:
        ValueError: for an unknown task, feedback or set, samples of a task that has no images, or a task without
            widths. The rest is refused by `train` when the cell is computed.
    """

    task: str
    feedback: object
    runs: tuple[int, ...]
    epochs: int
    seed: int = 0
    learn_decoder: bool = True
    learn_encoder: bool = True
    scale: bool = False
    every: int = 1
    bin_size: float = 0.1
    lr: float | None = None
    batch: int | None = None
    samples: int | None = None
    test_samples: int | None = None
    device: str = "cpu"
    widths: tuple[int, ...] | None = None
    optimizer: str | None = None
    nonlinearity: str | None = None
    record: str | None = None

    def __post_init__(self):
        if self.task not in TASKS:
            raise ValueError(f"task must be one of {', '.join(TASKS)}, got {self.task!r}")
        if not self.task.startswith("mnist") and (self.samples or self.test_samples):
            raise ValueError(f"samples are for mnist and mnist_regression, {self.task} has always all of its own")
        if self.record is not None and self.record not in SETS:
            raise ValueError(f"record must be one of {', '.join(SETS)}, got {self.record!r}")
        if self.task == "mnist_rows" and not self.widths:
            raise ValueError("mnist_rows needs widths, the units of every hidden layer, such as [240, 240]")
        object.__setattr__(self, "runs", tuple(int(run) for run in self.runs))
        if self.widths is not None:
            object.__setattr__(self, "widths", tuple(self.widths))
        describe(self.feedback)

    def options(self) -> dict:
        """All that determines the result, as JSON takes it."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        values = {name: value for name, value in values.items() if name not in LATER or value is not None}
        if self.widths is not None:
            values["widths"] = list(self.widths)
        return values | {"feedback": describe(self.feedback), "runs": list(self.runs), "edition": EDITION}

    def text(self) -> str:
        """The options as one line, the same for the same cell."""
        return json.dumps(self.options(), sort_keys=True)

    @property
    def name(self) -> str:
        """Name of the cell's file: to be read by people, and a hash of the options."""
        digest = hashlib.sha256(self.text().encode()).hexdigest()[:16]
        rule = type(self.feedback).__name__
        return f"{self.task}-{rule}-runs{self.runs[0]}to{self.runs[-1]}-{digest}.nc"

    def make_task(self) -> tasks.Task:
        """The task with this cell's protocol."""
        names = ("lr", "batch", "widths", "optimizer", "nonlinearity")
        protocol = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        if self.task == "mnist_rows":
            return published_networks.fully_connected(tasks.mnist(self.samples, self.test_samples), **protocol)
        if self.task.startswith("mnist"):
            return replace(getattr(tasks, self.task)(self.samples, self.test_samples), **protocol)
        return replace(getattr(tasks, self.task)(self.seed), **protocol)

    def compute(self) -> xr.Dataset:
        """Train, on one thread: more of them are slower on networks this small, and more cells run at once."""
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            return train(
                self.make_task(), self.feedback, runs=self.runs, epochs=self.epochs, seed=self.seed,
                learn_decoder=self.learn_decoder, learn_encoder=self.learn_encoder, scale=self.scale, every=self.every,
                bin_size=self.bin_size, record=RECORD | SETS.get(self.record, {}), device=self.device, progress=False,
            )  # fmt: skip
        finally:
            torch.set_num_threads(threads)


def from_options(options: Mapping) -> Cell:
    """The cell of what `Cell.options` gave.

    Raises:
        ValueError: for options of another edition or that do not make a cell.
    """
    options = dict(options)
    edition = options.pop("edition", EDITION)
    if edition != EDITION:
        raise ValueError(f"the cell is of edition {edition} of the code, this is edition {EDITION}: compute it anew")
    return Cell(**options | {"feedback": channel(options["feedback"]), "runs": tuple(options["runs"])})


def blocks(runs: int, size: int) -> Iterator[range]:
    """Run numbers 0 to runs - 1 in blocks."""
    for start in range(0, runs, size):
        yield range(start, min(start + size, runs))
