"""Turn the signal: the page draws, turns, tells and trains what fa_lib does, and what it says to look for is so."""

import itertools
import re

import numpy as np
import pytest
import torch
from finished import finished
from trainings import RUNNING, epoch, halt_of_motion, press, run_to, settle, still_for, wait_for_epoch
from visits import shortened

from fa_book.widgets import Turn, turn
from fa_book.widgets.abreast import parameters
from fa_book.widgets.turn import INTACT, MEASURES, PRESETS, YOURS
from fa_lib import probes, tasks, training

STEPS = 20
ENDS = shortened(turn)
NAMES = ["against the gradient", "at right angles", "3/4 of labels by lot", "all by lot"]
SHOWN = ("signal_told", "cosine", "regression_accuracy", "told", "accuracy")  # columns of the table

TRAIN = """async ([state, name, start, steps, wide]) => {
  const { network } = await import("/_static/widgets/network.js");
  const { channel } = await import("/_static/widgets/channels.js");
  const { linearReadout } = await import("/_static/widgets/linear_readout.js");
  const { labels } = await import("/_static/widgets/lockstep.js");
  const { signalNumbers, twoSignals } = await import("/_static/widgets/turned.js");
  const given = twoSignals().setup(name, state);
  const { rate, learnDecoder, gamma } = given;
  const Real = wide ? Float64Array : Float32Array;
  const net = network({ start, labels, send: channel("turned", given), rate, learnDecoder, gamma, Real });
  const rows = [];
  for (let i = 0; i < steps; i += 1) {
    const { loss, accuracy } = net.look();
    const readout = linearReadout(net.H, labels);
    rows.push([loss, accuracy, readout.accuracy, ...signalNumbers(net, readout, labels)]);
    net.learn();
  }
  net.look();
  return { rows, H: Array.from(net.H), S: Array.from(net.signal().S), parameters: Array.from(net.parameters) };
}"""


def settings(number: int) -> list[dict]:
    """Random states, the two carriers and W_O frozen and learning in turn."""
    random = np.random.default_rng(number)
    switches = itertools.cycle(itertools.product(("target", "error"), (True, False)))
    return [
        {"angle": round(float(random.uniform(0, 180)), 1), "share": round(float(random.uniform()), 2),
         "carrier": carrier, "frozen": frozen, "seed": int(random.integers(1000))}
        for (carrier, frozen), _ in zip(switches, range(number), strict=False)
    ]  # fmt: skip


CASES = [*settings(8), {"angle": 180.0, "share": 0.0, "carrier": "target"}, {"angle": 90.0, "carrier": "error"}]


@pytest.mark.parametrize("wide", [False, True], ids=["float32", "float64"])
@pytest.mark.parametrize("given", CASES, ids=str)
def test_twenty_steps_are_those_of_fa_lib(call, given, wide, request):
    if wide:
        request.getfixturevalue("double")
    widget = Turn(**given)
    model = widget.model(YOURS, INTACT)
    start = parameters(model)[0]
    rows = []
    for seen in training.train_epoch(model, STEPS * training.batches(model.task)):
        linear = probes.readout(seen.H, seen.y)
        first = [seen.loss, seen.metrics["accuracy"], tasks.correct_rate(linear, seen.y.double())]
        more = [measure(seen, linear) for measure in MEASURES.values()]
        rows.append(torch.stack([torch.as_tensor(value).double() for value in first + more], 1))
    expected = torch.stack(rows, 1).numpy()  # (run, step, measure)
    last = model.step(model.task.x, model.task.y)
    limit = 1e-9 if wide else 1e-4  # Adam makes of a vanishing gradient's rounding a part of a step
    for run, name in enumerate((YOURS, INTACT)):
        found = call(TRAIN, [widget.state(), name, start.double().tolist(), STEPS, wide])
        got = np.array(found["rows"])
        loss, rates, bits, cosines = [0], [1, 2], [3, 4], [5]
        np.testing.assert_allclose(got[:, loss], expected[run][:, loss], rtol=limit)
        np.testing.assert_allclose(got[:, rates], expected[run][:, rates], atol=2.1 / 4096)  # one on the edge may fall
        np.testing.assert_allclose(got[:, bits], expected[run][:, bits], atol=3e-3)
        np.testing.assert_allclose(got[:, cosines], expected[run][:, cosines], atol=10 * limit)
        np.testing.assert_allclose(np.reshape(found["H"], (4096, 4)), last.H[run].double(), rtol=0, atol=limit)
        signal = last.signal[run].double()
        np.testing.assert_allclose(
            np.reshape(found["S"], (4096, 4)), signal, rtol=0, atol=limit * float(signal.abs().max())
        )
        ended = parameters(model)[run].double().numpy()
        np.testing.assert_allclose(found["parameters"], ended, rtol=0, atol=limit * np.abs(ended).max())
        assert (np.abs(ended - start.double().numpy())[140:150] > 1e-3).any() == (not widget.frozen)


def test_page_and_python_draw_the_same_turn_and_labels(call):
    draw = """async ([seed, share]) => {
      const { byLot, quarter } = await import("/_static/widgets/turned.js");
      return [quarter(seed), Array.from(byLot(seed, share))];
    }"""
    sides = set()
    for seed, share in ((0, 0.0), (3, 0.35), (10, 1.0), (999, 0.05)):
        J, heard = call(draw, [seed, share])
        expected = Turn(seed=seed, share=share).draw()
        np.testing.assert_allclose(np.reshape(J, (4, 4)), expected["J"], atol=1e-15)
        np.testing.assert_array_equal(heard, expected["heard"])
    true = Turn().draw()["heard"]
    for seed in range(12):
        drawn = Turn(seed=seed, share=0.6).draw()
        J = drawn["J"].double()
        torch.testing.assert_close(J.T @ J, torch.eye(4).double(), rtol=0, atol=1e-14)
        assert torch.equal(J, -J.T)
        sides.add(round(float(J[0, 1] * J[2, 3] - J[0, 2] * J[1, 3] + J[0, 3] * J[1, 2])))  # its Pfaffian
        assert float((drawn["heard"] != true).double().mean()) == pytest.approx(0.3, abs=0.03)
    assert sides == {-1, 1}


