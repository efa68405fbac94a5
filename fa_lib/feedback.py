"""Feedback channels: how what is known about y becomes a change of H.

A channel is called with the error at the decoder's output (before its nonlinearity) and the target, and returns the
gradient with respect to H that the encoder descends. `draw` gives every run its own random matrices; a matrix passed by
the caller is used as it is. All of them are frozen: drawing returns a copy.

    BP   error times W_O, the exact gradient
    FA   error times a fixed random B
    NFA  error times B, B shaken anew at each step
    NF   error through a fixed random network
    TF   no error: the target times B
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from fa_lib.networks import kaiming_normal, stack
from fa_lib.seeds import generator


def carry(signal: Tensor, matrix: Tensor) -> Tensor:
    """signal (run, sample, p) times matrix (run, p, m), units first in memory as everywhere (see networks.py)."""
    return (matrix.mT @ signal.mT).mT


def _per_run(matrix: Tensor | None, shape: tuple[int, int], runs: Sequence[int], seed: int, name: str = "B") -> Tensor:
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


def _drawn(matrix: Tensor | None) -> Tensor:
    if matrix is None:
        raise ValueError("the channel has no matrices yet: call .draw(p, m, runs=..., seed=...) first")
    return matrix


@dataclass(frozen=True)
class BP:
    """Backpropagation: the error times the decoder's own weight.

    Source: Rumelhart et al. 1986; Cheng & Brown 2023, Section 2.1.
    """

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> "BP":
        """Nothing is random here."""
        return self

    def __call__(self, error: Tensor, y: Tensor, *, W: Tensor, **known) -> Tensor:
        """error (run, sample, p) and W (run, p, m) to the gradient (run, sample, m)."""
        return carry(error, W)


@dataclass(frozen=True)
class FA:
    """Feedback alignment: the error times a fixed random matrix.

    Args:
        B: the matrix, (p, m) or (run, p, m); drawn from N(0, 2 / m) for every run if None.

    Source: Cheng & Brown 2023, Eq. 8 (Lillicrap et al. 2016).
    """

    B: Tensor | None = field(default=None, repr=False, compare=False)

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> "FA":
        """The same channel with B of shape (run, p, m) on the device."""
        return replace(self, B=_per_run(self.B, (p, m), runs, seed).to(device))

    def __call__(self, error: Tensor, y: Tensor, **known) -> Tensor:
        """error (run, sample, p) to the gradient (run, sample, m)."""
        return carry(error, _drawn(self.B))


@dataclass(frozen=True)
class NFA:
    """Noisy feedback alignment: B plus fresh noise at every step.

    Args:
        sigma: size of the noise, in B's units. The paper says small; the authors' code has 1e-3 (IB) and 1e-4 (MNIST).
        noise: "normal" with standard deviation sigma (paper) or "uniform" within +-sigma / 2 (authors' code).
        B: as in `FA`.

    Raises:
        ValueError: for a negative or non-finite sigma or an unknown noise.

    Source: Cheng & Brown 2023, Section 2.4.
    """

    sigma: float = 1e-3
    noise: str = "normal"
    B: Tensor | None = field(default=None, repr=False, compare=False)
    generators: tuple[torch.Generator, ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self):
        if not 0 <= self.sigma < float("inf"):
            raise ValueError(f"sigma must be a finite number of 0 or more, got {self.sigma}")
        if self.noise not in ("normal", "uniform"):
            raise ValueError(f'noise must be "normal" or "uniform", got {self.noise!r}')

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> "NFA":
        """The same channel with B of shape (run, p, m) and one noise generator a run."""
        generators = tuple(generator(seed, run, "noise", device) for run in runs)
        return replace(self, B=_per_run(self.B, (p, m), runs, seed).to(device), generators=generators)

    def __call__(self, error: Tensor, y: Tensor, **known) -> Tensor:
        """error (run, sample, p) to the gradient (run, sample, m)."""
        B = _drawn(self.B if self.generators else None)  # a given B without its noise is not enough
        make, shift = (torch.randn, 0.0) if self.noise == "normal" else (torch.rand, 0.5)
        noise = torch.stack([make(*B.shape[1:], generator=g, device=B.device) for g in self.generators]) - shift
        return carry(error, B + self.sigma * noise)


@dataclass(frozen=True)
class NF:
    """Network feedback: a fixed random network p -> hidden tanh -> m carries the error.

    Args:
        hidden: width of the middle layer (50 in the authors' code).
        B1, B2: its matrices, (p, hidden) and (hidden, m) or with a run axis; Kaiming normal for every run if None.

    Raises:
        ValueError: for a hidden width below 1.

    Source: Cheng & Brown 2023, Section 2.4.
    """

    hidden: int = 50
    B1: Tensor | None = field(default=None, repr=False, compare=False)
    B2: Tensor | None = field(default=None, repr=False, compare=False)

    def __post_init__(self):
        if not isinstance(self.hidden, int) or self.hidden < 1:
            raise ValueError(f"hidden must be a whole number of 1 or more, got {self.hidden}")

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> "NF":
        """The same channel with B1 (run, p, hidden) and B2 (run, hidden, m) on the device."""
        shapes = ((p, self.hidden), (self.hidden, m))
        drawn = stack(lambda random: [kaiming_normal(*shape, random) for shape in shapes], runs, seed, "feedback")
        given = [
            drawn[i] if B is None else _per_run(B, shapes[i], runs, seed, f"B{i + 1}")
            for i, B in enumerate((self.B1, self.B2))
        ]
        return replace(self, B1=given[0].to(device), B2=given[1].to(device))

    def __call__(self, error: Tensor, y: Tensor, **known) -> Tensor:
        """error (run, sample, p) to the gradient (run, sample, m)."""
        return carry(torch.tanh(carry(error, _drawn(self.B1))), _drawn(self.B2))


@dataclass(frozen=True)
class OutputError:
    """A channel that carries y_hat - y, the error as the paper writes it, instead of dLoss / dz.

    The two differ by the slope of the output nonlinearity and the factor 2 / (N p), which dLoss / dz contains. For a
    linear output they differ by that factor alone, and Adam does not see it.

    Args:
        channel: the channel that carries it, such as `FA()`.

    Source: Cheng & Brown 2023, Eq. 8, read literally; the authors' code sends dLoss / dz.
    """

    channel: object

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> "OutputError":
        """The same with the inner channel drawn."""
        return replace(self, channel=self.channel.draw(p, m, runs=runs, seed=seed, device=device))

    def __call__(self, error: Tensor, y: Tensor, *, z: Tensor, output, **known) -> Tensor:
        """z (run, sample, p) and y to the gradient (run, sample, m); the given error is not used."""
        return self.channel(output(z.detach()) - y, y, z=z, output=output, **known)


def decorrelation(H: Tensor) -> Tensor:
    """Gradient of the mean square of K_HH - I, where K_HH holds the cosines between samples.

    With rows of unit length h_n, ||K - I||^2 = ||Hn' Hn||^2 - N, so the m x m matrix C = Hn' Hn is all that is needed:
    O(N m^2) instead of O(N^2 m). The derivative of the normalisation removes the part along each row.

    Args:
        H: hidden layer, (run, sample, m).

    Returns:
        Gradient with respect to H, (run, sample, m); zero for a sample whose H is zero.

    Source: Cheng & Brown 2023, Section 2.4 (the term is written there as a norm; its gradient is what can be added).
    """
    N = H.shape[1]
    length = (H * H).sum(2, keepdim=True).sqrt()  # along rows of units, fifty times faster than torch's norm
    length = torch.where(length > 0, length, torch.inf)  # a row without a direction: unit and gradient become zero
    unit = H / length  # (run, sample, m)
    gradient = carry(unit, (unit.mT @ unit) * (4 / N**2))  # d ||C||^2 / d unit = 4 unit C, averaged over N^2 pairs
    along = (gradient * unit).sum(2, keepdim=True)
    return (gradient - along * unit) / length


def _slope(output, z: Tensor) -> Tensor:
    z = z.detach().requires_grad_()
    return torch.autograd.grad(output(z).sum(), z)[0]


@dataclass(frozen=True)
class TF:
    """Target feedback: the target times a fixed random matrix; the error never enters.

    Args:
        centred: subtract the batch mean of the signal, unit by unit.
        modulated: multiply all by 1 - accuracy (never below 0), the only word on how well the network does.
        decorrelate: weight of `decorrelation`, to keep H from collapsing; the authors' code has 10 or 100 (MNIST).
        amplitude: factor of the target's part, 1e-2 in the authors' code; it matters only against `decorrelate`.
        slope: multiply the target by the output nonlinearity's slope, as the authors' code does and the paper does not.
        B: as in `FA`.

    Raises:
        ValueError: for a negative or non-finite weight.

    Source: Cheng & Brown 2023, Section 2.4.
    """

    centred: bool = True
    modulated: bool = True
    decorrelate: float = 10.0
    amplitude: float = 1e-2
    slope: bool = False
    B: Tensor | None = field(default=None, repr=False, compare=False)

    def __post_init__(self):
        for name in ("decorrelate", "amplitude"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be a finite number of 0 or more, got {getattr(self, name)}")

    draw = FA.draw

    def __call__(self, error: Tensor, y: Tensor, *, H: Tensor, accuracy: Tensor, z: Tensor, output, **known) -> Tensor:
        """y (sample, p), H (run, sample, m), accuracy (run,), z (run, sample, p) to the gradient (run, sample, m)."""
        B = _drawn(self.B)
        target = y * _slope(output, z) if self.slope else y.expand(len(B), *y.shape[-2:])
        gradient = self.amplitude * carry(target, B)
        if self.centred:
            gradient = gradient - gradient.mean(1, keepdim=True)
        if self.decorrelate:
            gradient = gradient + self.decorrelate * decorrelation(H.detach())
        return gradient * (1 - accuracy.clamp_min(0))[:, None, None] if self.modulated else gradient
