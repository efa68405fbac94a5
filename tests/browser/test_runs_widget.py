"""The runs explorer in a real browser: it reads what Python packed, and shows the line that is asked for."""

import base64
import json
import re

import numpy as np
import pytest
import xarray as xr
from visits import PAGE, Visitor

from fa_book.widgets import Runs, recorded
from fa_lib.statistics import interval

READ = """async (recorded) => {
  const { read, average, bounds } = await import("/_static/widgets/recorded.js");
  return recorded.tasks.map((task) => task.rules.map((rule) => task.metrics.map((metric) => {
    const { name } = metric;
    const values = read(recorded, task, rule, name);
    return values && { name, values, ...average(values, rule.quantile, bounds(metric)) };
  })));
}"""


def results() -> dict:
    """Curves of all kinds: smooth, wild, constant, tiny, broken off, one run alone, and a rule without a metric."""
    random = np.random.default_rng(0)
    epochs = np.arange(0, 1000, 20)

    def data(runs, count=50):
        fall = np.exp(-random.uniform(0.5, 20, (runs, 1)) * epochs[:count] / 1000)
        loss = 0.3 * fall + 1e-5 * random.random((runs, count))
        columns = {"loss": loss, "accuracy": 1 - fall / 2, "information": random.random((runs, count))}
        columns |= {"information_null": columns["information"] / 3, "constant": np.full((runs, count), 1 / 3)}
        variables = {name: (("run", "epoch"), values) for name, values in columns.items()} | {"ceiling": 1.0}
        return xr.Dataset(variables, {"run": np.arange(runs), "epoch": epochs[:count]}, {"seed": 7})

    broken = data(5)
    broken["loss"][2, 30:] = np.nan
    broken["accuracy"][3, 40] = np.inf
    ib = {"BP": data(10), "FA": broken, "FA, centred": data(1), "TF": data(10).drop_vars("information")}
    return {"IBTask": ib, "MNIST": {"BP": data(3, 5).drop_vars("constant"), "NF": data(3, 5).drop_vars("constant")}}


@pytest.fixture(scope="module")
def widget() -> Runs:
    return Runs(results(), labels={"MNIST": {"accuracy": "floor rate"}})


def number(text: str) -> float:
    """A number as the widget writes it: 0.12, or 1.2 times a power of ten with raised digits."""
    raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹" + chr(0x2212), "-0123456789-")
    return float(text.translate(raised).replace("·10", "e"))


class Explorer:
    """The widget on a page, and what the tests ask of it."""

    def __init__(self, visitor: Visitor, widget: Runs, hash: str = "", **options):
        self.visitor, self.page = visitor, visitor.page(**options)
        text = PAGE.format(theme="light", name="explorer", background="#fff", html=widget.html())
        answer = {"body": text, "content_type": "text/html; charset=utf-8"}
        self.page.route("**/book/explorer.html", lambda route: route.fulfill(**answer))
        self.page.goto(f"{visitor.site}/book/explorer.html{hash}")
        self.page.wait_for_selector("fa-widget[live]")
        visitor.settle(self.page, 2)
        self.canvas = self.page.locator("fa-widget canvas")
        self.reading = self.page.locator("fa-widget .words")

    def put(self, **state) -> None:
        self.visitor.put(self.page, **state)
        self.visitor.settle(self.page)

    def key(self, *names) -> str:
        self.canvas.focus()
        for name in names:
            self.page.keyboard.press(name)
            self.visitor.settle(self.page)
        return self.reading.inner_text()

    def rows(self) -> list[list[str]]:
        rows = self.page.locator("fa-widget tbody tr").all()
        return [row.locator("th, td").all_inner_texts() for row in rows]

    @property
    def state(self) -> dict:
        return self.visitor.state(self.page)


@pytest.fixture
def explorer(visitor, widget) -> Explorer:
    return Explorer(visitor, widget)


def check(data: dict, given: dict, result: list) -> float:
    """Values within half a step of the Datasets', intervals as Python's on them; returns the largest error in steps."""
    worst = 0.0
    for (task, rules), part, found in zip(given.items(), data["tasks"], result, strict=True):
        for (rule, dataset), lines in zip(rules.items(), found, strict=True):
            for metric, line in zip(part["metrics"], lines, strict=True):
                if metric["name"] not in dataset:
                    assert line is None
                    continue
                values = np.array(line["values"])
                expected = dataset[metric["name"]].values.astype(float)[:, recorded.thinned(dataset.sizes["epoch"])]
                finite = np.isfinite(expected)
                np.testing.assert_array_equal(values[~finite], expected[~finite])
                scale = np.log if metric["log"] else np.asarray
                error = np.abs(scale(values[finite]) - scale(expected[finite]))
                assert (error <= 0.5000001 * metric["step"] + 1e-14).all(), (task, rule, metric)
                worst = max(worst, float(error.max(initial=0)) / (metric["step"] or np.inf))
                for epoch, column in enumerate(values.T):
                    ends = [line[name][epoch] for name in ("mean", "low", "high")]
                    proper = interval(column) if np.isfinite(column).all() else (np.nan,) * 3
                    least, most = recorded.bounds(metric["name"], metric["label"])
                    proper = (proper[0], max(proper[1], least), min(proper[2], most)) if len(values) > 1 else proper
                    np.testing.assert_allclose(ends, proper, rtol=1e-10, err_msg=f"{task} {rule} {metric}")
    return worst


