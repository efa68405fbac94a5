"""Training parts that stay in one's hands, so that an encoder can be taken from one network and put into another.

`training.train` makes its networks, trains them and keeps only the record. Here the parts of `training.build` go in and
are trained where they are: what is frozen, exchanged or reused before and after is the caller's affair.
"""

import torch

from fa_lib.training.loop import Parts


def widen(parts: Parts, gamma: float) -> Parts:
    """Give H more room and no more speed: the last layer becomes gamma tanh(a / gamma), with gamma fixed.

    The slope at 0, the start of training and Adam's steps of a stay what they were without scaling: only the wall
    moves. All gammas are frozen.

    Args:
        parts: of `training.build` with `scale=True`, not yet trained. They are changed in place.
        gamma: the new half-width of the box.

    Returns:
        The same parts.

    Raises:
        ValueError: for parts without gammas or a gamma that is not above 0.

    Source: ours, as a control of Cheng & Brown 2023, Fig. 4.
    """
    if not len(parts.encoder.gamma):
        raise ValueError("the encoder has no gammas: build the parts with scale=True")
    if not 0 < gamma < float("inf"):
        raise ValueError(f"gamma must be a finite number above 0, got {gamma}")
    parts.encoder.gamma.requires_grad_(False)
    own = list(parts.encoder.layers[-1].parameters())
    with torch.no_grad():
        parts.encoder.gamma[-1].fill_(gamma)
        for tensor in own:  # the parameters now hold those of a, divided by gamma ...
            tensor.div_(gamma)
    group = parts.optimizer.param_groups[0]
    group["params"] = [tensor for tensor in group["params"] if all(tensor is not other for other in own)]
    parts.optimizer.add_param_group({"params": own, "lr": group["lr"] / gamma})  # ... and so are their steps
    return parts
