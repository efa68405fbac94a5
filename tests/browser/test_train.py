"""Training in the page: the numbers are fa_lib's, it runs only when it should, and it starts again when it must."""

import itertools
import re

import numpy as np
import pytest
import torch
from finished import finished
from trainings import RUNNING, epoch, halt_of_motion, press, run_to, settle, still_for, wait_for_epoch
from visits import shortened

from fa_book.widgets import Training, train
from fa_book.widgets.abreast import parameters, place_parameters
from fa_book.widgets.train import PRESETS, RULES
from fa_lib import probes, tasks, training
from fa_lib.feedback import Rule, carry
from fa_lib.tasks import icosahedron

STEPS = 20
ENDS = shortened(train)


class Shaken(Rule):
    """NFA with noise that is given, so that Python and JavaScript use the same."""

    def __init__(self, B, sigma, noise):
        self.B, self.sigma, self.noise = B, sigma, iter(noise)

    def __call__(self, error, y, **context):
        return carry(error, (self.B + self.sigma * next(self.noise))[None])


TRAIN = """async ([rule, given, options, steps, wide]) => {
  const { network } = await import("/_static/widgets/network.js");
  const { channel } = await import("/_static/widgets/channels.js");
  const { linearReadout } = await import("/_static/widgets/linear_readout.js");
  const { labels } = await import("/_static/widgets/lockstep.js");
  let drawn = 0;
  const send = channel(rule, { ...given, ...options, normal: () => given.noise[drawn++] });
  const Real = wide ? Float64Array : Float32Array;
  const net = network({ start: given.start, labels, send, ...options, Real });
  const [losses, rates] = [[], []];
  for (let i = 0; i <= steps; i += 1) {
    const { loss, accuracy } = net.look();
    losses.push(loss);
    rates.push(accuracy);
    if (i < steps) net.learn();
  }
  const linear = linearReadout(net.H, labels).accuracy;
  return { losses, rates, linear, H: Array.from(net.H), parameters: Array.from(net.parameters), labels: [...labels] };
}"""


def exported(rule, widget, seed):
    """A case made by fa_lib: initial parameters, matrices and noise, and the model that starts from them."""
    random = torch.Generator().manual_seed(seed)
    B, B1, B2 = (torch.randn(shape, generator=random) for shape in ((2, 4), (2, 50), (50, 4)))
    given = {"B": B * 0.7, "B1": B1 * 0.2, "B2": B2 * 0.7, "noise": torch.randn(STEPS, 2, 4, generator=random)}
    options = {"runs": [seed], "seed": seed, "learn_decoder": not widget.frozen, "learn_gain": widget.gamma}
    made = widget.rule_of(rule)
    if rule == "NFA":
        made = Shaken(given["B"], widget.sigma, given["noise"])
    elif rule != "BP":
        names = ("B1", "B2") if rule == "NF" else ("B",)
        made = type(made)(**{name: given[name] for name in names},
                          **({"decorrelate": made.decorrelate} if rule == "TF" else {}))  # fmt: skip
    model = training.build(widget.task(), made, **options)
    start = parameters(model)[0]
    if widget.gamma:
        start[-2:] = torch.tensor([1.3, 0.8])  # not the ones that a wrong factor would not show in
        place_parameters(model, start)
    return given | {"start": start}, model


CASES = [(rule, *switches) for rule in RULES for switches in itertools.product((False, True), repeat=2)]
CASES = [(*case, False) for case in CASES] + [("TF", *switches, True) for switches in ((False, False), (True, True))]


