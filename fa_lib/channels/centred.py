"""Any feedback channel with the mean over the batch taken out of its signal, as target feedback does.

What all samples share says nothing about which is which. Early in learning an error is nearly the same for all of them,
and a channel that carries it pushes them all one way.
"""

from dataclasses import dataclass

from torch import Tensor

from fa_lib.feedback.wrapper import Wrapper


@dataclass(frozen=True)
class Centred(Wrapper):
    """A channel whose signal sums to zero over the batch, unit by unit.

    Args:
        channel: a channel of `fa_lib.feedback`, such as `FA()`.

    Raises:
        ValueError: for something that is not a channel.
    """

    def __call__(self, error: Tensor, y: Tensor, **known) -> Tensor:
        """error (run, sample, p) and y (sample, p) to the gradient (run, sample, m)."""
        gradient = self.channel(error, y, **known)
        return gradient - gradient.mean(1, keepdim=True)
