"""Published numbers: what counts as agreement, the source's network against a loop, and the choice of rates."""

import json

import numpy as np
import pytest
import torch
import xarray as xr

from fa_book.published_numbers import blocks, convolutions, lillicrap, mnist1d, nokland, plan, sources, tables
from fa_book.published_numbers import results as full
from fa_book.published_numbers import tasks as protocols
from fa_book.published_numbers.residual import Residual
from fa_lib import sweep, training
from fa_lib.feedback import BP, FA
from tools.book import ROOT


def test_agreement_needs_both_spreads():
    ours = [97.0, 97.2, 97.4]  # sd 0.2
    assert tables.agrees(sources.Row("BP", 97.5), ours)
    assert not tables.agrees(sources.Row("BP", 97.7), ours)
    assert tables.agrees(sources.Row("BP", 97.7, 0.1), ours)


def test_every_cell_of_a_table_is_filled_or_explained():
    other = sources.named("Nakajima 2022, mixer")
    assert tables.rows(other, {"DFA": [97.0, 98.0]}, {})[1][3:5] == ["\u22120.9", "not their network"]
    source = sources.named("PSA's baselines")
    (empty,) = tables.rows(source, {}, {})
    assert empty[4] == f"not run: {source.why}"
    filled, more = tables.rows(source, {"BP": [97.2, 97.4, 97.6], "FA": [96.0, 96.2]}, {"BP": 120.4})
    assert filled == ["BP", "97.4 [96.9, 97.9]", "97.37 ± 0.14", "+0.0", "yes", "120"]
    assert more[0] == "FA"
    assert more[2:5] == ["", "", ""]
    page = tables.beside(source, {"BP": [97.2, 97.4]}, {})
    assert page.count("<tr>") == 2
    assert "784-128-10" in page
    assert "<td>\u22120.1</td>" in page  # 97.3 beside 97.37
    clothes = "strong_dfc, Fashion-MNIST"
    body = tables.empty([sources.named(clothes)], {})
    assert "<code>published_dfc_fashion</code>" in tables.typeset(["source"] * 5, body, "")
    psa, dfc = (tables.empty([sources.named(name)], {"PSA's baselines": ["BP"]})[0]
                for name in ("PSA's baselines", clothes))  # fmt: skip
    assert psa[2:] == ["none is left", source.why, "165"]
    assert dfc[2].startswith("BP 89.4; DFC 88.7; Strong-DFC")
    complete = {
        "IBTask, the paper's Fig. 1",
        "MNIST-1D",
        "MNIST-1D, convolutions",
        "strong_dfc, MNIST",
        "Lillicrap 2014",
        "Nakajima 2022, mixer",
        "Nakajima 2022, transformer",
    }
    assert {source.name for source in sources.SOURCES if not source.why} == complete
    for source in sources.SOURCES:
        assert all(50 > row.theirs > 30 or 60 < row.theirs < 100 for row in source.rows)


def test_the_network_with_a_way_around_is_that_of_a_loop_and_learns_by_backpropagation():
    task = protocols.whole_mnist_1d()
    encoder = Residual((40, 7, 7), runs=[0, 1], nonlinearity="relu")
    model = training.build(task.change(widths=(7, 7)), BP(), encoder=encoder, runs=2)
    x, y = task.x[:30], task.y[:30]
    model.step(x, y)
    for run in range(2):
        free = [p.detach()[run].clone().requires_grad_() for p in (*encoder.parameters(), *model.decoder.parameters())]
        w1, b1, w2, b2, w3, b3 = free
        h1 = torch.relu(x @ w1.T + b1)
        h2 = h1 + torch.relu(h1 @ w2.T + b2)
        assert torch.allclose(encoder(x)[run], h2, atol=1e-5)
        torch.nn.functional.cross_entropy(h2 @ w3.T + b3, y.argmax(1)).backward()
        for ours, theirs in zip(encoder.parameters(), free, strict=False):
            assert torch.allclose(ours.grad[run], theirs.grad, atol=1e-6)


def test_a_short_training_reaches_more_than_logistic_regression_can():
    assert mnist1d.logistic() == pytest.approx(32, abs=0.5)  # the source's front page: 32
    assert mnist1d.accuracies(BP(), runs=2, epochs=8, lr=1e-2).min() > 40
    still = mnist1d.accuracies(FA(), runs=2, epochs=2, lr=1e-2, learn_encoder=False)
    assert still.shape == (2,)


