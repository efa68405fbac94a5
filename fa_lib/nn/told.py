"""What the rules in a model must know beyond the error: said once, to all of them."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from fa_lib.nn.attached import attached_to
from fa_lib.nn.layers import _Feedback


@contextmanager
def told(model: nn.Module, *, y: Tensor, accuracy: Tensor | float | None = None) -> Iterator[None]:
    """Within it, all feedback rules in the model know the target; put the forward and the backward pass inside.

    Args:
        model: with `FeedbackLinear`, `FeedbackConv2d` or attached rules.
        y: the target, in z's shape (..., p), or classes as whole numbers (...). To a `FeedbackLinear` these are its own
            outputs: a rule that carries the target belongs in the last one.
        accuracy: share of right answers, for `TF`; known without being given where y is classes.

    Raises:
        ValueError: for a model without feedback rules.
    """
    listeners = [m for m in model.modules() if isinstance(m, _Feedback)] + attached_to(model)
    if not listeners:
        raise ValueError("the model has no feedback rules to be told anything: attach some, or use FeedbackLinear")
    known = {"y": torch.as_tensor(y)} | ({} if accuracy is None else {"accuracy": accuracy})
    before = [listener.known for listener in listeners]
    for listener in listeners:
        listener.known = known
    try:
        yield
    finally:
        for listener, was in zip(listeners, before, strict=True):
            listener.known = was
