"""Widget: all claims on their intervals, and a margin that can be moved: which verdicts change?"""

from collections.abc import Mapping, Sequence

import numpy as np
import traitlets
from matplotlib.figure import Figure

from fa_book.claims import evidence
from fa_book.claims.verdict import read
from fa_book.widgets.base import Widget

NEEDED = ("id", "statement", "artefact", "checks")
OF_A_CHECK = ("effect", "low", "high", "bounds", "zero")
COLOURS = {"holds": "#0b6e4f", "does not hold": "#a4243b", "artefact": "#5b4b9a", "undecided": "#8a5a00"}


def _example(id: str, effect: float, low: float, high: float, bounds) -> dict:
    check = {
        "asked": "an example",
        "found": "",
        "passed": None,
        "effect": effect,
        "low": low,
        "high": high,
        "bounds": bounds,
        "zero": 0.0,
    }
    return {"id": id, "statement": "an example", "artefact": None, "checks": [check]}


EXAMPLE = (  # what `Bar()` shows: three intervals that are no results
    _example("E1", 0.01, -0.01, 0.03, [-0.05, 0.05]),
    _example("E2", 0.08, 0.06, 0.1, [-0.05, 0.05]),
    _example("E3", 0.12, 0.09, 0.15, [0.1, None]),
)


def moved(check: Mapping, factor: float) -> tuple[float, float]:
    """Bounds of a check with margins `factor` times as wide, measured from its zero."""
    low, high = check["bounds"]
    zero = check["zero"]
    return (
        -np.inf if low is None else zero + (low - zero) * factor,
        np.inf if high is None else zero + (high - zero) * factor,
    )


def verdict(record: Mapping, factor: float) -> str:
    """The verdict of a record, as of `Verdict.record`, with margins `factor` times as wide."""
    passed = []
    for check in record["checks"]:
        low, high = moved(check, factor)
        found = (-np.inf if check["low"] is None else check["low"], np.inf if check["high"] is None else check["high"])
        inside, outside = low <= found[0] and found[1] <= high, found[1] < low or found[0] > high
        passed.append(True if inside else False if outside else None)
    if record["artefact"] is not None and passed[record["artefact"]] is False:
        return "artefact"
    return "does not hold" if False in passed else "undecided" if None in passed else "holds"


class Bar(Widget):
    """Verdicts under other margins.

    Args:
        records: of verdicts, as of `ledger.collect`; None: three examples.
        factor: margins by the published ones.
        view: "all" claims, or "changed" for those whose verdict changes.
    """

    module = "bar"
    records = traitlets.List().tag(sync=True, data=True)
    factor = traitlets.Float(1.0, min=0.25, max=4.0).tag(sync=True, state=True)
    view = traitlets.Enum(("all", "changed"), "all").tag(sync=True, state=True)

    def __init__(self, records: Sequence[Mapping] | None = None, **state):
        kept = [
            {name: record[name] for name in NEEDED[:-1]}
            | {"checks": [{name: check[name] for name in OF_A_CHECK} for check in record["checks"]]}
            | {"decisive": evidence.decisive([read(check) for check in record["checks"]])}  # the one that is drawn
            for record in (EXAMPLE if records is None else records)
        ]
        super().__init__(records=kept, **state)

    def changed(self) -> dict[str, tuple[str, str]]:
        """Claim to its published verdict and the one under the moved margins, where they differ."""
        both = {record["id"]: (verdict(record, 1.0), verdict(record, self.factor)) for record in self.records}
        return {id: pair for id, pair in both.items() if pair[0] != pair[1]}

    def words(self) -> str:
        changed = [f"{id} {now} ({first} as published)" for id, (first, now) in self.changed().items()]
        which = f": {', '.join(changed)}" if changed else ""
        return (
            "How many claims hold, do not hold, rest on an artefact or stay undecided, by the width of margins. With "
            f"margins {self.factor:g} times as wide, {len(changed)} of {len(self.records)} verdicts change{which}."
        )

    def picture(self) -> Figure:
        """How many verdicts of each kind there are, by the width of the margins."""
        figure = Figure(figsize=(6.4, 2.8), dpi=125, layout="constrained")
        axes = figure.subplots()
        factors = np.geomspace(0.25, 4, 41)
        given = [[verdict(record, factor) for record in self.records] for factor in factors]
        for outcome, colour in COLOURS.items():
            counts = [row.count(outcome) for row in given]
            axes.step(factors, counts, where="mid", color=colour, label=outcome)
        axes.axvline(self.factor, color="0.5", linewidth=1)
        axes.set(xscale="log", xlabel="margins, times the published ones", ylabel="verdicts")
        axes.set_xticks([0.25, 0.5, 1, 2, 4], ["1/4", "1/2", "1", "2", "4"])
        axes.minorticks_off()
        figure.legend(loc="outside lower center", ncols=4)
        return figure
