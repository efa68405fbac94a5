"""Keywords of an earlier version, understood with a warning until the next one."""

import functools
import warnings
from collections.abc import Callable


def renamed(**names: str) -> Callable[[Callable], Callable]:
    """A decorator: what comes by an old name is passed on by the new one, `renamed(old="new")`."""

    def decorate(function: Callable) -> Callable:
        @functools.wraps(function)
        def called(*args, **given):
            for old in names.keys() & given.keys():
                if names[old] in given:
                    raise TypeError(f"{old} is the old name of {names[old]}: give one of them")
                warnings.warn(f"{old} is now called {names[old]}", FutureWarning, stacklevel=2)
                given[names[old]] = given.pop(old)
            return function(*args, **given)

        return called

    return decorate