@pytest.mark.parametrize("wide", [False, True], ids=["float32", "float64"])
@pytest.mark.parametrize(("rule", "frozen", "gamma", "k_term"), CASES)
def test_twenty_steps_are_those_of_fa_lib(call, rule, frozen, gamma, k_term, wide, request):
    if wide:
        request.getfixturevalue("double")
    widget = Training(frozen=frozen, gamma=gamma, k_term=k_term, sigma=0.3, rate=0.003)
    given, model = exported(rule, widget, seed=1 + len(rule))
    task = widget.task()
    seen = list(training.train_epoch(model, STEPS * training.batches(task)))
    values = {name: value.double().flatten().tolist() for name, value in given.items()}
    options = {"rate": widget.rate, "learnDecoder": not frozen, "gamma": gamma, "sigma": widget.sigma}
    options["decorrelate"] = 10 if k_term else 0
    found = call(TRAIN, [rule, values, options, STEPS, wide])

    limit = 1e-9 if wide else 1e-5
    np.testing.assert_allclose(found["losses"][:STEPS], [float(step.loss) for step in seen], rtol=limit)
    rates = [float(step.metrics["accuracy"]) for step in seen]
    np.testing.assert_allclose(found["rates"][:STEPS], rates, atol=2.1 / 4096)  # an answer on the edge may fall
    last = model.step(task.x, task.y) if rule != "NFA" else None
    expected = parameters(model)[0].double().numpy()
    got = np.array(found["parameters"])
    for name, part in {"W1": slice(96), "b1": slice(96, 104), "W2": slice(104, 136), "b2": slice(136, 140),
                       "W": slice(140, 148), "c": slice(148, 150), "gamma": slice(150, 152)}.items():  # fmt: skip
        size = np.abs(expected[part]).max()
        np.testing.assert_allclose(got[part] / size, expected[part] / size, rtol=0, atol=limit, err_msg=name)
    moved = np.abs(expected - given["start"].double().numpy()) > 1e-3
    assert moved[:140].mean() > 0.9
    assert moved[140:150].any() == (not frozen)
    assert moved[150:].any() == gamma
    if last is not None:
        H = np.reshape(found["H"], (4096, 4))
        np.testing.assert_allclose(H, last.H[0].double(), rtol=0, atol=limit)
        linear = tasks.correct_rate(probes.readout(last.H, task.y), task.y.double())
        assert found["linear"] == pytest.approx(float(linear[0]), abs=2.1 / 4096)
    np.testing.assert_array_equal(found["labels"], icosahedron.labels())


def test_page_and_python_draw_the_same_weights(call):
    for seed in (0, 10, 999):
        found = call("async (seed) => (await import('/_static/widgets/trainer.js')).draw(seed)", seed)
        expected = Training(seed=seed).draw()
        assert set(found) == set(expected)
        for name, values in expected.items():
            np.testing.assert_allclose(found[name], values.flatten(), rtol=2e-7, atol=1e-8, err_msg=name)


def test_noise_is_normal_fresh_and_of_the_size_asked_for(call):
    sent = call("""async () => {
      const { channel } = await import("/_static/widgets/channels.js");
      const { generator } = await import("/_static/widgets/mulberry.js");
      const given = { B: [1, 2, 3, 4, 5, 6, 7, 8], B1: new Array(100).fill(0), B2: new Array(200).fill(0) };
      const send = channel("NFA", { ...given, sigma: 0.1, normal: generator(1003).normal });
      const E = new Float64Array(8192);
      [E[0], E[3]] = [1, 1]; // the first two samples read the two rows of the matrix
      return Array.from({ length: 3000 }, () => {
        const S = new Float64Array(16384);
        send(S, { E });
        return Array.from(S.subarray(0, 8));
      });
    }""")
    noise = (np.array(sent) - np.arange(1, 9)) / 0.1  # (step, entry)
    assert abs(noise.mean(0)).max() < 5 / np.sqrt(len(noise))
    assert abs(noise.var(0) - 1).max() < 5 * np.sqrt(2 / len(noise))
    assert abs(np.corrcoef(noise.T) - np.eye(8)).max() < 5 / np.sqrt(len(noise))
    assert abs(np.mean(noise[1:] * noise[:-1])) < 5 / np.sqrt(noise.size)  # nothing is left from step to step
    assert np.mean(noise**4) == pytest.approx(3, abs=5 * np.sqrt(96 / noise.size))


