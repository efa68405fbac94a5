"""How target information reaches H in the idealised dynamics: FA, NFA, TF and NF.

A rule says by how much H moves per unit of step size, given the error E = H W - Y and the target Y. Most are linear
in the sample axis: the dynamics of n samples is then that of a few rows (see `simulation`). Each rule has one method,

    start(Y, runs) -> features, update        update(E, features) -> change of H per unit of step size

with Y of shape (run, sample, p), where an axis of 1 means "the same for all runs".
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fa_lib import check
from fa_lib.dynamics.arrays import checked, fitting
from fa_lib.random import numpy_generator


@dataclass(frozen=True, eq=False)
class FA:
    """Feedback Alignment: H moves by -E B.

    Args:
        B: feedback matrix, (p, m) or (run, p, m).

    Source: Cheng & Brown 2023, Eqs. 8 and 10.
    """

    B: np.ndarray
    name: ClassVar[str] = "FA"
    linear: ClassVar[bool] = True

    def start(self, Y, runs):
        B = checked("B", self.B, ("p", "m"))
        return None, lambda E, features: -E @ B


@dataclass(frozen=True, eq=False)
class NFA:
    """FA whose matrix is noisy: H moves by -E (B + sigma N_k), with a fresh standard normal N_k at every step.

    Args:
        B: feedback matrix, (p, m) or (run, p, m). For repeats that differ by their noise alone, repeat B along run.
        sigma: standard deviation of the noise, 0 or more; 0.1 in the authors' code.
        seed: seed of the noise. Run r draws from its own generator, given by (seed, first_run + r).
        first_run: number of the first run, so that one run of a batch can be repeated alone.

    Source: Cheng & Brown 2023, Section 2.4 ("Noisy FA"); sigma from the authors' code.
    """

    B: np.ndarray
    sigma: float = 0.1
    seed: int = 0
    first_run: int = 0
    name: ClassVar[str] = "NFA"
    linear: ClassVar[bool] = True

    def __post_init__(self):
        check.positive("sigma", self.sigma, zero=True)

    def start(self, Y, runs):
        B = checked("B", self.B, ("p", "m"))
        noise = [numpy_generator(self.seed, self.first_run + run, "noise") for run in range(runs)]

        def update(E, features):
            N = np.stack([generator.standard_normal(B.shape[1:]) for generator in noise])  # (run, p, m)
            return -E @ (B + self.sigma * N)

        return None, update


@dataclass(frozen=True, eq=False)
class TF:
    """Target Feedback: H moves with the target and without the error, so it drifts at a constant velocity.

    As written, H moves by Y B minus its mean over samples (a regression has no accuracy to scale it by, and free H
    needs no term against collapse). As coded by the authors, H moves by 1 + Y B.

    Args:
        B: feedback matrix, (p, m) or (run, p, m).
        as_coded: take the authors' code instead of the paper's text.

    Source: Cheng & Brown 2023, Section 2.4 ("Target Feedback").
    """

    B: np.ndarray
    as_coded: bool = False
    name: ClassVar[str] = "TF"
    linear: ClassVar[bool] = True

    def start(self, Y, runs):
        B = checked("B", self.B, ("p", "m"))
        if self.as_coded:
            features, matrix = np.insert(Y, 0, 1, axis=-1), np.insert(B, 0, 1, axis=-2)
        else:
            features, matrix = Y - Y.mean(axis=-2, keepdims=True), B
        return features, lambda E, features: features @ matrix


@dataclass(frozen=True, eq=False)
class NF:
    """Network Feedback: a fixed random network with one tanh layer stands where B stood.

    As written, the error goes in: H moves by -tanh(E B1) B2. This is the one rule that is not linear in the samples.
    As coded by the authors for the idealised dynamics, the target goes in and one is added: 1 + tanh(Y B1) B2.

    Args:
        B1: matrix into the feedback network, (p, hidden) or (run, p, hidden).
        B2: matrix out of it, (hidden, m) or (run, hidden, m).
        as_coded: take the authors' code instead of the paper's text.

    Source: Cheng & Brown 2023, Section 2.4 ("Network Feedback").
    """

    B1: np.ndarray
    B2: np.ndarray
    as_coded: bool = False
    name: ClassVar[str] = "NF"

    @property
    def linear(self) -> bool:
        return self.as_coded

    @property
    def B(self) -> np.ndarray:
        """The product B1 B2: the matrix of FA that NF equals for small errors."""
        B1, B2 = checked("B1", self.B1, ("p", "hidden")), checked("B2", self.B2, ("hidden", "m"))
        if B1.shape[-1] != B2.shape[-2]:
            raise ValueError(f"B1 and B2 must share the hidden axis, got {np.shape(self.B1)} and {np.shape(self.B2)}")
        product = B1 @ B2
        return product if np.ndim(self.B1) == 3 or np.ndim(self.B2) == 3 else product[0]

    def start(self, Y, runs):
        B1, B2 = checked("B1", self.B1, ("p", "hidden")), checked("B2", self.B2, ("hidden", "m"))
        if not self.as_coded:
            return None, lambda E, features: -np.tanh(E @ B1) @ B2
        # (run, sample, 1 + hidden) and (run, 1 + hidden, m)
        features, matrix = np.insert(np.tanh(Y @ B1), 0, 1, axis=-1), np.insert(B2, 0, 1, axis=-2)
        return features, lambda E, features: features @ matrix


def inputs(H0, Y, W, B):
    """What a simulation starts from, checked: H0, Y, W (run, ...), the rule (of a matrix B `FA(B)`), the number of runs
    and whether any array came with a run axis, as from `fitting`.
    """
    rule = B if isinstance(B, FA | NFA | TF | NF) else FA(B)
    axes = {"H0": ("n", "m"), "Y": ("n", "p"), "W": ("m", "p"), "B": ("p", "m")}
    given = {"H0": H0, "Y": Y, "W": W, "B": rule.B}
    arrays, runs, batched = fitting(**{name: (value, axes[name]) for name, value in given.items()})
    return *(arrays[name] for name in ("H0", "Y", "W")), rule, runs, batched
