"""One random generator per seed, run and purpose.

Run r depends on (seed, r) alone: alone, in a batch of ten or on another worker it draws the same numbers. Purposes keep
the draws apart: changing how the noise is drawn must not change the initial weights.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

# a purpose's place is part of its seed: new ones go to the end
PURPOSES = ("encoder", "decoder", "feedback", "noise", "dropout", "batches", "null", "data", "probe", "backbone")
PURPOSES += ("depth", "control")


def _sequence(seed: int, run: int, purpose: str) -> np.random.SeedSequence:
    if purpose not in PURPOSES:
        raise ValueError(f"purpose must be one of {', '.join(PURPOSES)}, got {purpose!r}")
    for name, value in (("seed", seed), ("run", run)):
        # SeedSequence cuts a number into words of 32 bits: a longer seed would run into the run's number
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 0 <= value < 2**32:
            raise ValueError(f"{name} must be a whole number from 0 to 2**32 - 1, got {value!r}")
    return np.random.SeedSequence([seed, run, PURPOSES.index(purpose)])


def generator(seed: int, run: int, purpose: str, device: str = "cpu") -> torch.Generator:
    """A torch generator for one run and one purpose.

    Args:
        seed, run: of the experiment and number of the repeat, both from 0 to 2**32 - 1.
        purpose: one of `PURPOSES`.
        device: of the tensors to be drawn.

    Raises:
        ValueError: for a seed or run outside that range, or an unknown purpose.
    """
    state = _sequence(seed, run, purpose).generate_state(2, np.uint32)
    return torch.Generator(device).manual_seed(int(state[0]) << 31 | int(state[1]) >> 1)


def numpy_generator(seed: int, run: int, purpose: str) -> np.random.Generator:
    """A numpy generator for one run and one purpose; arguments and errors as in `generator`."""
    return np.random.default_rng(_sequence(seed, run, purpose))


def deeper(seed: int, below: int) -> int:
    """The seed of what is drawn for a layer so many below the last; the last's own is the seed itself."""
    return int(_sequence(seed, below, "depth").generate_state(1, np.uint32)[0]) if below else seed


def stack(draw, runs: Sequence[int], seed: int, purpose: str) -> list[Tensor]:
    """Draw each run's tensors from its own generator and stack them: `draw(generator) -> tensors`, one list a run."""
    drawn = [draw(generator(seed, run, purpose)) for run in runs]
    return [torch.stack(tensors) for tensors in zip(*drawn, strict=True)]


def uniform(shape: Sequence[int], bound: float, random: torch.Generator) -> Tensor:
    """Uniform numbers between -bound and bound."""
    return (2 * torch.rand(*shape, generator=random) - 1) * bound


def kaiming_normal(p: int, m: int, random: torch.Generator) -> Tensor:
    """A (p, m) matrix of N(0, 2 / m), He et al. 2015: how the authors' code draws W_O and B."""
    return torch.randn(p, m, generator=random) * math.sqrt(2 / m)
