// The idealised dynamics of Fig. 2 with its assumptions to change: simulated step by step, and solved.
import { choice, digits, make, number, say, whole, widget } from "./common.js";
import { compress, draw, exact, fate, simulate } from "./idealised.js";
import { extent, panel } from "./plot.js";

const fields = {
  m: whole(2, 12), p: whole(1, 4), angle: number(0, 180), step: number(0.01, 1), n: choice(50, 100, 200, 500, 1000, 2000, 5000),
  steps: whole(5, 60), seed: whole(0, 999),
};

const style = `
.marks { margin: 0; padding: 0; list-style: none; display: grid; gap: .2rem; }
.marks li { padding-left: .6rem; border-left: .3rem solid var(--line); }
.marks li.met { border-color: var(--warn); }
`;

const panels = [
  { name: "direct_loss", title: "direct loss", log: true },
  { name: "regression_loss", title: "regression loss", log: true },
  { name: "gradient_norm", title: "norm of the regression's gradient", log: true },
  { name: "angle", title: "angle of update and gradient (degrees)", range: [0, 180], ticks: [0, 45, 90, 135, 180] },
];

/** The three conditions, each met or not, in words. */
function marks({ m, p, step }, fate, exact) {
  const product = p === 1 ? `b·w = ${digits(fate.trace)}` : `${fate.growing} of the ${p} modes of BW grow`;
  const cause = fate.overshooting === fate.growing ? `the step is too long, ${product}` : product;
  const still = p > m ? `${m} units cannot serve ${p} outputs` : "a mode of BW stands still";
  const direct = fate.growing ? `The direct loss explodes: ${cause}.`
    : fate.falling === p ? `The direct loss falls to zero: ${product}.` : `The direct loss does not fall to zero: ${still}.`;
  const share = fate.floor === null ? "" : ` of ${digits(fate.floor)}, ${digits((100 * fate.floor) / exact.regression_loss[0])} % of its start`;
  const [start] = exact.angle;
  return [
    [fate.growing > 0, direct],
    [fate.growing > 0, fate.growing ? `The regression loss comes down to a floor${share}.` : "The regression loss has no floor: it falls towards zero."],
    [start > 90, `The angle starts ${start > 90 ? "above" : "below"} 90 degrees, at ${digits(start)}.`],
  ];
}

function build(ui) {
  ui.box.classList.add("stacked");
  ui.key([["exact solution", "line", "FA"], ["simulation, step by step", "dot", "text"]]);
  const canvas = ui.canvas({
    label: "Four curves against steps: direct loss, regression loss, norm of its gradient, and angle.",
    height: (width) => (width < 520 ? 4 * 170 : 2 * 195),
  });
  const list = make(make(ui.picture, "div", { role: "status" }), "ul", { class: "marks" });
  const lines = [0, 1, 2].map(() => make(list, "li"));

  ui.slider("angle", "angle between b and w", { show: (value) => `${digits(value)}°` });
  ui.slider("step", "step size μ", { step: 0.01, show: (value) => digits(value) });
  ui.slider("m", "hidden units m");
  ui.slider("p", "outputs p");
  ui.slider("n", "samples n");
  ui.slider("steps", "steps");
  ui.button("Draw again", () => ui.set({ seed: (ui.state.seed + 1) % 1000 }));

  return (state, colours) => {
    const problem = compress(draw(state));
    const [solved, stepped] = [exact(problem, state.step, state.steps), simulate(problem, state.step, state.steps)];
    const end = fate(problem, state.step);
    const { ctx, width, height } = canvas.begin();
    const columns = width < 520 ? 1 : 2;
    const size = { width: width / columns, height: (height * columns) / 4 };
    const x = Array.from({ length: state.steps + 1 }, (_, k) => k);
    panels.forEach(({ name, title, log, range, ticks }, i) => {
      const place = { ...size, left: (i % columns) * size.width, top: Math.floor(i / columns) * size.height };
      const floor = name === "regression_loss" && end.floor !== null ? [end.floor] : [];
      const y = range ?? extent([...solved[name], ...stepped[name], ...floor], { log });
      const axes = panel(ctx, place, { x: [0, state.steps], y, log, title, ticks, colours, label: i >= 4 - columns ? "step" : "" });
      if (name === "angle") axes.level(90, "", { colour: colours.soft });
      if (floor.length) axes.level(end.floor, "floor", { colour: colours.warn, above: false });
      axes.curve(x, solved[name], { colour: colours.FA, width: 3 });
      axes.dots(x, stepped[name], { colour: colours.text, size: state.steps > 30 ? 1.8 : 2.4 });
    });
    marks(state, end, solved).forEach(([met, text], i) => {
      lines[i].className = met ? "met" : "";
      say(lines[i], text);
    });
  };
}

export default widget({ name: "dynamics", title: "Idealised dynamics of feedback alignment", fields, style, build });