def test_the_page_reads_what_python_packed(visitor, widget):
    page = visitor.page()
    page.goto(f"{visitor.site}/book/plain.html")
    given = results()
    result = page.evaluate(READ, widget.recorded)
    assert 0.3 < check(widget.recorded, given, result) <= 0.5000001
    constant = next(line for line in result[0][0] if line["name"] == "constant")
    np.testing.assert_array_equal(constant["values"], given["IBTask"]["BP"].constant)


def test_the_example_is_read_too(visitor):
    page = visitor.page()
    page.goto(f"{visitor.site}/book/plain.html")
    example = Runs()
    check(example.recorded, example._results, page.evaluate(READ, example.recorded))


def test_final_values_in_words(explorer):
    given = results()["IBTask"]
    rows = explorer.rows()
    assert [row[0] for row in rows] == ["BP", "FA", "FA, centred", "TF"]
    mean, low, high = interval(given["BP"].loss[:, -1])
    shown = [number(text) for text in (rows[0][1], *rows[0][2].split(" to "))]
    np.testing.assert_allclose(shown, (mean, low, high), rtol=6e-3)
    assert rows[0][3] == "10"
    assert rows[1][1:] == ["–", "1 without a number", "5"]  # noqa: RUF001
    assert rows[2][2:] == ["–", "1"]  # noqa: RUF001
    assert explorer.page.locator("fa-widget caption").inner_text() == "loss on IBTask, at epoch 980"
    explorer.put(run=4)
    run = [float(given[rule].loss[4, -1]) for rule in ("BP", "FA")]
    np.testing.assert_allclose([number(row[4]) for row in explorer.rows()[:2]], run, rtol=6e-3)
    assert explorer.rows()[2][4] == "–"  # noqa: RUF001


def test_keys_go_through_lines_and_along_them(explorer):
    given = results()["IBTask"]["BP"].loss.values
    text = explorer.key("ArrowDown")
    assert text.startswith("BP, run 0 (seed 7), epoch 980: ")
    assert number(text.rstrip(".").split()[-1]) == pytest.approx(given[0, -1], rel=2e-3)
    assert explorer.key("ArrowDown", "ArrowDown").startswith("BP, run 2 (seed 7), epoch 980: ")
    text = explorer.key("ArrowLeft", "ArrowLeft", "ArrowRight", "ArrowLeft")
    assert text.startswith("BP, run 2 (seed 7), epoch 940: ")
    assert number(text.rstrip(".").split()[-1]) == pytest.approx(given[2, -3], rel=2e-3)
    assert explorer.key("Home", "ArrowLeft").startswith("BP, run 2 (seed 7), epoch 0: ")
    assert explorer.state["run"] == -1
    picture = explorer.visitor.picture(explorer.page)
    explorer.key("Enter")
    assert explorer.state["run"] == 2
    assert explorer.visitor.picture(explorer.page) != picture
    explorer.key(" ")
    assert explorer.state["run"] == -1
    assert explorer.key("End", "ArrowUp", "ArrowUp", "ArrowUp").startswith("TF, run 9 (seed 7), epoch 980")  # around
    assert explorer.key("Escape").startswith("Point at a line")
    explorer.key("ArrowDown")
    explorer.page.keyboard.press("Tab")
    explorer.visitor.settle(explorer.page)
    assert explorer.reading.inner_text().startswith("Point at a line")

    explorer.put(view="mean", metric="accuracy", run=1)
    text = explorer.key("ArrowDown")
    assert re.match(r"BP, mean of 10 runs \(seed 7\), epoch 980: 0\.\d+ \[0\.\d+, [01.\d]+\]\.", text)
    explorer.key("Enter")
    assert explorer.state["run"] == 1  # a mean is no run to follow
    assert explorer.key("ArrowDown").startswith("BP, run 1 (seed 7)")
    assert "FA, centred, mean of 1 run (seed 7), epoch 980: " in explorer.key("ArrowDown", "ArrowDown", "ArrowDown")


