"""More signals on MNIST: four times those that there were, in the same proportions, from the same starts."""

from collections import Counter
from dataclasses import replace

import pytest
from sweep_cluster import compute

from fa_book.decide import more
from fa_book.decide.plan import digit_rules, experiment
from fa_lib.feedback import Centred
from fa_lib.sweep import merge
from tools.book import ROOT


def kind(name):
    return name.split(", ")[1].split()[-1 if "groups" in name else 0]


def test_the_first_fifteen_are_those_of_the_first_look():
    assert {
        f"target, {name}": Centred(rule) for name, rule in more.fifteen(*more.CARRIERS["target"]).items()
    } == digit_rules()


@pytest.mark.parametrize("carrier", more.CARRIERS)
def test_kinds_keep_their_proportions(carrier):
    first = Counter(map(kind, (f"{carrier}, {name}" for name in more.fifteen(*more.CARRIERS[carrier]))))
    every = Counter(
        map(
            kind,
            (
                f"{carrier}, {name}"
                for name in more.fifteen(*more.CARRIERS[carrier]) | more.forty_five(*more.CARRIERS[carrier])
            ),
        )
    )
    assert every == {name: 4 * count for name, count in first.items()}
    assert len(more.signals(carrier)) == {"target": 45, "error": 60}[carrier]


def test_cells_differ_from_the_first_look_in_the_rule_alone():
    intact = experiment("mnist_rows", True)["target, turned 0"]
    for (learn, _), cell in more.planned("error").items():
        assert replace(cell, feedback=intact.feedback, learn_decoder=True) == intact
        assert cell.learn_decoder is learn
    assert {cell.runs for cell in more.decide_more()} == {tuple(range(5))}
    assert len({cell.name for cell in more.decide_more() + more.decide_further()}) == 90 + 120


def test_tables_hold_what_is_there(tmp_path):
    (tmp_path / "decide.nc").symlink_to(ROOT / "book/results/decide.nc")
    assert more.tables(tmp_path)[False].sizes == {"condition": 15, "run": 5}
    cells = more.decide_more(runs=5, epochs=15)[:1]
    compute([replace(cells[0], epochs=15)], tmp_path)
    merge(cells, tmp_path, tmp_path / "decide_more.nc")
    tables = more.tables(tmp_path)
    assert tables[False].sizes == {"condition": 16, "run": 5}
    assert tables[False].condition.values[-1] == "target, turned 5"
    assert tables[True].sizes["condition"] == 15