@pytest.mark.parametrize("angle", [0.0, 60.0, 90.0, 180.0])
@pytest.mark.parametrize("carrier", ["target", "error"])
def test_every_sample_s_signal_is_turned_by_the_angle(angle, carrier):
    model = Turn(angle=angle, carrier=carrier).model(YOURS, INTACT)
    turned, plain = model.step(model.task.x, model.task.y).signal.double()
    cosines = torch.nn.functional.cosine_similarity(turned, plain, dim=1)
    assert float((cosines - np.cos(np.radians(angle))).abs().max()) < 1e-5


def row(page, name):
    cells = page.get_by_role("row", name=re.compile(f"^{name} ")).locator("td").all_text_contents()
    return [float(cell.replace(chr(0x2212), "-")) for cell in cells]


def test_what_the_page_trains_is_what_python_trains(visitor):
    page = visitor.open("turn")
    state = {"angle": 75.0, "share": 0.3, "carrier": "error", "frozen": False, "seed": 4}
    visitor.put(page, **state)
    assert still_for(page) == 0  # nothing runs before it is asked for
    run_to(page, 30)
    settle(page)
    end = still_for(page)
    expected = Turn(**state).curves(end, max(end, 1))
    for name in (YOURS, INTACT):
        last = expected[name].isel(run=0, epoch=-1)
        np.testing.assert_allclose(row(page, name), [float(last[each]) for each in SHOWN], atol=6e-3, err_msg=name)
    assert f"Epoch {end}." in visitor.text(page)
    assert len(page.workers) == 2


def test_presets_show_finished_runs_that_are_pythons(visitor):
    page = visitor.open("turn")
    start, pictures, hints = visitor.state(page), set(), set()
    assert epoch(page) == ENDS  # it greets with one
    for name, differs in zip(NAMES, PRESETS, strict=True):
        press(page, name)
        visitor.settle(page, 2)
        assert visitor.state(page) == start | differs
        assert epoch(page) == ENDS
        assert page.get_by_role("button", name=name, exact=True).get_attribute("aria-pressed") == "true"
        pictures.add(visitor.picture(page))
        hints.add(page.locator("fa-widget .look").inner_text())
        expected = Turn(**differs).curves(ENDS)
        for signal in (YOURS, INTACT):
            last = expected[signal].isel(run=0, epoch=-1)
            values = [float(last[each]) for each in SHOWN]
            np.testing.assert_allclose(row(page, signal), values, atol=6e-3, err_msg=f"{name} {signal}")
    assert len(pictures) == len(hints) == len(PRESETS)
    assert "" not in hints
    assert len(page.workers) == 0  # nothing was trained for this


def test_what_a_finished_run_says_to_look_for_is_so():
    """The lines under the presets, on the numbers."""
    against, across, some, none = (
        {name: data.isel(run=0) for name, data in finished(made, made.curves, ENDS).items()}
        for made in (Turn(**differs) for differs in PRESETS)
    )
    end = lambda run, name, column: float(run[name][column][-1])  # noqa: E731
    for run in (against, across):
        assert abs(end(run, YOURS, "regression_accuracy") - end(run, INTACT, "regression_accuracy")) < 0.01
    assert end(against, YOURS, "accuracy") < 0.2 < 0.8 < end(against, INTACT, "accuracy")
    assert abs(across[YOURS].cosine).max() < 0.05
    assert abs(end(across, YOURS, "accuracy") - end(across, INTACT, "accuracy")) < 0.02
    assert float(some[YOURS].signal_told.max()) < 0.1 < 0.3 < end(some, YOURS, "told")
    assert float(none[YOURS].signal_told.max()) < 0.005
    assert end(none, YOURS, "regression_accuracy") < float(none[YOURS].regression_accuracy[0])


def test_every_field_is_seen_and_starts_again(visitor):
    page = visitor.open("turn")
    run_to(page, 10)
    settle(page)
    for name, value in {"angle": 45, "share": 0.4, "carrier": "error", "frozen": False, "seed": 3}.items():
        before = visitor.picture(page)
        visitor.put(page, **{name: value})
        assert visitor.picture(page) != before, name
        assert epoch(page) == 0
    press(page, "Run")
    page.wait_for_function(RUNNING)
    wait_for_epoch(page, 3)
    visitor.put(page, angle=120)
    wait_for_epoch(page, 3)  # what runs goes on, from the start
    press(page, "Reset")
    visitor.settle(page, 2)
    assert still_for(page) == ENDS


def test_no_motion_when_the_reader_asked_for_less(visitor):
    halt_of_motion(visitor, "turn")


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (900, 800), (390, 664)])
def test_run_the_sliders_and_what_they_change_are_in_one_view(visitor, width, height):
    page = visitor.open("turn", width=width, height=height)
    controls = [page.get_by_role("button", name="Run", exact=True), *page.locator("fa-widget .set input").all()]
    tops = [control.bounding_box()["y"] for control in controls]
    canvas = page.locator("fa-widget canvas").first.bounding_box()
    read = canvas["y"] + 42 + (150 if width < 520 else 200)  # the end of the two upper pictures
    assert read - min(tops) < height
