"""IBTask with a hundred runs of every condition on which a claim of the paper rests, W_O learning and frozen.

Ten of the runs are trained again in the chapters. They are the first block here, so that the two are the same
computation. `make replicate` computes all of it with another seed, which is another split, too.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from fa_lib import check, probes
from fa_lib.feedback import BP, FA, NF, NFA, TF, OutputError
from fa_lib.feedback.base import Wrapper
from fa_lib.probes import saturation
from fa_lib.sweep import Cell, blocks, register

RUNS = 100
BLOCK = 10  # as many as the chapters train live
EVERY = 20  # epochs from one measure to the next
GAINS = (1, 3, 10)  # of the error at the entrance of NF: at 1 its tanh is nearly straight, at 10 it is a switch
SIGMAS = (1e-3, 0.07, 0.35, 0.7, 2.1)  # of NFA's noise; B's own standard deviation is sqrt(2 / m) = 0.71


@dataclass(frozen=True)
class Amplified(Wrapper):
    """A rule that is given the error times a factor. It matters where the rule bends what it is given, as NF does.

    Args:
        rule: the rule that carries it, such as `NF()`.
        gain: the factor.

    Raises:
        ValueError: for a factor that is not positive and finite.
    """

    gain: float = 1.0

    def __post_init__(self):
        super().__post_init__()
        check.positive("gain", self.gain)

    def __call__(self, error: Tensor, y: Tensor, **context) -> Tensor:
        """error (run, sample, p) to the gradient (run, sample, m)."""
        return self.rule(self.gain * error, y, **context)


@dataclass(frozen=True)
class PrintedTF(TF):
    """TF as the paper prints it: 1 - accuracy multiplies the target's part alone, and not the decorrelation term.

    Source: Cheng & Brown 2023, Section 2.4; the authors' code multiplies both.
    """

    def __call__(self, error: Tensor, y: Tensor, *, H=None, accuracy=None, **context) -> Tensor:
        """As `TF`; H (run, sample, m), accuracy (run,)."""
        whole = TF(self.centred, False, self.decorrelate, self.amplitude, self.slope, B=self.B)
        target = TF(self.centred, False, 0.0, self.amplitude, self.slope, B=self.B)
        part = target(error, y, **context)
        return whole(error, y, H=H, **context) - torch.clamp(accuracy, 0, 1)[:, None, None] * part


def bent(gain: float) -> OutputError:
    """NF that carries y_hat - y times a gain, so that its tanh bends."""
    return OutputError(Amplified(NF(), gain=gain))


register(
    __name__,
    rules=(Amplified, PrintedTF),
    measures={"ibtask": {"angle": probes.alignment, "blocked": saturation.blocked}},
)


def ibtask(runs: int = RUNS, epochs: int = 1000, seed: int = 0, device: str = "cpu") -> list[Cell]:
    """Every condition on IBTask and IBRegTask, the most important ones first."""
    shared = {"every": EVERY, "record": "ibtask", "device": device}
    made = [
        *({"rule": rule, "learn_decoder": learn} for learn in (False, True) for rule in (FA(), BP())),
        {"rule": FA(), "learn_decoder": False, "learn_encoder": False},
        *({"rule": rule} for rule in (TF(decorrelate=0.0), NF(), *map(bent, GAINS))),
        *({"rule": NFA(sigma=sigma)} for sigma in SIGMAS),
        *({"rule": rule, "scale": True} for rule in (FA(), BP())),
        *({"rule": rule} for rule in (TF(), PrintedTF())),
        *({"task": "ib_regression", "rule": rule} for rule in (BP(), FA(), TF(), TF(decorrelate=0.0), PrintedTF())),
    ]
    cells = []
    for said in made:
        task, rule = said.pop("task", "ib"), said.pop("rule")
        cells += [Cell(task, rule, block, epochs, seed, **said, **shared) for block in blocks(runs, BLOCK)]
    return cells
