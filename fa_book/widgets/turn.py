"""Widget: a signal turned away from the gradient, and told wrong labels: what H learns and what the decoder answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
import torch
import traitlets
import xarray as xr
from matplotlib.figure import Figure
from torch import Tensor

from fa_book.decide.label_corruption import Told
from fa_book.decide.measures import cosine
from fa_book.decide.rules import Own, Rotated
from fa_book.figures import COLOURS, curves
from fa_book.information import decoded_information
from fa_book.widgets.abreast import Abreast, place_parameters
from fa_book.widgets.base import Widget
from fa_book.widgets.ibtask import cloud, finished_runs, readouts, start, task, trained
from fa_book.widgets.mulberry import normal, uniform
from fa_lib import probes, training
from fa_lib.feedback import Centred, Rule
from fa_lib.record import Step

EPOCHS = 600  # as in the chapter
EVERY = 20  # epochs between points of the finished runs
RATE = 1e-3
YOURS, INTACT = "yours", "as it is"  # the signal as the reader sets it, and the same not turned and told the truth
CARRIERS = ("target", "error")
PRESETS = (  # the same in turn.js, as buttons; what a preset leaves out is as the widget comes
    {},
    {"angle": 90.0, "frozen": False},
    {"angle": 0.0, "share": 0.75},
    {"angle": 0.0, "share": 1.0},
)
COLUMNS = {"regression_accuracy": "readout of H, correct rate", "accuracy": "answers, correct rate"}
BITS = {"told": "H, read linearly", "signal_told": "the signal"}


class Turn(Widget):
    """The 12-8-4-2 network on all 4096 patterns of IBTask, taught by a signal that can be turned and told wrong labels.

    Beside it the same network from the same weights, whose signal is as it is. On a page it comes with finished runs of
    these settings and of three presets, and trains live when asked to. In Python `model` gives fa_lib networks with the
    very weights, turns and labels that the page draws; `curves` trains them.

    Args:
        angle: degrees by which every sample's signal is turned, 0 to 180.
        share: of labels that the signal hears wrongly or rightly by lot, 0 to 1; with two classes half of them are
            wrong. The decoder always learns from the true ones.
        carrier: what is sent through W_O before it is turned: the "target", without its mean, or the "error".
        frozen: freeze the decoder W_O, weights and bias.
        seed: seed of weights, turns and lots, 0 to 999.

    Raises:
        TraitError: for a value that is not among these.
    """

    module = "turn"
    angle = traitlets.Float(180.0, min=0.0, max=180.0).tag(sync=True, state=True)
    share = traitlets.Float(0.0, min=0.0, max=1.0).tag(sync=True, state=True)
    carrier = traitlets.Enum(CARRIERS, "target").tag(sync=True, state=True)
    frozen = traitlets.Enum((False, True), True).tag(sync=True, state=True)
    seed = traitlets.Int(10, min=0, max=999).tag(sync=True, state=True)
    finished = traitlets.List().tag(sync=True, data=True)  # filled when the page's HTML is made, for it takes seconds

    def draw(self) -> dict[str, Tensor]:
        """What turned.js draws from the seed: `start`, the network's 152 parameters, `J` (4, 4) and `heard` (4096,)."""
        u = uniform(self.seed + 2000, 7)
        i, j, k = (axis := normal(u[:6])) / np.linalg.norm(axis)
        # quaternions: every J there is, is the product with an imaginary one of length 1, from the left or the right
        side = 1 if u[6] < 0.5 else -1
        J = [[0, i, j, k], [-i, 0, side * k, -side * j], [-j, -side * k, 0, side * i], [-k, side * j, -side * i, 0]]
        lot, label = uniform(self.seed + 3000, 2 * 4096).reshape(4096, 2).T
        true = task(RATE).y[:, 1].numpy()
        heard = np.where(lot < self.share, label >= 0.5, true)
        return {"start": start(self.seed), "J": torch.tensor(np.array(J)), "heard": torch.tensor(heard).long()}

    def rule_of(self, name: str) -> Rule:
        """The signal as the reader sets it, or as it is: carried through W_O, told labels, turned."""
        drawn, plain = self.draw(), name == INTACT
        heard = task(RATE).y[:, 1].long() if plain else drawn["heard"]
        carried = Own(self.carrier) if self.carrier == "error" else Centred(Own(self.carrier))
        return Quarter(Heard(carried, labels=heard), angle=0.0 if plain else self.angle, J=drawn["J"][None])

    def model(self, *names: str) -> training.Model:
        """Networks, rules and optimizer with the drawn weights, one run for each of the named signals."""
        rule = Abreast(tuple(self.rule_of(name) for name in names))
        made = training.build(task(RATE), rule, runs=len(names), seed=self.seed, learn_decoder=not self.frozen)
        place_parameters(made, self.draw()["start"])
        return made

    def curves(self, epochs: int = EPOCHS, measure_every: int = EVERY) -> dict[str, xr.Dataset]:
        """Train with both signals.

        Args:
            epochs: full-batch steps.
            measure_every: measure before each so-many-th step, and after the last.

        Returns:
            For each signal a Dataset with dims (run, epoch), of one run: `loss`, `accuracy`, `regression_accuracy`;
            `told` and `signal_told`, bits that a linear readout of H and one of the signals' directions tell of the
            true label; `cosine`, of the signal with backpropagation's.
        """
        return _train(self._options(), epochs, measure_every)[0]

    def _options(self) -> tuple:
        return tuple((name, value) for name, value in self.state().items())

    def html(self) -> str:
        """The custom element, with finished runs of its own settings and of the presets."""
        default = {name: trait.default() for name, trait in self.traits(state=True).items()}
        self.finished = finished_runs(self.state(), default, PRESETS, _finished, EPOCHS)
        return super().html()

    def words(self) -> str:
        ends = {name: data.isel(run=0, epoch=-1) for name, data in self.curves(EPOCHS).items()}
        yours, plain = ends[YOURS], ends[INTACT]
        return (
            f"Curves over {EPOCHS} epochs under two signals that carry the {self.carrier} through W_O, which "
            f"{'is frozen' if self.frozen else 'learns'}: one turned by {self.angle:g} degrees, with "
            f"{self.share:.0%} of its labels drawn by lot, and one as it is. At the end a linear readout of H is right "
            f"in {float(yours.regression_accuracy):.2f} of the patterns, as it is in "
            f"{float(plain.regression_accuracy):.2f}; the decoder in {float(yours.accuracy):.2f}, as it is in "
            f"{float(plain.accuracy):.2f}. The signal tells {float(yours.signal_told):.2f} bits of the label and has a "
            f"cosine of {float(yours.cosine):.2f} with the gradient."
        )

    def picture(self) -> Figure:
        results, clouds, _ = _train(self._options(), EPOCHS, EVERY)
        figure = Figure(figsize=(7.2, 5.0), dpi=125, layout="constrained")
        (read, answered), (bits, plane) = figure.subplots(2, 2)
        looks = {YOURS: {"color": COLOURS["FA"], "linewidth": 3}, INTACT: {"color": COLOURS["BP"], "dashes": (5, 4)}}
        for name, look in looks.items():
            for axes, (column, title) in zip((read, answered), COLUMNS.items(), strict=True):
                curves(axes, results[name][column], label=f"signal: {name}", **look)
                axes.set(title=title, xlabel="epoch", xlim=(0, EPOCHS), ylim=(0, 1))
        for (column, label), dashes in zip(BITS.items(), (None, (2, 2)), strict=True):
            look = {"dashes": dashes} if dashes else {}
            curves(bits, results[YOURS][column], label=label, color=COLOURS["FA"], **look)
        bits.set(title="bits told of the label", xlabel="epoch", xlim=(0, EPOCHS), ylim=(-0.03, 1.03))
        bits.legend(loc="upper right")
        look = {"colour": COLOURS["FA"], "title": "H under your signal", "both": True, "legend": "lower left"}
        cloud(plane, *readouts(*clouds[YOURS][1:]), **look)
        figure.legend(*read.get_legend_handles_labels(), loc="outside lower center", ncols=2)
        return figure


