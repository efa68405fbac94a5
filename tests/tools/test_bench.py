"""The benchmark's references do fa_lib's work, its limits count what is done, and its tables can be made.

How fast anything is, is not asked here.
"""

import gc
import os
import time

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from fa_lib import BP, FA, TF, tasks, training
from tools.bench import __main__ as bench
from tools.bench import epochs, hardware, idealised, images, limits, small, timing
from tools.bench.plain import Plain
from tools.bench.table import Line, span, summary
from tools.bench.usual import Usual, binned

RUN = 1


@pytest.fixture(autouse=True)
def threads_as_they_were():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("kind", [Usual, Plain])
@pytest.mark.parametrize("learn_decoder", [True, False])
@pytest.mark.parametrize("rule", [FA(), BP()], ids=["FA", "BP"])
def test_a_reference_records_what_train_records(kind, rule, learn_decoder):
    task = tasks.ib()
    ours = training.train(task, rule, runs=[RUN], epochs=4, learn_decoder=learn_decoder, progress=False)
    network = kind(task, rule, RUN, learn_decoder=learn_decoder)
    rows = [network.epoch() for _ in range(4)]
    assert rows[0].keys() == set(ours.data_vars) - {"ceiling", "stuck"}
    for name in rows[0]:
        loose = 2e-3 if "accuracy" in name or "information" in name else 1e-6  # one sample more or less
        np.testing.assert_allclose([row[name] for row in rows], ours[name][0], rtol=1e-5, atol=loose, err_msg=name)
    assert abs(rows[0]["loss"] - rows[3]["loss"]) > 1e-4  # it does learn


@pytest.mark.parametrize("kind", [Usual, Plain])
@pytest.mark.parametrize("rule", [FA(), BP()], ids=["FA", "BP"])
def test_a_reference_takes_the_same_steps_on_mnist(kind, rule):
    """Dropout is off on both sides: theirs is drawn in another way."""
    task = tasks.mnist(samples=192, test_samples=32)
    model, losses = training.build(task, rule, runs=[RUN]), []
    model.encoder.eval()
    for seen in training.train_epoch(model, training.batches(task)):
        losses.append(float(seen.loss[0]))
    network = kind(task, rule, RUN)
    network.net.backbone[4].p = 0.0
    row = network.epoch()
    np.testing.assert_allclose(row["loss"], np.mean(losses), rtol=1e-5)
    assert losses[2] < losses[0]
    with torch.no_grad():
        y_hat = task.activate(model.decoder(model.encoder(task.test_x)))
    np.testing.assert_allclose(row["test_loss"], float(task.squared_error(y_hat, task.test_y)[0]), rtol=1e-4)


def test_unique_rows_tell_the_information_of_a_table():
    H = np.array([[0.0, 0.0], [0.0, 0.05], [1.0, 0.0], [1.0, 0.0]])
    assert binned(H, np.array([[0.0], [0.0], [1.0], [1.0]]), 0.1) == pytest.approx(1.0)
    assert binned(H, np.array([[0.0], [1.0], [0.0], [1.0]]), 0.1) == pytest.approx(0.0)


@pytest.mark.parametrize("make", [tasks.ib, lambda: tasks.mnist(64, 1)], ids=["ib", "mnist"])
def test_multiply_adds_are_those_torch_counts(make):
    task = make()
    network, x, y = Plain(task, FA()), task.x[:8], task.y[:8]
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network.net.decoder(network.net.hidden(x))
    assert counter.get_total_flops() == 2 * 8 * limits.forward(task)
    with FlopCounterMode(display=False) as counter:
        network.step(x, y)
    assert counter.get_total_flops() == 2 * 8 * limits.step(task)
    assert limits.seconds({"product": 2.0, "tanh": 3.0}, limits.SIZE**3, limits.EVALUATIONS) == 5


def test_sides_are_timed_in_turn():
    calls, hand = [], iter(range(1000))
    enabled = gc.isenabled()
    sides = {"a": lambda: calls.append("a"), "b": lambda: calls.append("b") or next(hand)}
    taken = timing.interleaved(sides, 3, clock=lambda: float(next(hand)))
    assert calls == ["a", "b"] * 4
    assert taken == {"a": 1.0, "b": 2.0}
    assert gc.isenabled() == enabled
    calls.clear()
    timing.interleaved(sides, 0)
    assert calls == ["a", "b"]
    assert timing.interleaved({"own": lambda: 7.0}, 2) == {"own": 7.0}


def test_work_apart_is_done_in_other_processes():
    first, second = timing.together([(os.getpid,), (os.getppid,)])
    assert os.getpid() not in (first, second)
    assert timing.apart(max, 2, 3) == 3
    with pytest.raises(RuntimeError, match="ended without an answer"):
        timing.apart(os._exit, 1)


def test_a_line_knows_its_ratio_and_whether_it_meets_its_bar():
    faster, dearer = Line("w", 2.0, "a", 8.0, 3), Line("w", 2.0, "limit", 0.5, 3, at_least=False)
    assert (faster.ratio, faster.met, dearer.ratio, dearer.met) == (4, True, 4, False)
    assert Line("w", 1.0, "x", 1.0).met is None
    assert "met" in str(faster)
    assert "MISSED" in str(dearer)
    assert [span(s) for s in (12.345, 0.0123, 1.5e-6)] == ["12.35 s", "12.3 ms", "1.5 us"]
    told = list(summary([faster, dearer, Line("w", 1.0, "x", 1.0)]))
    assert told[0] == "1 of 2 bars met"
    assert len(told) == 2


def test_the_quick_table_can_be_made(monkeypatch):
    def once(sides, repeats, clock=time.process_time):
        return timing.interleaved(sides, 0, clock)

    for module in (small, images, idealised, hardware):
        monkeypatch.setattr(module, "interleaved", once)
    for module in (small, hardware):
        monkeypatch.setattr(module, "together", lambda jobs: [work(*given) for work, *given in jobs])
        monkeypatch.setattr(module, "apart", lambda work, *given: work(*given))
    made = list(bench.table(list(bench.SECTIONS), quick=True, full=False))
    assert made[0].split()[:3] == ["work", "ours", "against"]
    judged = [line for line in made if " met" in line or "MISSED" in line]
    for work in ("Fig. 1", "one step of 40", "TF with the K term", "MNIST epoch", "dynamics.exact", "IBTask per run"):
        assert any(work in line for line in judged), work
    assert any("CUDA" in line for line in made) != torch.cuda.is_available()


@pytest.mark.parametrize("name", ["ib", "mnist_regression"])
def test_a_line_of_an_epoch_holds_two_times_and_a_memory(name):
    alone, measured, memory = epochs.cell(name, TF(), 1, True)
    assert alone > 0
    assert measured > 0
    assert memory > 50  # MiB: torch alone takes more


def test_mnist_is_cut_and_scaled_to_an_epoch():
    task, scale = epochs.cut("mnist", 3)
    assert (len(task.x), len(task.test_x)) == (192, 32)
    assert scale == 60_000 / 192
    whole, one = epochs.cut("ib", 3)
    assert (len(whole.x), one) == (3277, 1)


def test_binned_information_is_timed():
    assert epochs.binned_information(runs=2, repeats=2) > 0
