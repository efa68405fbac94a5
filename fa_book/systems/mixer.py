"""Blocks of a modern architecture with a run axis: an MLP-mixer's or a transformer's, cut at the outputs of blocks.

A sample is a row of patches; a block mixes the patches, by two linear maps or by attention, and then each patch's
features, both with a way around and a normalisation before. Within a block the gradient is exact.
"""

import math
from collections.abc import Collection, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from fa_lib.networks.base import Hidden, RunNetwork
from fa_lib.random import stack, uniform

MIXING = ("linear", "attention")


class Blocks(RunNetwork):
    """x (sample, input) to H (run, sample, patch * feature), the last block's output. Layer k is the output of block k.

    Args:
        inputs, patches: numbers of inputs and of patches, which are neighbouring inputs, as many in each.
        features: of a patch.
        blocks: how many.
        mixing: of patches: "linear", as in a mixer, or "attention", one head.
        runs, seed: as of `networks.Encoder`.

    Raises:
        ValueError: for inputs that are no multiple of the patches, or an unknown mixing.

    Source: Tolstikhin et al. 2021 for the mixer; Launay et al. 2020 for cuts at the outputs of blocks. The scales and
        shifts of the normalisation are left out.
    """

    def __init__(
        self, inputs: int, *, patches: int, features: int, blocks: int, mixing: str = "linear",
        runs: Sequence[int], seed: int = 0,
    ):  # fmt: skip
        super().__init__()
        if patches < 1 or inputs % patches:
            raise ValueError(f"inputs must be a multiple of the patches, got {inputs} and {patches}")
        if mixing not in MIXING:
            raise ValueError(f"mixing must be one of {', '.join(MIXING)}, got {mixing!r}")
        self.patches, self.features, self.blocks, self.mixing = patches, features, blocks, mixing
        self.runs, self.m = len(runs), patches * features
        # pairs (in, out) of every block: two for the patches (or queries and keys, and values), two for the features
        between = (patches, 2 * patches), (2 * patches, patches)
        if mixing == "attention":
            between = (features, 2 * features), (features, features)
        block = *between, (features, 2 * features), (2 * features, features)
        sizes = [(inputs // patches, features), *(block * blocks)]

        def draw(random):
            bounds = [(size, size[0] ** -0.5) for size in sizes]
            return [tensor for (a, b), c in bounds for tensor in (uniform((b, a), c, random), uniform((b,), c, random))]

        tensors = stack(draw, runs, seed, "encoder")
        self.weights = nn.ParameterList(tensors[::2])  # each (run, out, in)
        self.biases = nn.ParameterList(tensors[1::2])  # each (run, out)

    def widths(self) -> dict[int, int]:
        """Units of every block's output by its number."""
        return dict.fromkeys(range(1, self.blocks + 1), self.m)

    def forward(self, x: Tensor) -> Tensor:
        """(sample, input) to (run, sample, m)."""
        return self.hidden(x, (self.blocks,))[self.blocks].H

    def hidden(self, x: Tensor, cuts: Collection[int], *, retain: bool = False) -> dict[int, Hidden]:
        """Every block's output by its number, those after a cut computed from the detached one below."""
        samples = len(x)
        parts = x.unflatten(1, (self.patches, -1)).transpose(0, 1).flatten(0, 1)  # (patch * sample, in)
        h = self._linear(parts.expand(self.runs, *parts.shape), 0)  # (run, patch * sample, feature)
        found = {}
        for number in range(1, self.blocks + 1):
            h = self._block(h, 4 * number - 3, samples)
            H = h.unflatten(1, (self.patches, samples)).transpose(1, 2).flatten(2)  # (run, sample, patch * feature)
            found[number] = Hidden(H, H, None)
            above = H.detach() if number in cuts else H
            h = above.unflatten(2, (self.patches, -1)).transpose(1, 2).flatten(1, 2)
        if not retain:
            return {number: found[number] for number in found if number in cuts}
        for part in found.values():
            part.H.retain_grad()
        return found

    def _linear(self, h: Tensor, number: int) -> Tensor:
        """h (run, row, in) by the map of that number, (run, row, out)."""
        return torch.baddbmm(self.biases[number].unsqueeze(1), h, self.weights[number].mT)

    def _block(self, h: Tensor, first: int, samples: int) -> Tensor:
        """h (run, patch * sample, feature) through a block whose maps begin at that number."""
        mix = self._attention if self.mixing == "attention" else self._patches
        h = h + mix(functional.layer_norm(h, h.shape[-1:]), first, samples)
        own = self._linear(functional.layer_norm(h, h.shape[-1:]), first + 2)
        return h + self._linear(functional.gelu(own), first + 3)

    def _patches(self, h: Tensor, first: int, samples: int) -> Tensor:
        rows = h.unflatten(1, (self.patches, samples)).flatten(2)  # (run, patch, sample * feature)
        for number in (first, first + 1):
            rows = torch.baddbmm(self.biases[number].unsqueeze(2), self.weights[number], rows)
            rows = functional.gelu(rows) if number == first else rows
        return rows.unflatten(2, (samples, -1)).flatten(1, 2)

    def _attention(self, h: Tensor, first: int, samples: int) -> Tensor:
        def by_sample(part: Tensor) -> Tensor:  # (run, sample, patch, feature)
            return part.unflatten(1, (self.patches, samples)).transpose(1, 2)

        asked, keys = self._linear(h, first).chunk(2, 2)
        values = self._linear(h, first + 1)
        match = by_sample(asked) @ by_sample(keys).mT / math.sqrt(self.features)  # (run, sample, patch, patch)
        return (match.softmax(3) @ by_sample(values)).transpose(1, 2).flatten(1, 2)
