"""Rules for several hidden layers: every chosen layer is cut off from those above and gets a signal of its own.

Direct rules tell every layer what happened at the output. Chained rules tell a layer what the one above it was told.
Hidden layers are counted from 1; the last has the decoder above it and is always cut. Where there is a convolutional
backbone, 0 is its output, and below lie its maps: -1 the second, which is flattened for a linear layer, and -2 the
first, between the two convolutions. The maps are cut only where `layers` names them. Between two cuts the gradient is
exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from torch import Tensor

from fa_lib.feedback.errors import BP, FA, OutputError
from fa_lib.feedback.targets import TF, Projection
from fa_lib.feedback.weights import KolenPollack, SignSymmetry
from fa_lib.seeds import deeper


def _chosen(rule, widths: Mapping[int, int]) -> dict[int, object]:
    """The channel of every cut, by the layer's number."""
    last, layers, channel = max(widths), rule.layers, rule.channel
    given = isinstance(channel, Mapping)
    channels = channel if given else dict.fromkeys(widths, channel)
    every = channels if given else [number for number in channels if number >= 0]
    numbers = every if layers is None else {*layers, last}
    if not {last} <= set(numbers) <= set(widths) & set(channels):
        raise ValueError(
            f"layers must be among {sorted(widths)} and have a channel each, the last in any case; got "
            f"{sorted(numbers)} and channels for {sorted(channels)}"
        )
    return {number: channels[number] for number in sorted(numbers)}


def _drawn(chosen: Mapping[int, object], above: Mapping[int, int], m: Mapping[int, int], seed: int, **options) -> dict:
    """Every cut's channel with its matrices, (above, m) at each; the last layer's are those of the channel alone."""
    last = max(m)
    return {
        number: channel.draw(above[number], m[number], seed=deeper(seed, last - number), **options)
        for number, channel in chosen.items()
    }


def _contains(channel, kinds: tuple[type, ...]) -> bool:
    return isinstance(channel, kinds) or (hasattr(channel, "channel") and _contains(channel.channel, kinds))


@dataclass(frozen=True)
class Direct:
    """Every cut layer gets the output's error, or the target, through a channel of its own.

    Args:
        channel: a channel for a single cut, such as `FA()`, drawn anew for every layer; or a mapping from layer number
            to channel.
        layers: numbers of the layers to cut besides the last; all but a backbone's maps if None, so that () is the
            channel alone.

    Raises:
        ValueError: when drawn, for layers that are not there or without a channel, for `KolenPollack`, which needs the
            weight that it mirrors, and between convolutions for `BP` and `SignSymmetry`, which need a matrix.

    Source: Nøkland 2016.
    """

    channel: object
    layers: tuple[int, ...] | None = None
    at: Mapping[int, object] = field(default_factory=dict, repr=False, compare=False)

    def draw(
        self, p: int, m: Mapping[int, int], *, runs: Sequence[int], seed: int = 0, device: str = "cpu"
    ) -> "Direct":
        """The same with a channel (p, m) for every cut layer; m gives the layers' widths by their numbers."""
        chosen = _chosen(self, m)
        if any(_contains(channel, (KolenPollack,)) for number, channel in chosen.items() if number < max(m)):
            raise ValueError("KolenPollack learns a weight's transpose, and no single weight is beside a direct path")
        if any(_contains(channel, (BP, SignSymmetry)) for number, channel in chosen.items() if number < -1):
            raise ValueError("a convolution and its pooling are no matrix: between convolutions use a random channel")
        return replace(self, at=_drawn(chosen, dict.fromkeys(m, p), m, seed, runs=runs, device=device))

    def below(self, error: Tensor, W: Tensor, delta: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """What the next layer below is told: the same error, and the product of all weights on the way, (run, p, m)."""
        return error, W @ weight


@dataclass(frozen=True)
class Chained:
    """Every cut layer gets, through a channel, the gradient at the layer above, before that one's nonlinearity.

    `Chained(FA())` is feedback alignment layer by layer, `Chained(BP())` is backpropagation.

    Args:
        channel, layers: as in `Direct`.

    Raises:
        ValueError: when drawn, for layers that are not there or without a channel, for a channel below the last layer
            that carries no error (`TF`, `Projection`) or only the output's (`OutputError`), and for a cut between
            convolutions, where no matrix is above.

    Source: Lillicrap et al. 2016; Akrout et al. 2019 and Liao et al. 2016 for their channels.
    """

    channel: object
    layers: tuple[int, ...] | None = None
    at: Mapping[int, object] = field(default_factory=dict, repr=False, compare=False)

    def draw(
        self, p: int, m: Mapping[int, int], *, runs: Sequence[int], seed: int = 0, device: str = "cpu"
    ) -> "Chained":
        """The same with a channel (m of the layer above, or p, and m) for every cut layer."""
        chosen = _chosen(self, m)
        if any(_contains(channel, (TF, Projection, OutputError)) for n, channel in chosen.items() if n < max(m)):
            raise ValueError("a chain hands on errors: below the last layer use a channel that carries the error given")
        if min(chosen) < -1:
            raise ValueError("a chain takes a matrix's place, and a convolution with its pooling is none: use Direct")
        above = {number: m.get(number + 1, p) for number in m}
        return replace(self, at=_drawn(chosen, above, m, seed, runs=runs, device=device))

    def below(self, error: Tensor, W: Tensor, delta: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """What the next layer below is told: the gradient before this one's nonlinearity, and its weight."""
        return delta, weight


@dataclass(frozen=True)
class DFA:
    """Direct feedback alignment: the output's error through a fixed random matrix (p, m) to every hidden layer.

    The same as `Direct(FA(), layers)`.

    Args:
        layers: as in `Direct`.

    Source: Nøkland 2016.
    """

    layers: tuple[int, ...] | None = None

    def draw(self, p: int, m: Mapping[int, int], **options) -> Direct:
        """The direct rule with its matrices; options as in `Direct.draw`."""
        return Direct(FA(), self.layers).draw(p, m, **options)


@dataclass(frozen=True)
class DRTP:
    """Direct random target projection: the target through a fixed random matrix (p, m) to every hidden layer.

    The same as `Direct(Projection(), layers)`. No layer waits for the output.

    Args:
        layers: as in `Direct`.

    Source: Frenkel et al. 2021.
    """

    layers: tuple[int, ...] | None = None

    def draw(self, p: int, m: Mapping[int, int], **options) -> Direct:
        """The direct rule with its matrices; options as in `Direct.draw`."""
        return Direct(Projection(), self.layers).draw(p, m, **options)