@dataclass(frozen=True)
class Heard(Told):
    """A rule that is told given labels.

    Args:
        rule: the rule that is told.
        labels: numbers of classes, (sample,).
    """

    labels: Tensor | None = field(default=None, repr=False, compare=False)

    def target(self, y: Tensor) -> Tensor:
        """The given labels, one-hot, (sample, p)."""
        return torch.eye(y.shape[-1], dtype=y.dtype)[self.labels]


@dataclass(frozen=True)
class Quarter(Rotated):
    """A rule whose signal is turned with a given J, (run, m, m), instead of a drawn one."""

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> "Quarter":
        """The same with the rule inside drawn."""
        return replace(self, rule=self.rule.draw(p, m, runs=runs, seed=seed, device=device))


def told(seen: Step, linear: Tensor) -> np.ndarray:
    """Bits that the answers of a linear readout, (run, sample, p), tell of the true label, (run,)."""
    return decoded_information.told(linear.argmax(2), seen.y.argmax(1))


def signal_told(seen: Step, _: Tensor) -> np.ndarray:
    """The same for a linear readout of the signals' directions: their lengths differ by many orders of magnitude."""
    length = seen.signal.norm(dim=2, keepdim=True)
    return told(seen, probes.readout(seen.signal / torch.where(length > 0, length, 1.0), seen.y))


MEASURES = {"told": told, "signal_told": signal_told, "cosine": lambda seen, _: cosine(seen)}


@lru_cache(maxsize=16)
def _train(options: tuple, epochs: int, every: int):
    """Curves, clouds and parameters of both signals, as `trained` gives them: of words, picture and page."""
    model = Turn(**dict(options)).model(YOURS, INTACT)
    return trained(model, (YOURS, INTACT), epochs=epochs, every=every, more=MEASURES)


def _finished(settings: dict) -> tuple:
    return _train(tuple(settings.items()), EPOCHS, EVERY)
