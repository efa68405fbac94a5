"""The optimizer of encoder and decoder, and of the matrices of a rule that learns.

All of them move a parameter's entries one by one, so that runs stay apart.
"""

from collections.abc import Iterable, Sequence
from functools import partial

import torch
from torch import Tensor
from torch.optim.lr_scheduler import LambdaLR

from fa_lib.feedback.base import Rule
from fa_lib.tasks.protocol import Protocol

ADAM, ADAMW = partial(torch.optim.Adam, fused=True), partial(torch.optim.AdamW, fused=True)
# Name to the optimizer of parameters that only learn, and of those that decay as well: decay is taken from the weights
# and not from the gradient. Plain gradient steps do so in any case; RMSprop has no such form.
OPTIMIZERS = {
    "adam": (ADAM, ADAMW),
    "adamw": (ADAMW, ADAMW),
    "sgd": (torch.optim.SGD, torch.optim.SGD),
    "rmsprop": (torch.optim.RMSprop, None),
}


def make(
    protocol: Protocol, learning: Sequence[Tensor], mirrored: Iterable[tuple[Tensor | None, Rule]]
) -> torch.optim.Optimizer:
    """The protocol's optimizer; a weight and the Kolen-Pollack matrix beside it decay alike.

    Args:
        protocol: names the optimizer, its learning rate and its options.
        learning: the parameters that learn.
        mirrored: weights and the drawn rule beside each. Where a matrix of it learns and the weight does, both decay.

    Raises:
        ValueError: for options that the optimizer does not have, or a rule that learns under an optimizer that cannot
            move two matrices alike.
    """
    learns, learns_and_decays = OPTIMIZERS.get(protocol.optimizer, (protocol.optimizer, None))
    moved = {id(parameter) for parameter in learning}
    pairs = [(weight, rule.learned()) for weight, rule in mirrored if rule.learns and id(weight) in moved]
    if pairs and learns_and_decays is None:
        alike = "adam, adamw and sgd, which let two matrices decay alike"
        raise ValueError(f"KolenPollack learns under {alike}, not {protocol.optimizer}")
    decaying = {id(weight) for weight, _ in pairs}
    plain = [parameter for parameter in learning if id(parameter) not in decaying]
    # with nothing to learn an optimizer still wants a parameter: one that nothing reads
    plain = plain or ([] if pairs else [torch.zeros(1, requires_grad=True)])
    options = {"lr": protocol.lr} | dict(protocol.options)
    try:
        if not pairs:
            return learns(plain, **options)
        groups = [{"params": [weight, B], "weight_decay": decay} for weight, (B, decay) in pairs]
        own = {"weight_decay": options.get("weight_decay", 0.0)}
        return learns_and_decays([{"params": plain} | own, *groups], **options)
    except TypeError as error:
        raise ValueError(f"optimizer {protocol.optimizer} does not take these options: {error}") from error


def schedule(optimizer: torch.optim.Optimizer, protocol: Protocol) -> LambdaLR | None:
    """What sets the learning rate anew after every epoch; None for a constant one."""
    return None if protocol.schedule is None else LambdaLR(optimizer, protocol.schedule)
