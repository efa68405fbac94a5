"""A cell of a sweep: one training of a block of runs, and everything that determines its result.

A cell is named by what determines it, not by when or where it was computed: the same cell has the same name on every
machine, and a changed option is another cell. Published results have these names, so that words which they contain
stand even where the code has others: `scale` and `every` of a cell, "channel" for the rule within a rule.
"""

import dataclasses
import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import torch
import xarray as xr

from fa_lib import check, feedback, probes, tasks
from fa_lib.feedback import ForLayers, Rule
from fa_lib.probes import layerwise
from fa_lib.sweep.registry import find, register, takes
from fa_lib.training import train


def mnist_rows(samples: int | None = None, test_samples: int | None = None) -> tasks.Task:
    """MNIST as rows of pixels, for fully connected networks."""
    return tasks.rows(tasks.mnist(samples, test_samples))


_MADE = (tasks.ib, tasks.ib_regression, tasks.mnist, mnist_rows, tasks.mnist_regression, tasks.clipped_polynomial)
register(
    __name__,
    rules=(
        feedback.BP, feedback.FA, feedback.NFA, feedback.NF, feedback.TF, feedback.OutputError, feedback.Centred,
        feedback.Projection, feedback.SignSymmetry, feedback.KolenPollack, feedback.Direct, feedback.Chained,
        feedback.DFA, feedback.DRTP, feedback.Initial,
    ),
    tasks={make.__name__: make for make in _MADE},
    measures={"layers": layerwise.DIAGNOSTICS},
)  # fmt: skip

# Raise it when a change of the code changes results by more than rounding: all cells are then new ones.
EDITION = 1
# Recorded beside what `train` always measures, from an epoch's last batch: the factors, how far H spreads over the
# samples (mean over units of the standard deviation), and in how many directions.
RECORD = {
    "gamma": lambda seen: seen.gamma,  # (run, layer)
    "spread": lambda seen: seen.H.std(1).mean(1),  # (run,)
    "rank": lambda seen: probes.effective_rank(seen.H),  # (run,)
}
# Fields that a cell says only if it has them, so that the names of cells from before there were such fields stand.
LATER = ("widths", "optimizer", "nonlinearity", "record")
PROTOCOL = ("lr", "batch", "widths", "optimizer", "nonlinearity")  # what takes the place of the task's own
INNER = "channel"  # the word for a wrapper's field `rule`, since "rule" says the class
# `train`'s attributes by the words of published results.
ATTRIBUTES = {"rule": "feedback", "learn_gain": "scale"}


def options_of(kind: type) -> dict[str, object]:
    """What a description of a rule of this class may say, and the types: all fields but drawn ones."""
    fields = (field for field in dataclasses.fields(kind) if field.compare)
    return {INNER if field.name == "rule" else field.name: field.type for field in fields}


def describe(rule: Rule | ForLayers) -> dict:
    """A rule as JSON takes it: its class's word and all its options, defaults spelled out.

    ValueError for something that is no registered rule, or one with given matrices.
    """
    if not isinstance(rule, Rule | ForLayers) or find("rule", rule.word()) is not type(rule):
        raise ValueError(f"feedback must be a rule that is registered, such as FA(), got {rule!r}")
    options = {}
    for field in dataclasses.fields(rule):
        value = getattr(rule, field.name)
        if field.compare:
            inner = field.name == "rule" or isinstance(value, Rule | ForLayers)
            value = describe(value) if inner else list(value) if isinstance(value, tuple) else value
            options[INNER if field.name == "rule" else field.name] = value
        elif value is not None and len(value):  # matrices and generators are drawn from the seed
            raise ValueError(f"{rule.word()} must draw its own {field.name} in a sweep, got one that is given")
    return {"rule": rule.word()} | options


def described(options: Mapping) -> Rule | ForLayers:
    """The rule of a description, options that are not said at their defaults; ValueError for what makes no rule."""
    kind = find("rule", options.get("rule"))
    known = options_of(kind)
    if unknown := sorted(options.keys() - {"rule", *known}):
        raise ValueError(f"{kind.word()} has no option {', '.join(unknown)}; it has {', '.join(known) or 'none'}")
    made = {"rule" if name == INNER else name: _value(value) for name, value in options.items() if name != "rule"}
    return kind(**made)


def _value(value):
    if isinstance(value, list):
        return tuple(map(_value, value))
    return described(value) if isinstance(value, Mapping) and "rule" in value else value


