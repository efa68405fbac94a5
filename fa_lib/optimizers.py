"""The optimizer of encoder and decoder, and of the matrices of a channel that learns."""

from collections.abc import Iterable, Sequence
from functools import partial

import torch
from torch import Tensor

from fa_lib.feedback import OutputError

# Name to the optimizer of parameters that only learn, and of those that decay as well.
OPTIMIZERS = {
    "adam": (partial(torch.optim.Adam, fused=True), partial(torch.optim.AdamW, fused=True)),
    "sgd": (torch.optim.SGD, torch.optim.SGD),  # its decay is taken from the weights in any case
}


def make(
    kind: str, learning: Sequence[Tensor], mirrored: Iterable[tuple[Tensor, object]], lr: float
) -> torch.optim.Optimizer:
    """Adam with torch's defaults or plain gradient steps; a weight and the `KolenPollack` matrix beside it decay alike.

    Args:
        kind: "adam" or "sgd".
        learning: the parameters that learn.
        mirrored: weights and the drawn channel beside each. Where the channel learns and the weight does, both decay.
        lr: learning rate.

    Raises:
        ValueError: for an unknown kind, or a learning channel that gets another error than the weight does.
    """
    if kind not in OPTIMIZERS:
        raise ValueError(f"optimizer must be one of {', '.join(OPTIMIZERS)}, got {kind!r}")
    learns, learns_and_decays = OPTIMIZERS[kind]
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
        # with nothing to learn an optimizer still wants a parameter: one that nothing reads
        return learns(plain or [torch.zeros(1, requires_grad=True)], lr=lr)
    groups = [{"params": [weight, channel.B], "weight_decay": channel.decay} for weight, channel in pairs]
    return learns_and_decays([{"params": plain, "weight_decay": 0.0}, *groups], lr=lr)
