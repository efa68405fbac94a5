"""Rules for several hidden layers: every chosen layer is cut off from those above and gets a signal of its own.

Direct rules tell every layer what happened at the output. Chained rules tell a layer what the one above it was told.
Hidden layers are counted from 1; the last has the decoder above it and is always cut. Where there is a convolutional
backbone, 0 is its output, and below lie its maps: -1 the second, which is flattened for a linear layer, and -2 the
first, between the two convolutions. The maps are cut only where `layers` names them. Between two cuts the gradient is
exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Self

from jaxtyping import Float
from torch import Tensor

from fa_lib.feedback.base import Error, Hidden, Rule, Weight, Wrapper, checked, in_words
from fa_lib.feedback.errors import BP, FA
from fa_lib.feedback.symmetric import SignSymmetry
from fa_lib.feedback.targets import Projection
from fa_lib.random import deeper

Made = Float[Tensor, "run m below"] | None  # the weight that made a layer from the one below; None for no such matrix


class ForLayers:
    """A rule for several hidden layers, undrawn or drawn by its `draw(p, m, ...)`, as `Layered` has it."""

    needs = frozenset()  #: as of a `Rule`
    published = around = None  #: as of a `Rule`
    word = classmethod(Rule.word.__func__)

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        if "draw" in vars(cls):
            cls.draw = in_words(cls.draw, several=True)

    def __repr__(self) -> str:
        """As one writes it: without `layers` where these are all."""
        shown = {field.name: getattr(self, field.name) for field in fields(self) if field.repr}
        said = (f"{name}={value!r}" for name, value in shown.items() if name != "layers" or value is not None)
        return f"{type(self).__name__}({', '.join(said)})"


@dataclass(frozen=True, repr=False)
class Layered(ForLayers):
    """A rule for every hidden layer, made of rules for one: `Direct` or `Chained`.

    These say what a layer is told (`below`, and in `_above` how many numbers that is, by the layer's number), and
    refuse by ValueError a rule that makes no sense where it is (`_refuse`).
    """

    rule: Rule | Mapping[int, Rule]
    layers: tuple[int, ...] | None = None
    at: Mapping[int, Rule] = field(default_factory=dict, repr=False, compare=False)  #: drawn: the rule of every cut

    def __post_init__(self):
        for rule in self._rules():
            checked(rule)

    def _rules(self) -> list[Rule]:
        return list(self.rule.values()) if isinstance(self.rule, Mapping) else [self.rule]

    def draw(self, p: int, m: Mapping[int, int], *, runs: Sequence[int], seed: int = 0, device: str = "cpu") -> Self:
        """The same with a rule drawn for every cut layer; m gives the layers' units by their numbers."""
        chosen, last = self._chosen(m), max(m)
        self._refuse(chosen, last)
        above = self._above(p, m)
        return replace(self, at={
            number: rule.draw(above[number], m[number], runs=runs, seed=deeper(seed, last - number), device=device)
            for number, rule in chosen.items()
        })  # fmt: skip

    @property
    def needs(self) -> frozenset[str]:
        """What the rules need together."""
        return frozenset().union(*(rule.needs for rule in self._rules()))

    def below(self, error: Error, W: Weight | None, delta: Hidden, weight: Made) -> tuple[Tensor, Tensor | None]:
        """What the next layer below is told: an error and what stands between it and that layer.

        Args:
            error, W: what this layer was told.
            delta: the gradient before this layer's nonlinearity, (run, sample, m).
            weight: that made this layer, (run, m, m of the layer below).
        """
        raise NotImplementedError

    def _chosen(self, widths: Mapping[int, int]) -> dict[int, Rule]:
        """The rule of every cut, by the layer's number."""
        last, layers = max(widths), self.layers
        given = isinstance(self.rule, Mapping)
        rules = self.rule if given else dict.fromkeys(widths, self.rule)
        every = rules if given else [number for number in rules if number >= 0]
        numbers = every if layers is None else {*layers, last}
        if not {last} <= set(numbers) <= set(widths) & set(rules):
            got = f"got {sorted(numbers)} and rules for {sorted(rules)}"
            raise ValueError(f"layers must be among {sorted(widths)} and have a rule each, the last in any case; {got}")
        return {number: rules[number] for number in sorted(numbers)}


def contains(rule: Rule, kinds: tuple[type, ...]) -> bool:
    """Whether the rule, or one inside it, is of these kinds."""
    return isinstance(rule, kinds) or (isinstance(rule, Wrapper) and contains(rule.rule, kinds))


@dataclass(frozen=True, repr=False)
class Direct(Layered):
    """Every cut layer gets the output's error, or the target, through a rule of its own.

    Args:
        rule: a rule for a single cut, such as `FA()`, drawn anew for every layer; or a mapping from layer number to
            rule.
        layers: numbers of the layers to cut besides the last; all but a backbone's maps if None, so that () is the
            rule alone.

    Raises:
        ValueError: when drawn, for layers that are not there or without a rule, for `KolenPollack`, which needs the
            weight that it mirrors, and between convolutions for `BP` and `SignSymmetry`, which need a matrix.

    Source: Nøkland 2016.
    """

    around = "direct"

    def below(self, error: Error, W: Weight | None, delta: Hidden, weight: Made) -> tuple[Tensor, Tensor | None]:
        """What the next layer below is told: the same error, and the product of all weights on the way, (run, p, m).

        None where something on the way is no matrix: a random rule asks for none.
        """
        return error, None if W is None or weight is None else W @ weight

    def _above(self, p: int, m: Mapping[int, int]) -> dict[int, int]:
        return dict.fromkeys(m, p)

    def _refuse(self, chosen: Mapping[int, Rule], last: int) -> None:
        if any(rule.learns for number, rule in chosen.items() if number < last):
            raise ValueError("KolenPollack learns a weight's transpose, and no single weight is beside a direct path")
        if any(contains(rule, (BP, SignSymmetry)) for number, rule in chosen.items() if number < -1):
            raise ValueError("a convolution and its pooling are no matrix: between convolutions use a random rule")


@dataclass(frozen=True, repr=False)
class Chained(Layered):
    """Every cut layer gets, through a rule, the gradient at the layer above, before that one's nonlinearity.

    `Chained(FA())` is feedback alignment layer by layer, `Chained(BP())` is backpropagation.

    Args:
        rule, layers: as in `Direct`.

    Raises:
        ValueError: when drawn, for layers that are not there or without a rule, for a rule below the last layer that
            carries no error (`TF`, `Projection`) or only the output's (`OutputError`), and for a cut between
            convolutions, where no matrix is above.

    Source: Lillicrap et al. 2016; Akrout et al. 2019 and Liao et al. 2016 for their rules.
    """

    around = "layer by layer"

    def below(self, error: Error, W: Weight | None, delta: Hidden, weight: Made) -> tuple[Tensor, Tensor | None]:
        """What the next layer below is told: the gradient before this one's nonlinearity, and its weight."""
        return delta, weight

    def _above(self, p: int, m: Mapping[int, int]) -> dict[int, int]:
        return {number: m.get(number + 1, p) for number in m}

    def _refuse(self, chosen: Mapping[int, Rule], last: int) -> None:
        for number, rule in chosen.items():
            # a layer below the last is told a gradient of its own width: what speaks of y or z cannot be used there
            if number < last and rule.needs & {"y", "z", "output", "error_at"}:
                raise ValueError(f"below the last layer a chain needs a rule that carries the error given, not {rule}")
        if min(chosen) < -1:
            raise ValueError("a chain takes a matrix's place, and a convolution with its pooling is none: use Direct")


@dataclass(frozen=True, repr=False)
class DFA(ForLayers):
    """Direct feedback alignment, `Direct(FA(), layers)`: the output's error by a random matrix (p, m) to every layer.

    Args:
        layers: as in `Direct`.

    Source: Nøkland 2016.
    """

    layers: tuple[int, ...] | None = None

    def draw(self, p: int, m: Mapping[int, int], **options) -> Direct:
        """The direct rule with its matrices; options as in `Direct.draw`."""
        return Direct(FA(), self.layers).draw(p, m, **options)


@dataclass(frozen=True, repr=False)
class DRTP(ForLayers):
    """Direct random target projection, `Direct(Projection(), layers)`: the target by a random matrix to every layer.

    No layer waits for the output.

    Args:
        layers: as in `Direct`.

    Source: Frenkel et al. 2021.
    """

    layers: tuple[int, ...] | None = None
    needs = Projection.needs

    def draw(self, p: int, m: Mapping[int, int], **options) -> Direct:
        """The direct rule with its matrices; options as in `Direct.draw`."""
        return Direct(Projection(), self.layers).draw(p, m, **options)