@dataclass(frozen=True)
class Cell:
    """One training of a block of runs.

    Args:
        task: a registered name: "ib", "ib_regression", "mnist", "mnist_rows" (as rows of pixels, for fully connected
            networks), "mnist_regression", "clipped_polynomial", or one's own.
        feedback: a registered rule, such as `FA()`.
        runs: numbers of the runs of this block, or how many. Run r is the same run in any block, to rounding.
        epochs: passes over the training set.
        seed, learn_decoder, learn_encoder, bin_size, device: as in `training.train`; the seed also splits or draws the
            task's data where that is random.
        scale, every: `learn_gain` and `measure_every` of `training.train`.
        lr, batch: another learning rate or batch size than the task's; its own if None.
        samples, test_samples: only the first so many images of MNIST; all if None.
        widths, optimizer, nonlinearity: others than the task's; its own if None.
        record: name of a registered set of further measures, such as "layers" for rules of several layers.

    Raises:
        ValueError: for an unknown task, rule or set, runs that are no numbers, or samples of a task that has no choice
            of them. The rest is refused by `train` when the cell is computed.
    """

    task: str
    feedback: Rule | ForLayers
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
        known = takes(self.task)
        if unused := [name for name in ("samples", "test_samples") if getattr(self, name) and name not in known]:
            raise ValueError(f"{unused[0]} are for mnist and its like, {self.task} has always all of its own")
        if self.record is not None:
            find("record", self.record)
        describe(self.feedback)
        object.__setattr__(self, "runs", tuple(check.run_numbers(self.runs)))
        if self.widths is not None:
            object.__setattr__(self, "widths", check.widths("widths", self.widths))

    def options(self) -> dict:
        """All that determines the result, as JSON takes it."""
        values = {name: value for name, value in vars(self).items() if name not in LATER or value is not None}
        return values | {"feedback": describe(self.feedback), "runs": list(self.runs), "edition": EDITION}

    def text(self) -> str:
        """The options as one line of JSON, the same for the same cell."""
        return json.dumps(self.options(), sort_keys=True)

    @property
    def name(self) -> str:
        """Name of the cell's file: to be read by people, and a hash of the options."""
        digest = hashlib.sha256(self.text().encode()).hexdigest()[:16]
        return f"{self.task}-{self.feedback.word()}-runs{self.runs[0]}to{self.runs[-1]}-{digest}.nc"

    def make_task(self) -> tasks.Task:
        """The task with this cell's protocol."""
        said = {name: value for name, value in vars(self).items() if value is not None}
        task = find("task", self.task)(**{name: said[name] for name in takes(self.task) & said.keys()})
        return task.change(**{name: said[name] for name in PROTOCOL if name in said})

    def compute(self) -> xr.Dataset:
        """Train, on one thread: more of them are slower on networks this small, and more cells run at once."""
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        record = RECORD | ({} if self.record is None else find("record", self.record))
        same = ("runs", "epochs", "seed", "learn_decoder", "learn_encoder", "bin_size", "device")
        options = {"learn_gain": self.scale, "measure_every": self.every} | {name: getattr(self, name) for name in same}
        began = time.process_time()
        try:
            data = train(self.make_task(), self.feedback, record=record, progress=False, **options)
        finally:
            torch.set_num_threads(threads)
        data = data.drop_vars("stuck")  # which says nothing that the losses do not
        data.attrs = {ATTRIBUTES.get(name, name): value for name, value in data.attrs.items()}
        return data.assign_attrs(core_seconds=round(time.process_time() - began, 2))  # whoever else used the machine


def from_options(options: Mapping) -> Cell:
    """The cell of what `Cell.options` gave; ValueError for options of another edition or that do not make a cell."""
    options = dict(options)
    edition = options.pop("edition", EDITION)
    if edition != EDITION:
        raise ValueError(f"the cell is of edition {edition} of the code, this is edition {EDITION}: compute it anew")
    return Cell(**options | {"feedback": described(options["feedback"]), "runs": tuple(options["runs"])})


def listed(cells: Iterable[Cell]) -> list[Cell]:
    """Cells as a list; ValueError for what is none, such as the name of a sweep."""
    cells = [cells] if isinstance(cells, str) or not isinstance(cells, Iterable) else list(cells)
    if others := [cell for cell in cells if not isinstance(cell, Cell)]:
        raise ValueError(f"a sweep is a list of cells, as `cells_of` gives it for a file, got {others[0]!r} in it")
    return cells


def blocks(runs: int, size: int) -> Iterator[range]:
    """Run numbers 0 to runs - 1 in blocks."""
    for start in range(0, runs, size):
        yield range(start, min(start + size, runs))