def test_rates_are_those_that_did_best_in_the_published_grid():
    found, by_name = {}, sweep.named(ROOT / "book/results/published_rates.nc", dict(enumerate(plan.published_rates())))
    cells = plan.published_rates()
    for number, data in by_name.items():
        rule = plan.TRIED[number // len(plan.FACTORS)]
        found[rule, cells[number].lr / plan.RATES["mnist_1d"]] = data.test_accuracy.values[:, -1]
    assert mnist1d.best_rates(found) == {rule: plan.CHOSEN[rule] for rule in plan.TRIED}


def test_rates_on_mnist_too():
    """Kolen-Pollack's has no grid and takes sign-symmetry's."""
    for task, found in full.rates(ROOT / "book/results/published_rates_mnist.nc").items():
        best = {rule: rate / plan.RATES[task] for rule, rate in mnist1d.best_rates(found).items()}
        assert plan.CHOSEN_ON_MNIST[task] == best | {"Kolen-Pollack": best["sign-symmetry"]}
        assert {len(values) for values in found.values()} == {2}


def test_tasks_are_as_the_sources_say_and_held_out_samples_are_not_trained_on():
    few = protocols.dfc_mnist(samples=50, test_samples=20)
    assert (few.widths, few.lr, few.protocol.options["eps"], few.batch) == ((256, 256, 256), 2e-3, 2e-3, 128)
    psa = protocols.psa_mnist(samples=60, test_samples=20)
    assert (len(psa.x), len(psa.test_x), psa.protocol.optimizer) == (50, 10, "adamw")
    clothes = protocols.dfc_fashion(samples=50, test_samples=20)
    assert (clothes.widths, clothes.lr) == ((256, 256, 256), 4e-4)
    assert float(clothes.x.min()) == pytest.approx(0, abs=1e-6)  # as the source's: not standardised
    assert float(clothes.x.max()) == pytest.approx(1, abs=1e-6)
    whole, part = protocols.whole_mnist_1d(), protocols.held_out(protocols.whole_mnist_1d())
    assert (len(part.x), len(part.test_x)) == (3200, 800)
    assert torch.equal(torch.cat([part.x, part.test_x]), whole.x)
    cells = plan.published()
    assert len({cell.name for cell in cells}) == len(cells) == 12
    assert {json.loads(cell.text())["epochs"] for cell in cells} == {150, 100, 40}
    assert np.isclose(cells[0].lr, 1e-2)


def test_what_was_computed_comes_back_by_task_and_rule():
    """A row's end and best, its seconds where they were noted, and a name for every planned cell's rule."""
    names = [plan.rule_of(cell) for cell in (*plan.published(), *plan.published_more())]
    assert names == [rule for _, rule in (*plan.ROWS, *plan.MORE)]
    assert set(names) == set(plan.RULES)
    values = xr.DataArray([[0.5, 0.9, 0.8], [0.6, 0.7, 0.75]], dims=("run", "epoch"))
    rows = {"BP": values.to_dataset(name="test_accuracy").assign_attrs(core_seconds=3.5)}
    rows["FA"] = values.to_dataset(name="test_accuracy")
    assert full.accuracies(rows)["BP"] == pytest.approx([80, 75])
    assert full.accuracies(rows, best=True)["FA"] == pytest.approx([90, 75])
    assert full.core_seconds(rows) == {"BP": 3.5}


def test_rows_at_full_length_are_as_long_as_the_sources_and_agree_where_the_page_says_so():
    done = full.at_full_length(ROOT / "book/results")
    assert list(done) == ["mnist_1d", "psa_mnist", "dfc_mnist", "dfc_fashion", *full.STUDIES]
    assert set(done["mnist_1d"]) == set(plan.RULES)
    for task, rules in (plan.CHOSEN_ON_MNIST | plan.ON_FASHION).items():
        assert set(done[task]) == {"BP", *rules}
    assert list(done["lillicrap"]) == ["BP", "FA"]
    assert list(done["nokland"]) == ["BP", "DFA"]
    assert list(done["mixer"]) == list(done["transformer"]) == list(blocks.WAYS)
    lengths = {name: (study.RUNS, study.EPOCHS) for name, study in (
        ("lillicrap", lillicrap), ("convolutions", convolutions), ("mixer", blocks), ("transformer", blocks)
    )}  # fmt: skip
    met = {}
    for name, task in full.TASK_OF.items():
        for rule, data in done[task].items():
            if task == "nokland":  # a run ends by itself
                assert (data.sizes["run"], int(data.epoch[-1]) + 1) == (nokland.RUNS, int(data.ended.max()))
                assert 100 < data.ended.min() <= data.ended.max() <= nokland.EPOCHS
            else:
                length = lengths.get(task) or plan.LENGTHS[task]
                assert (data.sizes["run"], int(data.epoch[-1]) + 1) == length
            theirs = {row.rule: row for row in sources.named(name).rows}
            if name != "MNIST-1D" and sources.named(name).same and rule in theirs:
                found = full.accuracies({rule: data}, best=name.startswith("PSA"))[rule]
                met[name, rule] = tables.agrees(theirs[rule], found)
    # one run each, of unknown spread: convolutions' BP lies 1.8 points above, Lillicrap's BP and FA 0.15 and 0.09
    missed = [("MNIST-1D, convolutions", "BP"), ("Lillicrap 2014", "BP"), ("Lillicrap 2014", "FA")]
    assert [key for key, agreed in met.items() if not agreed] == missed
    assert len(met) == 8
