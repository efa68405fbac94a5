"""The account: the page books what fa_book.one_law books, to the last digits, and what it says to look for is so."""

import re

import numpy as np
import pytest
from finished import finished
from trainings import RUNNING, epoch, halt_of_motion, press, run_to, settle, still_for, wait_for_epoch
from visits import shortened

from fa_book.one_law.attribution import account, both
from fa_book.widgets import Account
from fa_book.widgets import account as module
from fa_book.widgets.abreast import parameters
from fa_book.widgets.account import EXACT, FROZEN, LEARNING, NAMES, PRESETS, VIEWS, lines
from fa_book.widgets.ibtask import start

STEPS = 60
ENDS = shortened(module)
BUTTONS = ["gained across", "gained along", "along, then across"]

TRAIN = """async ([state, name, steps, wide]) => {
  const { accountant, threeAccounts } = await import("/_static/widgets/booked.js");
  const { channel } = await import("/_static/widgets/channels.js");
  const { network } = await import("/_static/widgets/network.js");
  const { drawn, labels, rule, rate, learnDecoder, gamma } = threeAccounts().setup(name, state);
  const Real = wide ? Float64Array : Float32Array;
  const net = network({ start: drawn.start, labels, send: channel(rule, drawn), rate, learnDecoder, gamma, Real });
  const { watch, numbers } = accountant(labels);
  const rows = [];
  for (let i = 0; i <= steps; i += 1) {
    if (i) net.learn();
    const { loss, accuracy } = net.look();
    watch(net);
    rows.push([loss, accuracy, ...numbers()]);
  }
  return { rows, parameters: Array.from(net.parameters) };
}"""
CASES = [(name, rate, seed) for name in NAMES for rate, seed in ((0.003, 5), (0.01, 271))]


@pytest.mark.parametrize("wide", [False, True], ids=["float32", "float64"])
@pytest.mark.parametrize(("name", "rate", "seed"), CASES)
def test_every_step_is_booked_as_in_fa_book(call, name, rate, seed, wide, request):
    if wide:
        request.getfixturevalue("double")
    widget = Account(rate=rate, seed=seed)
    model = widget.model(name)
    assert (parameters(model)[0] == start(seed)).all()
    measures = {"loss": lambda seen: seen.loss, "accuracy": lambda seen: seen.metrics["accuracy"]}
    book = account(model, epochs=STEPS, split=both, every=1, record=measures).isel(run=0)
    found = call(TRAIN, [widget.state(), name, STEPS, wide])
    got = np.array(found["rows"])
    limit = 1e-11 if wide else 1e-4
    np.testing.assert_allclose(got[:, 0], book.loss, rtol=limit)
    np.testing.assert_allclose(got[:, 1], book.accuracy, atol=2.1 / 4096)  # one on the edge may fall
    np.testing.assert_allclose(got[:, 2], book.regression_loss, rtol=limit)
    unit = -100 / float(book.regression_loss[0])
    np.testing.assert_allclose(
        got[:, 3], unit * (book.regression_loss - book.regression_loss[0]), rtol=limit, atol=100 * limit
    )
    gains = unit * book.booked.sel(scheme="both ends").transpose("epoch", "part", "layer").values
    assert np.abs(gains[1]).max() > 0.01  # there is something to compare
    scale = np.abs(gains).max()
    np.testing.assert_allclose(got[:, 4:].reshape(gains.shape), gains, rtol=0, atol=limit * scale)
    ended = parameters(model)[0].double().numpy()
    np.testing.assert_allclose(found["parameters"], ended, rtol=0, atol=limit * np.abs(ended).max())
    assert (np.abs(ended - start(seed).double().numpy())[140:150] > 1e-3).any() == (name != FROZEN)


@pytest.mark.parametrize("name", NAMES)
def test_the_page_s_parts_add_up_to_the_fall(call, name):
    """In single precision, as the page computes."""
    for rate, limit in ((0.001, 0.05), (0.01, 1.0)):
        rows = np.array(call(TRAIN, [Account(rate=rate).state(), name, 150, False])["rows"])
        assert rows[-1, 3] > 15
        np.testing.assert_allclose(rows[:, 4:].sum(1), rows[:, 3], atol=limit)
        across = np.abs(rows[:, 10:]).max()
        assert (across < 1e-3) == (name == EXACT)


def test_lines_of_each_view_are_all_that_is_booked():
    for data in Account().books().values():
        for view in VIEWS:
            total = sum(lines(data, view).values())
            np.testing.assert_allclose(total, data.fall, atol=0.2)
    end = Account().books()[FROZEN].isel(run=0, epoch=-1)
    part = float(end["along BP, mean, layer 1"] + end["along BP, mean, layer 2"])
    rest = [float(end[f"along BP, {kind} classes, layer {n}"]) for kind in ("between", "within") for n in (1, 2)]
    assert float(lines(end, "direction")["along BP's signal"]) == pytest.approx(part + sum(rest))


