"""The plans behind published results: cells keep their names for ever, and every published cell is one of a plan."""

import hashlib
import json
import subprocess
import sys

import pytest

from fa_book.plans import PLANS
from fa_lib import sweep
from fa_lib.sweep.cells import from_options
from fa_lib.sweep.command import main
from fa_lib.sweep.labels import condition, labels
from tools.book import ROOT

RESULTS = [path for path in sorted((ROOT / "book/results").glob("*.nc")) if path.stem in PLANS]
FIRST = ("fig1", "fig4", "fig7", "fig8", "bottleneck", "decide", "depth", "sensitivity")  # of the first edition
LATER = {  # a later plan and the digest of its cells' names
    "ibtask": "e0a7c6afa5dfda5d",
    "ibtask_more": "aecb76b1ce276ba7",
    "orbits": "bbb3c4f7dcb0c0e2",
    "one_law": "831b78fcce2eeeb9",
    "one_law_further": "b412ec49815554cc",
    "one_law_more": "ce15066ac54b4861",
    "decide_more": "8df4d20b5377e0dc",
    "decide_further": "e11a078ef2d5faa2",
    "one_law_runs": "d4e57ac670b5dc93",
    "one_law_fresh": "f5296a748926f6be",
    "one_law_digits": "5afcda4e31cb5072",
    "published_rates": "7f09872fa41ebf51",
    "published_rates_mnist": "134b6c8a95770fa5",
    "published": "8af09fc94ed1f28d",
    "published_fashion": "b6a1d3d7ff29d414",
    "fig7_judged": "faf87e6f9aa8788b",
    "fig8_judged": "9630417d96cf9286",
    "published_psa": "44e139e5fd0517b9",
    "published_dfc": "92c46da912f10768",
    "published_dfc_fashion": "8c640e6c8ca9d100",
    "published_more": "4956d5383dc2fc6e",
}


def digest(words) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


def test_names_are_what_they_always_were():
    """Results lie under these names: a change here makes every finished cell of everybody a stranger."""
    assert PLANS["fig7"]()[0].name == "mnist-BP-runs0to4-28a1c52737d4f29c.nc"
    assert digest(c.name for name in ("fig1", "fig4", "fig7", "fig8") for c in PLANS[name]()) == "d7017542c9865062"
    every = []
    for name in FIRST:
        cells = PLANS[name]()
        names = labels(cells)
        every += [f"{cell.name} {names[condition(cell)]}" for cell in cells]
    assert (len(every), digest(every)) == (489, "5e2789ed0aa3ecdb")
    later = {name: digest(cell.name for cell in PLANS[name]()) for name in PLANS if name not in FIRST}
    assert later == LATER


def published(path) -> list[str]:
    """Names of a merged file's cells, each of which is one of the plan."""
    planned, table = {cell.name: cell for cell in PLANS[path.stem]()}, sweep.provenance(path)
    cells = [from_options(json.loads(text)) for text in table.cell.values]
    assert [cell.text() for cell in cells] == table.cell.values.tolist()
    assert all(planned[cell.name] == cell for cell in cells)
    assert set(planned) == {cell.name for cell in cells}
    return [cell.name for cell in cells]


def test_every_published_cell_is_found_in_its_plan_by_name():
    found = [name for path in RESULTS for name in published(path) if path.stem in FIRST]
    assert (len(found), digest(found)) == (461, "c055df9be6d1ce25")


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_results_by_the_names_of_a_plan_are_those_by_label(path):
    conditions, table = labels(PLANS[path.stem]()), sweep.provenance(path)
    by_label, by_cell = sweep.load(path), sweep.named(path, {cell: cell for cell in conditions})
    assert len(by_cell) == len(by_label)
    for cell, data in by_cell.items():
        assert data.identical(by_label[conditions[cell]])
    for text, label in zip(table.cell.values, table.label.values, strict=True):
        assert set(json.loads(text)["runs"]) <= set(by_label[label].run.values)


def test_another_process_gives_the_same_names():
    code = "from fa_book.plans import PLANS; print(*(cell.name for plan in PLANS.values() for cell in plan()))"
    there = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert there.stdout.split() == [cell.name for plan in PLANS.values() for cell in plan()]


def test_the_figures_have_the_papers_protocol():
    for name, runs, epochs in (("fig1", 10, {1000}), ("fig4", 30, {1000, 100}), ("fig7", 10, {10}), ("fig8", 10, {30})):
        cells = PLANS[name]()
        assert {cell.epochs for cell in cells} == epochs
        for one, label in labels(cells).items():
            of_it = sorted(run for cell in cells if condition(cell) == one for run in cell.runs)
            extra = name in ("fig7", "fig8") and label.removesuffix(", gamma") not in ("BP", "FA", "NFA", "NF", "TF")
            assert of_it in (list(range(runs)), list(range(5))), label
            assert extra or len(of_it) == runs or name == "fig8"
        assert len({cell.name for cell in cells}) == len(cells)


def test_options_take_the_place_of_the_plans_own():
    assert sweep.cells_of("fig8", plans=PLANS) == PLANS["fig8"]()
    cells = sweep.cells_of("fig7", plans=PLANS, runs=3, epochs=2, seed=4, device="cuda")
    assert {(cell.runs, cell.epochs, cell.seed, cell.device) for cell in cells} == {((0, 1, 2), 2, 4, "cuda")}


def test_the_books_command_knows_the_plans_and_the_librarys_does_not(tmp_path):
    words = ["status", "decide", "--runs", "1", "--out", str(tmp_path)]
    of_book, of_library = (
        subprocess.run(
            [sys.executable, "-m", module, *words], cwd=ROOT, capture_output=True, text=True, check=False
        )
        for module in ("fa_book", "fa_lib")
    )  # fmt: skip
    assert "159 cells: 0 finished, 159 missing" in of_book.stdout
    assert of_library.returncode == 2
    assert "a sweep is the path of a TOML file; there is no file 'decide'" in of_library.stderr


def test_a_name_that_is_neither(capsys):
    assert main(["status", "fig9"], plans=PLANS) == 2
    said = f"one of {', '.join(PLANS)} or the path of a TOML file; there is no file 'fig9'"
    assert said in capsys.readouterr().err