def test_pointer_and_finger_find_lines(visitor, widget):
    explorer = Explorer(visitor, widget)
    explorer.put(rules=["BP", "TF"], metric="accuracy")
    box, met = explorer.canvas.bounding_box(), {}
    x = box["x"] + box["width"] * 0.15
    for y in np.arange(box["y"] + 30, box["y"] + box["height"] - 40, 5):  # down across the lines
        explorer.page.mouse.move(x, y)
        visitor.settle(explorer.page)
        if found := re.match(r"(BP|TF), run (\d) \(seed 7\), epoch (\d+): (0\.\d+)\.", explorer.reading.inner_text()):
            met[y] = (found[1], int(found[2]), int(found[3]), float(found[4]))
    assert len({(rule, run) for rule, run, _, _ in met.values()}) > 5
    for rule, run, epoch, value in met.values():
        assert value == pytest.approx(float(results()["IBTask"][rule].accuracy.sel(run=run, epoch=epoch)), abs=1e-3)
    heights = [value for _, _, _, value in met.values()]
    assert heights[0] > heights[-1]
    y, (_, run, _, _) = next(iter(met.items()))
    explorer.page.mouse.click(x, y)
    assert explorer.state["run"] == run
    explorer.page.mouse.click(x, y)
    assert explorer.state["run"] == -1
    explorer.page.mouse.move(2, 2)
    visitor.settle(explorer.page)
    assert explorer.reading.inner_text().startswith("Point at a line")
    touch = Explorer(visitor, widget, width=360, height=800, has_touch=True)
    touch.put(rules=["FA, centred"], metric="constant")
    box = touch.canvas.bounding_box()
    for share in np.arange(0.1, 0.9, 0.05):
        touch.page.touchscreen.tap(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * share)
        visitor.settle(touch.page)
        if touch.state["run"] == 0:
            break
    assert touch.state["run"] == 0
    assert touch.reading.inner_text().startswith("FA, centred, run 0 (seed 7), epoch ")
    assert "0.3333." in touch.reading.inner_text()


def test_lists_offer_what_the_task_has(explorer):
    page = explorer.page
    options = lambda name: page.locator(f"fa-widget select[name={name}] option").all_inner_texts()  # noqa: E731
    assert options("task") == ["IBTask", "MNIST"]
    assert options("metric") == ["loss", "correct rate", "I(H;Y) (bits)", "constant"]
    page.locator("fa-widget select[name=metric]").select_option("constant")
    page.locator("fa-widget select[name=task]").select_option("MNIST")
    explorer.visitor.settle(page)
    assert (explorer.state["task"], explorer.state["metric"]) == ("MNIST", "loss")  # MNIST has no such metric
    assert options("metric") == ["loss", "floor rate", "I(H;Y) (bits)"]
    boxes = page.locator("fa-widget input[type=checkbox]").all()
    assert [box.get_attribute("value") for box in boxes if box.is_visible()] == ["BP", "NF"]
    page.get_by_role("checkbox", name="BP").uncheck()
    assert "BP" not in explorer.state["rules"]
    explorer.visitor.settle(page)
    assert [row[0] for row in explorer.rows()] == ["NF"]
    page.get_by_role("checkbox", name="NF").uncheck()
    explorer.visitor.settle(page)
    assert "No chosen rule has a record" in explorer.visitor.text(page)
    explorer.put(metric="constant")
    assert "This was not recorded on MNIST." in explorer.visitor.text(page)
    page.get_by_role("button", name="All rules").click()
    assert explorer.state["rules"] == ["BP", "FA", "FA, centred", "TF", "NF"]


def test_information_has_its_null_and_ceiling(explorer):
    key = explorer.page.locator("fa-widget .key")
    assert not key.is_visible()
    explorer.put(metric="information")
    assert key.is_visible()
    assert [row[0] for row in explorer.rows()] == ["BP", "FA", "FA, centred"]  # TF has no record of it


def encode(state) -> str:
    return base64.urlsafe_b64encode(json.dumps(state).encode()).decode().rstrip("=")


UNKNOWN = [{"task": "CIFAR"}, {"rules": ["BP", "DFA"]}, {"rules": ["BP", "BP"]}, {"rules": "BP"}, {"metric": "x"}]
UNKNOWN += [
    {"run": 10},
    {"run": None},
    {"view": "both"},
    {"recorded": {}},
    {"rules": [["BP"]]},
    {"metric": "information_null"},
]


def test_an_address_of_what_is_not_there(visitor, widget):
    explorer = Explorer(visitor, widget)
    start = explorer.state
    for state in UNKNOWN:
        explorer.put(view="mean")
        explorer.page.evaluate("(hash) => { location.hash = hash; }", f"fa-runs={encode(state)}")
        explorer.page.wait_for_function("() => document.querySelector('fa-widget').model.get('view') !== 'mean'")
        assert explorer.state == start, state
        assert "could not be read" in explorer.page.locator("fa-widget .note:not(.answer)").inner_text()
    good = {"task": "MNIST", "rules": ["NF"], "metric": "accuracy", "view": "mean", "run": 2}
    linked = Explorer(visitor, widget, hash=f"#fa-runs={encode(good)}")
    assert linked.state == good
    assert not linked.page.locator("fa-widget .note:not(.answer)").is_visible()
    linked.page.get_by_role("button", name="Reset").click()
    assert linked.state == start