def test_python_keeps_the_account_in_percent_of_the_start():
    widget = Account(rate=0.01, seed=3)
    data = widget.books(12, 12)[LEARNING].isel(run=0)
    book = account(widget.model(LEARNING), epochs=12, every=12).isel(run=0)
    unit = 100 / float(book.regression_loss[0])
    assert float(data.fall[-1]) == pytest.approx(unit * float(book.regression_loss[0] - book.regression_loss[-1]))
    part = book.booked.sel(scheme="both ends", part="across BP, between classes", layer=2)
    np.testing.assert_allclose(data["across BP, between classes, layer 2"], -unit * part, rtol=1e-6)


def row(page, name):
    cells = page.get_by_role("row", name=re.compile(f"^{name} ")).locator("td:visible").all_text_contents()
    return [float(cell.replace(chr(0x2212), "-")) for cell in cells]


def expected_row(data, view):
    last = data.isel(run=0, epoch=-1)
    parts = [float(gain) for gain in lines(last, view).values()]
    return [float(last.fall), *parts, float(last.fall) - sum(parts)]


def test_what_the_page_trains_is_what_python_trains(visitor):
    page = visitor.open("account")
    state = {"rate": 0.01, "seed": 4}
    visitor.put(page, **state)
    assert still_for(page) == 0  # nothing runs before it is asked for
    run_to(page, 20)
    settle(page)
    end = still_for(page)
    expected = Account(**state).books(end, max(end, 1))
    for view in VIEWS:
        visitor.put(page, view=view)
        assert epoch(page) == end  # another look at the same account
        for name in NAMES:
            wanted = expected_row(expected[name], view)
            np.testing.assert_allclose(row(page, name), wanted, rtol=5e-3, atol=0.15, err_msg=f"{name} {view}")
    assert f"Epoch {end}." in visitor.text(page)
    assert len(page.workers) == 3


def test_presets_show_finished_runs_that_are_pythons(visitor):
    page = visitor.open("account")
    begun, pictures, hints = visitor.state(page), set(), set()
    assert epoch(page) == ENDS  # it greets with one
    for button, differs in zip(BUTTONS, PRESETS, strict=True):
        press(page, button)
        visitor.settle(page, 2)
        assert visitor.state(page) == begun | differs
        assert epoch(page) == ENDS
        assert page.get_by_role("button", name=button, exact=True).get_attribute("aria-pressed") == "true"
        expected = Account(**differs).books(ENDS)
        for view in VIEWS:
            visitor.put(page, view=view)
            pictures.add(visitor.picture(page))
            hints.add(page.locator("fa-widget .look").inner_text())
            for name in NAMES:
                wanted = expected_row(expected[name], view)
                np.testing.assert_allclose(row(page, name), wanted, atol=0.06, err_msg=f"{button} {name} {view}")
        visitor.put(page, view="direction")
    assert len(pictures) == 9
    assert len(hints) == 7  # of layers the same is said of all
    assert "" not in hints
    assert len(page.workers) == 0  # nothing was trained for this


def test_what_a_finished_run_says_to_look_for_is_so():
    """The lines under the presets, on the numbers."""
    across, along, turned = (finished(made, made.books, ENDS) for made in (Account(**differs) for differs in PRESETS))

    def ends(books, name, view):
        last = books[name].isel(run=0)
        return float(last.fall[-1]), *(gain.values for gain in lines(last, view).values())

    for name in (FROZEN, LEARNING):
        fall, one, other = ends(across, name, "direction")
        assert other[-1] > 0.6 * fall > one[-1] > 0
        fall, mean, between, _ = ends(across, name, "kind")
        assert mean[-1] < -20
        assert between[-1] > fall + 20
        fall, one, other = ends(along, name, "direction")
        assert one[-1] > fall + 10 > 10
        assert other[-1] < -10
        _, mean, *rest = ends(along, name, "kind")
        assert all(mean[-1] > part[-1] + 10 for part in rest)
        for books in (across, along, turned):
            fall, first, _ = ends(books, name, "layer")
            assert first[-1] > 0.6 * fall
    _, one, other = ends(turned, FROZEN, "direction")
    assert one[10] > 50 > -50 > one[-1]
    assert other[10] < -50 < 50 < other[-1]
    fall, mean, *_ = ends(turned, FROZEN, "kind")
    assert mean[-1] > 0.9 * fall
    fall, mean, between, _ = ends(turned, LEARNING, "kind")
    assert between[-1] > fall > 0 > mean[-1]


def test_every_field_is_seen_and_what_is_trained_starts_again(visitor):
    page = visitor.open("account")
    run_to(page, 10)
    settle(page)
    end = epoch(page)
    for name, value in {"view": "layer", "beside": EXACT}.items():  # another look
        before = visitor.picture(page)
        visitor.put(page, **{name: value})
        assert visitor.picture(page) != before, name
        assert epoch(page) == end
    for name, value in {"rate": 0.01, "seed": 3}.items():
        before = visitor.picture(page)
        visitor.put(page, **{name: value})
        assert visitor.picture(page) != before, name
        assert epoch(page) == 0
    press(page, "Run")
    page.wait_for_function(RUNNING)
    wait_for_epoch(page, 3)
    visitor.put(page, rate=0.001)
    wait_for_epoch(page, 3)  # what runs goes on, from the start
    press(page, "Reset")
    visitor.settle(page, 2)
    assert still_for(page) == ENDS


def test_no_motion_when_the_reader_asked_for_less(visitor):
    halt_of_motion(visitor, "account")
