"""A control for gamma: more room for H, and nothing else."""

import torch

from fa_lib.networks.mlp import Encoder
from fa_lib.training import Model


def widen(model: Model, gamma: float) -> Model:
    """Give H more room and no more speed: the last layer becomes gamma tanh(a / gamma), with gamma fixed.

    The slope at 0, the start of training and Adam's steps of a stay what they were without scaling: only the wall
    moves. All gammas are frozen.

    Args:
        model: of `training.build` with `learn_gain=True`, not yet trained. It is changed in place.
        gamma: the new half-width of the box.

    Returns:
        The same model.

    Raises:
        ValueError: for a model without gammas or a gamma that is not above 0.

    Source: ours, as a control of Cheng & Brown 2023, Fig. 4.
    """
    if not isinstance(model.encoder, Encoder) or not len(model.encoder.gamma):
        raise ValueError("the encoder has no gammas: build the model with learn_gain=True and the task's own encoder")
    if not 0 < gamma < float("inf"):
        raise ValueError(f"gamma must be a finite number above 0, got {gamma}")
    model.encoder.gamma.requires_grad_(False)
    own = list(model.encoder.layers[-1].parameters())
    with torch.no_grad():
        model.encoder.gamma[-1].fill_(gamma)
        for tensor in own:  # the parameters now hold those of a, divided by gamma ...
            tensor.div_(gamma)
    group = model.optimizer.param_groups[0]
    group["params"] = [tensor for tensor in group["params"] if all(tensor is not other for other in own)]
    model.optimizer.add_param_group({"params": own, "lr": group["lr"] / gamma})  # ... and so are their steps
    return model
