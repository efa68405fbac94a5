"""What looks at the shapes in the library's annotations while its tests run: beartype, at tensors alone.

What is no tensor where one belongs is left to the library, whose own words about it are tested. See `conftest.py`.
"""

import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Union, get_args

from beartype import beartype
from beartype.vale import Is
from jaxtyping import AbstractArray, config
from torch import Tensor

Other = Annotated[object, Is[lambda value: not isinstance(value, Tensor)]]


def checker(function: Callable) -> Callable:
    """The function with a look at those arguments and results whose annotation is a shape, or a union with one."""
    looked_at = types.FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    looked_at.__kwdefaults__, looked_at.__qualname__ = function.__kwdefaults__, function.__qualname__
    looked_at.__module__ = function.__module__
    looked_at.__annotations__ = {
        name: Union[hint, Other]  # noqa: UP007 (jaxtyping's types have no |)
        for name, hint in function.__annotations__.items()
        if any(isinstance(kind, type) and issubclass(kind, AbstractArray) for kind in (hint, *get_args(hint)))
    }
    return beartype(looked_at)


@contextmanager
def unchecked() -> Iterator[None]:
    """Within it nothing is looked at: for `torch.compile`, which cannot follow a checker."""
    config.update("jaxtyping_disable", True)
    try:
        yield
    finally:
        config.update("jaxtyping_disable", False)
