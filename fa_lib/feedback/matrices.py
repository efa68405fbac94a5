"""The matrices of the channels: drawn or given, one for every run, and how a signal goes through one."""

from collections.abc import Sequence

import torch
from torch import Tensor

from fa_lib.networks import kaiming_normal, stack


def carry(signal: Tensor, matrix: Tensor) -> Tensor:
    """signal (run, sample, p) times matrix (run, p, m), units first in memory as everywhere (see networks.py)."""
    return (matrix.mT @ signal.mT).mT


def per_run(matrix: Tensor | None, shape: tuple[int, int], runs: Sequence[int], seed: int, name: str = "B") -> Tensor:
    """A copy of the given (p, m) or (run, p, m) matrix for every run, or one drawn Kaiming normal (authors' code)."""
    if matrix is None:
        return stack(lambda random: [kaiming_normal(*shape, random)], runs, seed, "feedback")[0]
    got = tuple(matrix.shape) if isinstance(matrix, Tensor) else type(matrix).__name__
    if got not in (shape, (len(runs), *shape)):
        raise ValueError(f"{name} must be a tensor of shape {shape} or, one a run, {(len(runs), *shape)}, got {got}")
    if not torch.isfinite(matrix).all():
        raise ValueError(f"{name} must be finite, got NaN or infinity in it")
    # a copy, so that a decoder's weight given here does not go on moving as the decoder learns
    return matrix.detach().to(torch.get_default_dtype()).expand(len(runs), *shape).clone()


def drawn(matrix: Tensor | None) -> Tensor:
    if matrix is None:
        raise ValueError("the channel has no matrices yet: call .draw(p, m, runs=..., seed=...) first")
    return matrix
