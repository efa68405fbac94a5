"""Recorded runs as text: what is packed comes back within the stated error, and what cannot be shown is refused."""

import base64
import json

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from fa_book.widgets import Runs, recorded
from fa_lib.statistics import interval


def unpack(text: str, lines: int, length: int) -> np.ndarray:
    """Rice's code read bit by bit: an independent decoder."""
    bits = iter("".join(f"{byte:08b}" for byte in base64.b64decode(text)))
    result = []
    for _ in range(lines):
        k, value, line = int("".join(next(bits) for _ in range(4)), 2), 0, []
        for _ in range(length):
            ones = 0
            while next(bits) == "1":
                ones += 1
            folded = (ones << k) + (int("".join(next(bits) for _ in range(k)), 2) if k else 0)
            value += -(folded + 1) // 2 if folded % 2 else folded // 2
            line.append(value)
        result.append(line)
    assert "1" not in (rest := "".join(bits))
    assert len(rest) < 8
    return np.array(result)


def decode(data: dict, task: int, rule: int, name: str) -> np.ndarray:
    """Values (run, epoch) of a metric."""
    part = data["tasks"][task]
    entry, metric = part["rules"][rule], next(metric for metric in part["metrics"] if metric["name"] == name)
    whole = unpack(entry["values"][name], len(entry["runs"]), len(part["epochs"][entry["epochs"]]))
    places = metric["low"] + whole * metric["step"]
    values = np.exp(places) if metric["log"] else places
    top = 2 ** data["bits"] - 4
    for code, special in enumerate((-np.inf, np.inf, np.nan), start=1):
        values[whole == top + code] = special
    return values


def made(values, name="x", **attrs) -> xr.Dataset:
    """A Dataset with one variable (run, epoch)."""
    values = np.asarray(values, dtype=float)
    coords = {"run": np.arange(len(values)), "epoch": 10 * np.arange(values.shape[1])}
    return xr.Dataset({name: (("run", "epoch"), values)}, coords=coords, attrs=attrs)


@given(st.lists(st.lists(st.integers(0, 2**14 - 1), min_size=7, max_size=7), min_size=1, max_size=5))
@settings(deadline=None, derandomize=True, max_examples=100)
def test_whole_numbers_come_back(lines):
    np.testing.assert_array_equal(unpack(recorded.pack(np.array(lines)), len(lines), 7), lines)


NUMBER = st.floats(-1e6, 1e6) | st.sampled_from([np.nan, np.inf, -np.inf, 0.0, 1e-30])


@given(st.lists(st.lists(NUMBER, min_size=6, max_size=6), min_size=1, max_size=4), st.sampled_from(["x", "loss"]))
@settings(deadline=None, derandomize=True, max_examples=200)
def test_values_come_back_within_half_a_step(lines, name):
    values = np.array(lines)
    data = recorded.record({"task": {"FA": made(values, name)}})
    metric = data["tasks"][0]["metrics"][0]
    found = decode(data, 0, 0, name)
    special = ~np.isfinite(values)
    np.testing.assert_array_equal(found[special], values[special])
    positive = bool((values[~special] > 0).all()) and not special.all()
    assert metric["log"] == (name == "loss" and positive)
    scale = np.log if metric["log"] else np.asarray
    error = np.abs(scale(found[~special]) - scale(values[~special]))
    assert (error <= (0.5 + 1e-9) * metric["step"] + 1e-12 * (1 + np.abs(scale(values[~special])))).all()


def test_constant_series_stay_as_they_are():
    values = np.full((3, 5), 0.1 + 0.2)
    np.testing.assert_array_equal(decode(recorded.record({"t": {"FA": made(values)}}), 0, 0, "x"), values)
    loss = decode(recorded.record({"t": {"FA": made(values, "loss")}}), 0, 0, "loss")
    np.testing.assert_allclose(loss, values, rtol=1e-15)
    nothing = np.full((2, 4), np.nan)
    np.testing.assert_array_equal(decode(recorded.record({"t": {"FA": made(nothing)}}), 0, 0, "x"), nothing)


def test_long_lines_are_thinned_and_keep_their_ends():
    values = np.linspace(0, 1, 1001)[None]
    data = recorded.record({"t": {"FA": made(values)}})
    epochs = np.array(data["tasks"][0]["epochs"][0])
    assert (epochs[0], epochs[-1], len(epochs)) == (0, 10000, 100)
    assert set(np.diff(epochs)) <= {100, 110}
    np.testing.assert_allclose(decode(data, 0, 0, "x")[0], epochs / 10000, atol=1e-4)


