"""The network both references train: one run, plain torch.nn, started from the weights of one of fa_lib's runs."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from fa_lib import training
from fa_lib.tasks.task import Task


class Net(nn.Module):
    """Encoder and decoder of one run; x to H and z."""

    def __init__(self, task: Task):
        super().__init__()
        first = task.features or task.x.shape[1]
        self.backbone = nn.Sequential(
            nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), nn.ReLU(),
            nn.Conv2d(10, 20, 5), nn.Dropout2d(0.5), nn.MaxPool2d(2), nn.ReLU(),
            nn.Flatten(), nn.Linear(320, first),
        ) if task.features else nn.Identity()  # fmt: skip
        layers = [(nn.Linear(*widths), nn.Tanh()) for widths in pairwise((first, *task.widths))]
        self.encoder = nn.Sequential(*(part for layer in layers for part in layer))
        self.decoder = nn.Linear(task.widths[-1], task.p)

    def hidden(self, x: Tensor) -> Tensor:
        """(sample, ...) to H, (sample, m)."""
        return self.encoder(self.backbone(x))


@torch.no_grad()
def copied(task: Task, rule, run: int = 0, *, learn_decoder: bool = True) -> tuple[Net, Tensor | None]:
    """A network with the weights fa_lib draws for that run, and its B, (p, m); None for a rule without one."""
    model = training.build(task, rule, runs=[run])
    net, encoder = Net(task), model.encoder
    ours, theirs = [*encoder.layers, model.decoder], [*net.encoder[::2], net.decoder]
    if task.features:
        ours, theirs = [*ours, encoder.backbone.linear], [*theirs, net.backbone[8]]
        for name, layer in (("1", net.backbone[0]), ("2", net.backbone[3])):
            layer.weight.copy_(getattr(encoder.backbone, f"conv{name}")[0])
            layer.bias.copy_(getattr(encoder.backbone, f"bias{name}")[0])
    for mine, layer in zip(ours, theirs, strict=True):
        layer.weight.copy_(mine.weight[0])
        layer.bias.copy_(mine.bias[0])
    net.decoder.requires_grad_(learn_decoder)
    B = getattr(model.rule, "B", None)
    return net, None if B is None else B[0]