@pytest.mark.parametrize("kind", ["wide", "flat", "constant", "two equal", "tiny"])
def test_linear_readout_is_the_best_one(call, kind):
    random = np.random.default_rng(3)
    H = np.tanh(random.normal(size=(4096, 4)) + 0.4 * icosahedron.labels()[:, None]).astype(np.float32)
    if kind == "flat":
        H[:, 2:] = 0.3
    elif kind == "constant":
        H[:] = 0.7
    elif kind == "two equal":
        H[:, 3] = H[:, 0]
    elif kind == "tiny":
        H *= 1e-6
    found = call(
        """async (values) => {
          const { linearReadout } = await import("/_static/widgets/linear_readout.js");
          const { labels } = await import("/_static/widgets/lockstep.js");
          const { weights, constant, accuracy } = linearReadout(Float32Array.from(values), labels);
          return { weights: Array.from(weights), constant, accuracy };
        }""",
        H.flatten().tolist(),
    )
    y = torch.tensor(np.eye(2)[icosahedron.labels()])
    expected = probes.readout(torch.tensor(H)[None], y)
    answers = H.astype(float) @ found["weights"] + found["constant"]
    np.testing.assert_allclose(answers, expected[0, :, 1], atol=1e-6)
    assert found["accuracy"] == pytest.approx(float(tasks.correct_rate(expected, y)[0]), abs=1.1 / 4096)


# the page


OTHER = {"frozen": True, "gamma": True, "k_term": True, "rate": 0.003, "seed": 2}


@pytest.mark.parametrize("state", [{}, OTHER], ids=["as it comes", "all switched"])
def test_what_the_page_trains_is_what_python_trains(visitor, state):
    page = visitor.open("train")
    visitor.put(page, **state)
    assert still_for(page) == (0 if state else ENDS)  # nothing runs before it is asked for
    run_to(page, 30)
    settle(page)
    end = still_for(page)
    print(page.locator("fa-widget caption").inner_text())
    expected = Training(**state).curves(end, max(end, 1))
    for rule in RULES:
        row = page.get_by_role("row", name=re.compile(f"^{rule} "))
        found = [float(cell) for cell in row.locator("td").all_text_contents()]
        last = expected[rule].isel(run=0, epoch=-1)
        values = [float(last[name]) for name in ("loss", "accuracy", "regression_accuracy")]
        # NFA's noise is not the same in Python; its size here is a thousandth of B's
        np.testing.assert_allclose(found, values, atol=3e-3 if rule == "NFA" else 8e-4, err_msg=rule)
    assert f"Epoch {end}." in visitor.text(page)


def test_one_epoch_back_to_the_start_and_new_settings(visitor):
    page = visitor.open("train")
    finished = visitor.text(page)
    press(page, "Back to epoch 0")
    visitor.settle(page, 2)
    start = visitor.text(page)
    assert epoch(page) == 0
    press(page, "One epoch")
    wait_for_epoch(page, 1)
    assert still_for(page) == 1
    press(page, "Back to epoch 0")
    visitor.settle(page, 2)
    assert visitor.text(page) == start
    visitor.put(page, rate=0.003)
    press(page, "One epoch")
    wait_for_epoch(page, 1)
    page.get_by_role("checkbox", name="freeze the decoder W_O").check()
    visitor.settle(page, 2)
    assert still_for(page) == 0  # another assumption, another training
    press(page, "One epoch")
    wait_for_epoch(page, 1)
    page.get_by_role("combobox", name="hidden states of").select_option(label="TF")
    visitor.settle(page)
    assert epoch(page) == 1  # another look at the same one
    press(page, "Reset")
    visitor.settle(page, 2)
    assert visitor.text(page) == finished
    press(page, "Run")
    page.wait_for_function(RUNNING)
    wait_for_epoch(page, 3)
    before = visitor.state(page)
    press(page, "Other weights")
    assert visitor.state(page) == before | {"seed": before["seed"] + 1}
    wait_for_epoch(page, 3)  # goes on from the new start
    press(page, "Reset")
    visitor.settle(page, 2)
    assert still_for(page) == ENDS
    assert visitor.text(page) == finished


def test_every_field_is_seen_and_every_rule_has_its_cloud(visitor):
    page = visitor.open("train")
    run_to(page, 10)
    settle(page)
    pictures = {}
    for rule, view in itertools.product(RULES, Training.view.values):
        visitor.put(page, rule=rule, view=view)
        pictures[rule, view] = visitor.picture(page)
    assert len(set(pictures.values())) == len(pictures)
    for name, value in {"frozen": True, "gamma": True, "k_term": True, "seed": 3}.items():
        before = visitor.picture(page)
        visitor.put(page, **{name: value})
        assert visitor.picture(page) != before, name


