"""Any feedback rule with the mean over the batch taken out of its signal, as target feedback does."""

from dataclasses import dataclass

from fa_lib.feedback.base import Error, Hidden, Target, Wrapper, without_mean


@dataclass(frozen=True)
class Centred(Wrapper):
    """A rule whose signal sums to zero over the batch, unit by unit. A batch of one sample gets a warning, and zero.

    What all samples share says nothing about which is which. Early in learning an error is nearly the same for all of
    them, and a rule that carries it pushes them all one way.

    Args:
        rule: a rule for one layer, such as `FA()`.

    Raises:
        ValueError: for something that is no rule.
    """

    around = "centred"

    def __call__(self, error: Error, y: Target | None, **context) -> Hidden:
        return without_mean(self.rule(error, y, **context))
