"""Any feedback channel with the mean over the batch taken out of its signal, as target feedback does.

What all samples share says nothing about which is which. Early in learning an error is nearly the same for all of them,
and a channel that carries it pushes them all one way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from torch import Tensor


@dataclass(frozen=True)
class Centred:
    """A channel whose signal sums to zero over the batch, unit by unit.

    Args:
        channel: a channel of `fa_lib.feedback`, such as `FA()`.

    Raises:
        ValueError: for something that is not a channel.
    """

    channel: object

    def __post_init__(self):
        if isinstance(self.channel, type) or not (hasattr(self.channel, "draw") and callable(self.channel)):
            raise ValueError(f"channel must be a channel of fa_lib.feedback, such as FA(), got {self.channel!r}")

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> "Centred":
        """The same with the channel's matrices drawn."""
        return replace(self, channel=self.channel.draw(p, m, runs=runs, seed=seed, device=device))

    def __call__(self, error: Tensor, y: Tensor, **known) -> Tensor:
        """error (run, sample, p) and y (sample, p) to the gradient (run, sample, m)."""
        gradient = self.channel(error, y, **known)
        return gradient - gradient.mean(1, keepdim=True)