def test_nothing_is_computed_where_nobody_looks(visitor):
    """Out of the screen the training waits, and goes on when it is seen again."""
    page = visitor.open("train")
    page.evaluate("() => { document.body.style.paddingBottom = '5000px'; }")
    press(page, "Run")
    page.wait_for_function(RUNNING)
    wait_for_epoch(page, 2)
    page.evaluate("() => window.scrollTo(0, 4000)")
    settle(page)
    waiting = still_for(page)
    page.evaluate("() => window.scrollTo(0, 0)")
    wait_for_epoch(page, waiting + 2)


def test_no_motion_when_the_reader_asked_for_less(visitor):
    halt_of_motion(visitor, "train")


def test_workers_do_the_work(visitor):
    """A worker for each rule, none before the first run."""
    page = visitor.open("train")
    assert len(page.workers) == 0
    run_to(page, 5)
    assert len(page.workers) == len(RULES)


def test_presets_show_finished_runs_that_are_pythons(visitor):
    page = visitor.open("train")
    names = ["W_O learns", "W_O frozen", "W_O frozen, other start"]
    start, pictures = visitor.state(page), set()
    for name, differs in zip(names, PRESETS, strict=True):
        press(page, name)
        visitor.settle(page, 2)
        assert visitor.state(page) == start | differs
        assert epoch(page) == ENDS
        assert page.get_by_role("button", name=name, exact=True).get_attribute("aria-pressed") == "true"
        pictures.add(visitor.picture(page))
        expected = Training(**differs).curves(ENDS)
        for rule in RULES:
            cells = page.get_by_role("row", name=re.compile(f"^{rule} ")).locator("td").all_text_contents()
            last = expected[rule].isel(run=0, epoch=-1)
            values = [float(last[name]) for name in ("loss", "accuracy", "regression_accuracy")]
            np.testing.assert_allclose([float(cell) for cell in cells], values, atol=6e-4, err_msg=f"{name} {rule}")
    assert len(pictures) == len(PRESETS)
    assert len(page.workers) == 0  # nothing was trained for this


def test_what_a_finished_run_says_to_look_for_is_so():
    """The lines under the presets, on the numbers."""
    runs = [finished(made, made.curves, ENDS) for made in (Training(**differs) for differs in PRESETS)]
    rates = [{rule: data.isel(run=0, epoch=-1) for rule, data in run.items()} for run in runs]
    for frozen in rates[1:]:
        readouts = [float(frozen[rule].regression_accuracy) for rule in RULES]
        assert max(readouts) - min(readouts) < 0.02
    assert float(rates[1]["FA"].accuracy) < 0.3 < 0.8 < float(rates[1]["BP"].accuracy)
    assert float(rates[2]["TF"].accuracy) < 0.3 < 0.8 < float(rates[2]["FA"].accuracy)


def test_a_finished_run_s_hidden_layer_is_that_of_its_curves(call, monkeypatch):
    """H follows from the parameters: its answers are right as often as the recorded curve says."""
    monkeypatch.setattr(train, "EPOCHS", ENDS)
    given = Training(frozen=True)
    given.html()
    found = call(
        """async (runs) => {
          const { lockstep } = await import("/_static/widgets/lockstep.js");
          const { fiveRules, rules } = await import("/_static/widgets/five_rules.js");
          return runs.map((run) => {
            const held = lockstep(fiveRules(), { changed() {}, may: () => false, failed() {} });
            held.restart(run.settings);
            held.show(run);
            return rules.map((rule) => [held.latest[rule].now[3], held.latest[rule].readout.accuracy]);
          });
        }""",
        given.finished,
    )
    assert len(found) == len(PRESETS)
    recorded, computed = np.moveaxis(np.array(found), -1, 0)
    np.testing.assert_allclose(computed, recorded, atol=2e-3)


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 664)])
def test_run_the_frozen_preset_and_what_it_changes_are_in_one_view(visitor, width, height):
    page = visitor.open("train", width=width, height=height)
    tops = [page.get_by_role("button", name=name, exact=True).bounding_box()["y"] for name in ("Run", "W_O frozen")]
    canvas = page.locator("fa-widget canvas").first.bounding_box()
    answers = canvas["y"] + 42 + (150 if width < 520 else 200)  # the end of the two upper pictures
    assert answers - min(tops) < height