def test_any_order_of_dimensions_and_no_coordinates():
    bare = xr.Dataset({"x": (("epoch", "run"), np.arange(6.0).reshape(3, 2)), "gamma": (("run", "layer"), [[1], [1]])})
    data = recorded.record({"t": {"FA": bare}})["tasks"][0]
    assert (data["rules"][0]["runs"], data["epochs"], data["rules"][0]["seed"]) == ([0, 1], [[0, 1, 2]], None)
    assert [metric["name"] for metric in data["metrics"]] == ["x"]
    Runs({"t": {"FA": bare}}).picture()


def test_results_read_from_a_file_are_the_same(tmp_path):
    data = made([[0.5, 0.25], [0.75, np.nan]], "loss", seed=3).assign(ceiling=1.0)
    data.to_netcdf(tmp_path / "fa.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "fa.nc", engine="h5netcdf") as read:
        found = recorded.record({"t": {"FA": read}})
    assert found == recorded.record({"t": {"FA": data}})
    assert (found["tasks"][0]["ceiling"], found["tasks"][0]["rules"][0]["seed"]) == (1.0, 3)


def test_a_chapter_of_ten_rules_fits_and_more_is_refused():
    random = np.random.default_rng(0)
    names = ["loss", "accuracy", "regression_loss", "regression_accuracy", "information", "information_null"]
    names += ["test_loss", "test_accuracy"]
    epochs = np.arange(50)

    def curves():  # from one level to another, each run at its own time, with noise of a hundredth
        middle, width = random.uniform(10, 30, (10, 1)), random.uniform(2, 8, (10, 1))
        return 0.9 - 0.8 / (1 + np.exp((middle - epochs) / width)) + 0.01 * random.random((10, 50))

    def chapter(tasks):
        one = lambda: xr.merge([made(curves(), name) for name in names])  # noqa: E731
        return {f"task {t}": {f"rule {r}": one() for r in range(10)} for t in range(tasks)}

    widget = Runs(chapter(2))
    assert len(json.dumps(widget.data()["recorded"], separators=(",", ":"))) <= recorded.LIMIT
    assert widget.recorded["bits"] >= 12
    with pytest.raises(ValueError, match="leave out rules or metrics"):
        Runs(chapter(3))


@pytest.mark.parametrize(
    ("results", "message"),
    [
        ({}, "results must be a mapping of task to rule"),
        ([made([[1.0]])], "results must be a mapping of task to rule"),
        ({"t": made([[1.0]])}, "'t', 'x' must be a Dataset with variables"),
        ({"t": {}}, "'t' must map rule to Dataset, got dict"),
        ({"t": {"FA": xr.Dataset({"x": ("run", [1.0])})}}, "'t', 'FA' must be a Dataset with variables"),
        ({"t": {"FA": np.zeros((2, 3))}}, "'t', 'FA' must be a Dataset with variables"),
    ],
)
def test_results_of_another_form_are_refused(results, message):
    with pytest.raises(ValueError, match=message):
        Runs(results)


def test_intervals_are_those_of_the_claims():
    for runs in (2, 3, 10, 30):
        values = np.random.default_rng(runs).normal(size=runs)
        half = recorded.quantile(runs) * values.std(ddof=1) / np.sqrt(runs)
        np.testing.assert_allclose(interval(values)[1:], (values.mean() - half, values.mean() + half), rtol=1e-14)
    assert recorded.quantile(1) is None


def test_words_say_what_is_shown():
    values = [[0.5, 0.25], [0.5, 0.35], [0.5, np.nan]]
    results = {"IBTask": {"BP": made(values[:2], "loss"), "FA": made(values, "loss")}}
    results["MNIST"] = {"TF": made(values[:1], "accuracy")}
    words = Runs(results, labels={"IBTask": {"loss": "error"}}).words()
    assert "error, IBTask against epoch. Single runs of BP, FA." in words
    assert f"BP {interval([0.25, 0.35])}; FA nan" in words
    assert Runs(results, view="mean", rules=["BP"]).words().count("Means over runs with 95 % intervals of BP.") == 1
    empty = Runs(results, task="MNIST")
    assert empty.words() == "loss, MNIST: no chosen rule has a record of it, so the picture is empty."
    empty.picture()


def test_rules_of_one_colour_differ_in_their_dashes():
    results = {"t": {rule: made([[1.0, 2.0]]) for rule in ("FA", "BP", "FA, gamma", "FA: centred", "DFA", "SS")}}
    axes = Runs(results).picture().axes[0]
    looks = {
        line.get_label(): (line.get_color(), line.get_linestyle()) for line in axes.lines if len(line.get_xdata()) == 0
    }
    assert len(set(looks.values())) == 6
    assert looks["FA"][0] == looks["FA, gamma"][0] == looks["FA: centred"][0] != looks["DFA"][0] == looks["SS"][0]
