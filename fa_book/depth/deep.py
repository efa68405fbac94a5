"""The results of the sweep over depth, by task, depth and rule, as the chapter on depth reads them."""

from collections.abc import Mapping
from pathlib import Path

import xarray as xr

from fa_book.depth.plan import MAPS, depth
from fa_lib import sweep
from fa_lib.feedback import BP, DFA, DRTP, FA, TF, Chained, Direct, KolenPollack, SignSymmetry
from fa_lib.feedback.centred import Centred
from fa_lib.sweep.labels import labels

NAMES: Mapping[object, str] = {
    Chained(BP()): "BP",
    Chained(FA()): "FA chained",
    DFA(): "DFA",
    DRTP(): "DRTP",
    Direct(TF(decorrelate=0.0)): "TF direct",
    Chained(SignSymmetry()): "signs of W chained",
    Chained(KolenPollack()): "B learned, chained",
    Chained(Centred(FA())): "FA chained, centred",
    Direct(Centred(FA())): "DFA centred",
    Direct(Centred(FA()), ()): "last layer alone",
    Direct(Centred(FA()), MAPS): "DFA centred, and maps",
    DFA(MAPS): "DFA, and maps",
    DRTP(MAPS): "DRTP, and maps",
}
STYLES: Mapping[str, tuple[str, str]] = {  # name to colour and marker
    "BP": ("#000000", "o"),
    "FA chained": ("#0072B2", "s"),
    "FA chained, centred": ("#0072B2", "s"),
    "DFA": ("#AA4499", "D"),
    "DFA centred": ("#AA4499", "D"),
    "DRTP": ("#E69F00", "^"),
    "TF direct": ("#D55E00", "v"),
    "signs of W chained": ("#117733", "P"),
    "B learned, chained": ("#44AA99", "X"),
    "frozen": ("#808080", "."),
}


def published(path: str | Path) -> dict[tuple[str, tuple[int, ...] | None], dict[str, xr.Dataset]]:
    """The merged file of the plan "depth": (task, widths) to name of the rule to Dataset; "frozen": only W_O learns.

    In networks of one layer a direct rule is the chained one, and stands under both names.

    Args:
        path: of the file. Names and widths are those of the plan with its usual numbers of runs and epochs.

    Raises:
        ValueError: as `sweep.load`.
    """
    merged = sweep.load(path)
    found: dict[tuple[str, tuple[int, ...] | None], dict[str, xr.Dataset]] = {}
    for cell, label in labels(depth()).items():
        if label in merged:  # a sweep may be merged before its end
            name = NAMES[cell.feedback] if cell.learn_encoder else "frozen"
            found.setdefault((cell.task, cell.widths), {})[name] = merged[label]
    for (_, widths), rules in found.items():
        for direct, chained in {"DFA": "FA chained", "DFA centred": "FA chained, centred"}.items():
            if widths is not None and len(widths) == 1 and chained in rules:
                rules[direct] = rules[chained]  # to one layer they say the same
    return found
