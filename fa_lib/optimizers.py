"""Adam for encoder and decoder, and for the matrices of a channel that learns."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from fa_lib.feedback import OutputError


def adam(learning: Sequence[Tensor], mirrored: Iterable[tuple[Tensor, object]], lr: float) -> torch.optim.Optimizer:
    """Adam with torch's defaults; a weight and the `KolenPollack` matrix beside it decay together.

    Args:
        learning: the parameters that learn.
        mirrored: weights and the drawn channel beside each. Where the channel learns and the weight does, both decay.
        lr: learning rate.

    Raises:
        ValueError: for a learning channel that gets another error than the weight does.
    """
    pairs = []
    for weight, channel in mirrored:
        while hasattr(channel, "channel"):  # within a wrapper
            if isinstance(channel, OutputError) and hasattr(channel.channel, "growth"):
                raise ValueError("KolenPollack must see the error that W_O learns from: use it without OutputError")
            channel = channel.channel
        if hasattr(channel, "growth") and any(weight is other for other in learning):
            pairs.append((weight, channel))
    decaying = {id(weight) for weight, _ in pairs}
    plain = [parameter for parameter in learning if id(parameter) not in decaying]
    if not pairs:
        # with nothing to learn Adam still wants a parameter: one that nothing reads
        return torch.optim.Adam(plain or [torch.zeros(1, requires_grad=True)], lr=lr, fused=True)
    groups = [{"params": [weight, channel.B], "weight_decay": channel.decay} for weight, channel in pairs]
    return torch.optim.AdamW([{"params": plain, "weight_decay": 0.0}, *groups], lr=lr, fused=True)
