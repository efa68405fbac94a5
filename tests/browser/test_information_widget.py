"""The information widget: its JavaScript estimates what fa_lib estimates, draws what Python draws, and says it."""

import re

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from fa_book.information import testbed
from fa_book.widgets import Information
from fa_book.widgets.information import BINS
from fa_lib import information
from fa_lib.information._binning import cells
from fa_lib.information._gaussian import _excess
from fa_lib.random import numpy_generator

PRECISE = {"rtol": 1e-10, "atol": 1e-10}
NULLS = 3


def first_come(ids):
    """Ids renamed 0, 1, … in the order in which they first appear."""
    _, first, inverse = np.unique(ids, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def on_edges(n, m):
    """Values at the edges of bins of 0.1 and next to them, of both signs, some of them single-precision numbers."""
    random = np.random.default_rng(0)
    values = random.integers(-12, 13, (n, m)) * 0.1
    values = np.where(random.random((n, m)) < 0.3, np.nextafter(values, random.choice([-9.0, 9.0], (n, m))), values)
    return np.where(random.random((n, m)) < 0.3, np.float32(values).astype(float), values)


def cases():
    drawn = lambda case, n: case.draw(np.random.default_rng(n), n)  # noqa: E731
    labels = np.random.default_rng(2).integers(0, 3, (400, 1))
    return {
        "normal": drawn(testbed.normal_pair(6, 0.9), 1000),
        "one unit": drawn(testbed.normal_pair(1, 0.5), 3000),
        "many units": drawn(testbed.normal_pair(32, 0.8), 500),
        "far from zero": [1e6 + part for part in drawn(testbed.normal_pair(3, 0.8), 300)],
        "ten classes": drawn(testbed.independent(4, 10), 2000),
        "clouds": drawn(testbed.clouds(4, 3), 2000),
        "few states": drawn(testbed.table([[0.4, 0.1], [0.1, 0.4]]), 1000),
        "edges": (on_edges(400, 3), labels),
        "all alike": (np.full((50, 2), 0.3), np.arange(50)[:, None] % 3),
    }


ESTIMATE = """async ([H, Y, shuffles, sizes]) => {
  const { binned, cells, entropy, group } = await import("/_static/widgets/bits.js");
  const [units, outputs] = [H, Y].map((columns) => columns.map((column) => Float64Array.from(column)));
  return sizes.map((size) => {
    const [h, y] = [group(cells(units, size)), group(cells(outputs, size))];
    return { h: [...h.ids], y: [...y.ids], count: h.count, binned: binned(h, y), ceiling: entropy(y),
      shuffled: shuffles.map((order) => binned(h, y, order)) };
  });
}"""


@pytest.mark.parametrize("name", cases())
def test_binned_estimate_null_and_ceiling(call, name):
    H, Y = cases()[name]
    Y = Y.astype(float)
    sizes = [0.001, *BINS]
    # fa_lib's own permutations: the first, second and third that `null` draws
    generator = numpy_generator(5, 0, "null")
    orders = [generator.permutation(len(H)) for _ in range(NULLS)]
    found = call(ESTIMATE, [H.T.tolist(), Y.T.tolist(), [order.tolist() for order in orders], sizes])
    for size, result in zip(sizes, found, strict=True):
        for part, values in (("h", H), ("y", Y)):
            expected = first_come(cells(values[None], size, part).ids[0])
            np.testing.assert_array_equal(result[part], expected)
        assert result["count"] == max(result["h"]) + 1
        np.testing.assert_allclose(result["binned"], information.binned(H, Y, size), **PRECISE)
        np.testing.assert_allclose(result["ceiling"], information.ceiling(Y, size), **PRECISE)
        null = information.shuffle_null(H, Y, size, shuffles=NULLS, seed=5)[0]
        np.testing.assert_allclose(result["shuffled"], null, **PRECISE)


@pytest.mark.parametrize("units", [3, 40])
def test_cells_of_more_bins_than_a_number_can_count(call, units):
    """A million bins in each unit; samples that differ by a few bins in the third unit alone have their own cells."""
    H = np.random.default_rng(0).random((300, units))
    H[200:] = H[:100]
    H[250:, 2] += 3e-6
    found = call(ESTIMATE, [H.T.tolist(), [[0.0] * 300], [], [1e-6]])[0]
    np.testing.assert_array_equal(found["h"], first_come(cells(H[None], 1e-6, "H").ids[0]))
    assert found["count"] == 250


@pytest.mark.parametrize("m", [1, 6, 32])
@pytest.mark.parametrize("target", ["number", "two", "ten"])
def test_gaussian_formula(call, m, target):
    H, Y, _ = Information(m=m, target=target, n=200, correlation=0.9, seed=m).draw()
    if target == "ten":
        Y[Y == 4] = 5  # a class that does not occur
    found = call(
        """async ([H, Y, target]) => {
          const { centred, gaussian } = await import("/_static/widgets/bits.js");
          const { coded } = await import("/_static/widgets/normal_pair.js");
          const units = centred(H.map((column) => Float64Array.from(column)));
          return gaussian(units, centred(coded(Float64Array.from(Y), target)));
        }""",
        [H.T.tolist(), Y[:, 0].tolist(), target],
    )
    coded = Y if target == "number" else np.eye(10)[Y[:, 0]]
    np.testing.assert_allclose(found, information.gaussian(H, coded, unbiased=True), **PRECISE)


def test_excess_of_the_gaussian_formula(call):
    sizes = [(20000, 1, 1), (100, 32, 9), (50, 6, 1), (12, 3, 2), (45, 32, 9)]
    excess = "(await import('/_static/widgets/bits.js')).excess"
    found = call(f"async (sizes) => {{ const excess = {excess}; return sizes.map((size) => excess(...size)); }}", sizes)
    np.testing.assert_allclose(found, [_excess(n - 1, m, p) for n, m, p in sizes], rtol=1e-12)


def test_truth(call):
    correlations = (0.0, 0.01, 0.5, 0.8, 0.95, 0.99)
    states = [{"target": target, "correlation": r} for target in ("number", "two", "ten") for r in correlations]
    found = call("async (states) => states.map((await import('/_static/widgets/normal_pair.js')).truth)", states)
    np.testing.assert_allclose(found, [Information(**state).truth() for state in states], **PRECISE)
    for r in correlations:  # another way: what H says of the sign, as a divergence from an even chance

        def surprise(t, r=r):
            p = norm.cdf(r * t / np.sqrt(1 - r**2))
            return 2 * norm.pdf(t) * p * np.log2(2 * p) if p > 0 else 0.0

        sign = found[states.index({"target": "two", "correlation": r})]
        assert sign == pytest.approx(quad(surprise, -9, 9, points=[0], limit=200)[0], abs=1e-7)


STATES = [
    {}, {"target": "two", "m": 3, "n": 2000, "seed": 999}, {"target": "ten", "m": 4, "n": 5000, "correlation": 0.3},
    {"m": 32, "n": 100, "seed": 7, "target": "ten"}, {"m": 1, "n": 20000, "correlation": 0.99, "seed": 1},
    {"m": 12, "n": 500, "correlation": 0.0, "seed": 3},
]  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=str)
def test_python_and_the_widget_show_the_same(call, state):
    """The same draw, the same shuffles and the same readings of them at every bin."""
    widget = Information(**state)
    found = call(
        """async (state) => {
          const { draw, latent, read } = await import("/_static/widgets/normal_pair.js");
          const { measure, prepare } = await import("/_static/widgets/measured.js");
          const drawn = draw(state, 5);
          const Y = read(latent(drawn, state.correlation), state.target);
          return { H: drawn.H.map((column) => [...column]), Y: [...Y], orders: drawn.orders.map((order) => [...order]),
            readings: measure(prepare(state), state) };
        }""",
        widget.state(),
    )
    H, Y, orders = widget.draw()
    np.testing.assert_allclose(np.transpose(found["H"]) * 12**-0.5, H, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(found["Y"], Y[:, 0], rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(found["orders"], orders)
    assert (np.sort(orders, axis=1) == np.arange(widget.n)).all()
    readings, expected = found["readings"], widget.readings()
    for theirs, ours in {"reading": "binned", "shuffled": "shuffled", "ceiling": "ceiling"}.items():
        np.testing.assert_allclose(readings[theirs], expected[ours], **PRECISE, err_msg=ours)
    np.testing.assert_allclose(readings["chance"], expected["shuffled"].mean(axis=1), **PRECISE)
    np.testing.assert_allclose(widget.n / np.array(readings["cells"]), expected["samples"])
    for name in ("gaussian", "truth"):
        np.testing.assert_allclose(np.full(len(BINS), readings[name]), expected[name], **PRECISE)


# what a reader sees


def test_saturated_whatever_the_truth(visitor):
    page = visitor.open("information")
    shown = lambda: [float(text) for text in page.locator("fa-widget .readings dd").all_text_contents()]  # noqa: E731
    seen = {}
    for correlation in (0, 0.99):
        visitor.put(page, correlation=correlation)
        binned, shuffled, ceiling, gaussian, truth = seen[correlation] = shown()
        assert binned == pytest.approx(ceiling, abs=0.02) == shuffled
        assert gaussian == pytest.approx(truth, abs=0.1)
        assert "Saturated" in visitor.text(page)
    assert seen[0][0] == pytest.approx(seen[0.99][0], abs=0.1)
    assert seen[0.99][4] - seen[0][4] > 2.5
    visitor.put(page, m=1, n=20000, correlation=0.8, bin_size=0.1)
    binned, shuffled, ceiling, _, truth = shown()
    assert binned == pytest.approx(truth, abs=0.05)
    assert shuffled < 0.03 < ceiling
    assert "near the truth" in visitor.text(page)
    visitor.put(page, bin_size=1.0)
    assert "bins this wide hide part of the truth" in visitor.text(page)
    visitor.put(page, m=2, n=2000, correlation=0.0, bin_size=0.2, target="two")
    assert "there is nothing to find" in visitor.text(page)


def test_words_say_what_the_figures_show(visitor):
    page = visitor.open("information")
    for state in STATES:
        widget = Information(**state)
        visitor.put(page, **widget.state())
        readings, at = widget.readings(), BINS.index(widget.bin_size)
        values = [f"{np.mean(readings[name][at]):.2f}" for name in ("binned", "shuffled", "truth")]
        found = re.search(r"reads (\S+) bits, and (\S+) with Y shuffled; the truth is (\d\.\d\d)", visitor.text(page))
        assert list(found.groups()) == values


def test_target_and_bin_by_hand(visitor):
    page = visitor.open("information")
    picture = visitor.picture(page)
    for label, target in (("two classes", "two"), ("ten classes", "ten"), ("a number", "number")):
        page.get_by_role("radio", name=label).check()
        visitor.settle(page)
        assert visitor.state(page)["target"] == target
        assert (visitor.picture(page) == picture) == (target == "number")
    canvas = page.locator("fa-widget canvas").first
    box = canvas.bounding_box()
    places = {}
    for share in (0.0, 0.3, 0.6, 1.0):
        page.mouse.click(box["x"] + share * (box["width"] - 1), box["y"] + 100)
        places[share] = visitor.state(page)["bin_size"]
    assert (places[0.0], places[1.0]) == (0.01, 1.0)
    assert 0.01 < places[0.3] < places[0.6] < 1
    seed = visitor.state(page)["seed"]
    before = visitor.picture(page)
    page.get_by_role("button", name="Draw again").click()
    visitor.settle(page)
    assert visitor.state(page)["seed"] == seed + 1
    assert visitor.picture(page) != before
