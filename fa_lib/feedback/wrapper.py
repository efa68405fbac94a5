"""What channels around another channel share: they refuse what is no channel, and draw what is inside."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True)
class Wrapper:
    """A channel around another one.

    Args:
        channel: a channel of `fa_lib.feedback`, such as `FA()`.

    Raises:
        ValueError: for something that is not a channel.
    """

    channel: object

    def __post_init__(self):
        if isinstance(self.channel, type) or not (hasattr(self.channel, "draw") and callable(self.channel)):
            raise ValueError(f"channel must be a channel of fa_lib.feedback, such as FA(), got {self.channel!r}")

    def draw(self, p: int, m: int, *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> Self:
        """The same with the inner channel drawn."""
        return replace(self, channel=self.channel.draw(p, m, runs=runs, seed=seed, device=device))
