"""Dead zones by other definitions, to see what hangs on them."""

from collections.abc import Callable
from functools import partial

OPTIONS = [("margin", 1e-1), ("margin", 1e-3), ("negligible", 0), ("negligible", 1)]


def variations(share: Callable) -> dict[str, Callable]:
    """The same share by stricter and laxer definitions.

    Args:
        share: `blocked` or `trapped` of `saturation`.

    Returns:
        Name to function of `Step`, such as "blocked, margin 0.1": to be joined to `saturation.SHARES`.
    """
    return {f"{share.__name__}, {name} {value:g}": partial(share, **{name: value}) for name, value in OPTIONS}
