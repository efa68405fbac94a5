"""The widgets' JavaScript computes what fa_lib computes, in a real browser, on cases made by fa_lib."""

import numpy as np
import pytest

from fa_book import ledger
from fa_book.alignment import icosahedron
from fa_book.widgets import Bar, DeadZones, Dynamics, bar
from fa_lib import dynamics
from tools.book import ROOT

CURVES = ("direct_loss", "regression_loss", "gradient_norm", "angle")


def test_all_patterns(call):
    result = call("""async () => {
      const g = await import("/_static/widgets/geometry.js");
      const turn = g.rotations()[17];
      const all = Array.from({ length: 4096 }, (_, pattern) => pattern);
      return { counts: all.map(g.counts), score: all.map(g.score), spectrum: all.map(g.spectrum), of: g.classes().of,
        sizes: g.classes().sizes, rotations: g.rotations(), vertices: g.vertices, faces: g.faces,
        carried: all.map((pattern) => g.carry(pattern, turn)) };
    }""")
    patterns = icosahedron.patterns()
    np.testing.assert_array_equal(result["counts"], np.stack(icosahedron.pair_counts(patterns), axis=1))
    np.testing.assert_array_equal(np.array(result["score"]) - icosahedron.THRESHOLD, icosahedron.margin(patterns))
    np.testing.assert_allclose(result["spectrum"], icosahedron.power_spectrum(patterns), rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(result["of"], icosahedron.orbits())
    np.testing.assert_array_equal(result["sizes"], np.bincount(icosahedron.orbits()))
    np.testing.assert_allclose(result["vertices"], icosahedron.vertices(), rtol=0, atol=1e-15)
    assert {tuple(turn) for turn in result["rotations"]} == {tuple(turn) for turn in icosahedron.rotations()}
    assert len(result["faces"]) == 20
    turn = np.array(result["rotations"][17])  # sends vertex i to turn[i]
    moved = np.zeros_like(patterns)
    moved[:, turn] = patterns
    np.testing.assert_array_equal(result["carried"], moved @ (1 << np.arange(12)[::-1]))


SOLVE = """async ([H0, Y, W, B, step, steps]) => {
  const { fromRows } = await import("/_static/widgets/linear.js");
  const { compress, simulate, exact, fate } = await import("/_static/widgets/idealised.js");
  const problem = compress({ H0: fromRows(H0), Y: fromRows(Y), W: fromRows(W), B: fromRows(B) });
  return { simulated: simulate(problem, step, steps), exact: exact(problem, step, steps), fate: fate(problem, step) };
}"""
# (n, m, p, seed, step, steps): falling and exploding draws, one output and several, long steps and many
CASES = [(1000, 6, 1, seed, 0.2, 20) for seed in range(4)]
CASES += [(200, 6, 3, 1, 0.2, 20), (500, 12, 4, 2, 0.1, 40), (50, 2, 1, 3, 0.3, 30), (100, 8, 2, 4, 0.5, 10)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_dynamics(call, case):
    n, m, p, seed, step, steps = case
    H0, Y, W, B = dynamics.draw(n, m, p, runs=1, seed=seed)
    result = call(SOLVE, [H0.tolist(), Y.tolist(), W.tolist(), B[0].tolist(), step, steps])
    expected = {"simulated": dynamics.simulate(H0, Y, W, B[0], step=step, steps=steps)}
    expected["exact"] = dynamics.exact(H0, Y, W, B[0], step=step, steps=steps)
    for kind, curves in expected.items():
        for name in CURVES:
            np.testing.assert_allclose(result[kind][name], curves[name], rtol=1e-10, err_msg=f"{kind} {name}")


@pytest.mark.parametrize("p", [1, 3])
def test_fate_of_exploding_draws(call, p):
    """Where all modes grow, the floor is what the regression loss tends to; the number of modes is numpy's."""
    random = np.random.default_rng(0)
    H0, Y, W = random.normal(size=(300, 6)), random.normal(size=(300, p)), random.normal(size=(6, p))
    result = call(SOLVE, [H0.tolist(), Y.tolist(), W.tolist(), (-W.T).tolist(), 0.1, 5])
    late = dynamics.exact(H0, Y, W, -W.T, step=0.1, steps=200).regression_loss[-1]
    assert result["fate"]["growing"] == p
    assert result["fate"]["floor"] == pytest.approx(float(late), rel=1e-9)
    for seed in range(10):
        B = np.random.default_rng(seed).normal(size=(p, 6))
        fate = call(SOLVE, [H0.tolist(), Y.tolist(), W.tolist(), B.tolist(), 0.4, 1])["fate"]
        factors = np.abs(np.linalg.eigvals(np.eye(p) - 0.4 * B @ W))
        assert (fate["growing"], fate["falling"]) == ((factors > 1).sum(), (factors < 1).sum())
        assert (fate["floor"] is None) == (fate["growing"] < p)
        assert fate["trace"] == pytest.approx(np.trace(B @ W))


def test_draws(call):
    """Python and JavaScript draw the same numbers from a seed, so that the static picture shows the widget's draw."""
    for state in ({}, {"m": 3, "p": 4, "n": 50, "seed": 999, "angle": 133.5}, {"m": 12, "p": 2, "seed": 7, "n": 5000}):
        widget = Dynamics(**state)
        result = call(
            """async (state) => {
              const drawn = (await import("/_static/widgets/idealised.js")).draw(state);
              return Object.values(drawn).map(({ data }) => Array.from(data));
            }""",
            widget.state(),
        )
        for found, expected in zip(result, widget.draw(), strict=True):
            np.testing.assert_allclose(np.reshape(found, expected.shape), expected, rtol=1e-12, atol=1e-15)


SETTINGS = [{}, {"gamma": 2.0}, {"b": 110.0, "target": -0.7}, {"w": -60.0, "b": 150.0, "gamma": 1.5}, {"target": 2.0}]


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_dead_zones(call, setting):
    widget = DeadZones(**setting, u1=0.37, u2=-0.81)
    result = call(
        """async (state) => {
          const { direction, follow, survey, asked } = await import("/_static/widgets/saturation.js");
          const [w, b] = [direction(state.w), direction(state.b)];
          const rules = { FA: { ...state, w, b }, BP: { ...state, w, b: w } };
          const u = [state.u1, state.u2];
          return Object.fromEntries(Object.entries(rules).map(([rule, setting]) =>
            [rule, { ...survey(setting, 36), ...follow({ ...setting, u }), asked: asked({ ...setting, u }) }]));
        }""",
        widget.state(),
    )
    for rule in ("FA", "BP"):
        stuck = widget.stuck(rule)
        found = np.reshape(result[rule]["stuck"], stuck.shape)
        assert (found != stuck).sum() <= 2  # the survey interpolates: a cell on the edge may fall to either side
        points, track = np.array(result[rule]["points"]), widget._track(rule).T
        assert len(points) == len(track)
        np.testing.assert_allclose(points[:-1], track[:-1], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(points[-1], track[-1], atol=0.02)  # Python's last stretch is a straight line
        w = np.array([np.cos(np.radians(widget.w)), np.sin(np.radians(widget.w))])
        if result[rule]["arrives"]:
            assert points[-1] @ w == pytest.approx(widget.target, abs=1e-9)
        if result[rule]["asked"]:
            assert np.array(result[rule]["asked"]) @ w == pytest.approx(widget.target)
    assert setting != {} or result["BP"]["shareStuck"] == 0 < result["FA"]["shareStuck"]


def test_margins(call):
    random = np.random.default_rng(0)
    records = []
    for number in range(200):
        checks = []
        for _ in range(random.integers(1, 4)):
            low, high = np.sort(random.normal(size=2)).tolist()
            ends = [None if random.random() < 0.1 else low, None if random.random() < 0.1 else high]
            bounds = sorted(random.normal(size=2).tolist())
            bounds[int(random.integers(2))] = None if random.random() < 0.5 else bounds[0]
            bounds = bounds if None in bounds else sorted(bounds)
            checks.append({"low": ends[0], "high": ends[1], "bounds": bounds, "zero": float(random.normal())})
        artefact = 0 if random.random() < 0.2 else None
        records.append({"id": f"C{number}", "artefact": artefact, "checks": checks})
    factors = [0.25, 0.5, 0.8, 1, 1.2, 2, 4]
    found = call(
        """async ([records, factors]) => {
          const { verdict } = await import("/_static/widgets/margins.js");
          return factors.map((factor) => records.map((record) => verdict(record, factor)));
        }""",
        [records, factors],
    )
    expected = [[bar.verdict(record, factor) for record in records] for factor in factors]
    assert found == expected
    assert {outcome for row in expected for outcome in row} == set(bar.COLOURS)


def test_the_bar_draws_the_check_that_decides(call):
    records = ledger.collect(ROOT / "book")
    found = call(
        """async (records) => {
          const { decisive } = await import("/_static/widgets/margins.js");
          return records.map((record) => decisive(record).effect);
        }""",
        Bar(records).records,
    )
    assert found == [ledger.decisive(record)["effect"] for record in records]
