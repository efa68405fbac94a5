// The idealised dynamics of Fig. 2 with its assumptions to change: simulated step by step, and solved.
import { choice, number, whole, widget } from "./common.js";
import { digits, make, say } from "./elements.js";
import { compress, draw, exact, fate, simulate } from "./idealised.js";
import { extent, panel } from "./plot.js";

const fields = {
  m: whole(2, 12), p: whole(1, 4), n: choice(50, 100, 200, 500, 1000, 2000, 5000),
  angle: number(0, 180), step: number(0.01, 1), steps: whole(5, 60), seed: whole(0, 999),
};

const style = `
.marks { margin: 0; padding: 0; list-style: none; display: grid; gap: .2rem; }
.marks li { padding-left: .6rem; border-left: .3rem solid var(--line); }
.marks li.met { border-color: var(--warn); }
`;

const panels = [
  { name: "direct_loss", title: "direct loss", log: true },
  { name: "regression_loss", title: "regression loss", log: true },
  { name: "gradient_norm", title: "norm of the regression's gradient", short: "gradient's norm", log: true },
  {
    name: "angle", title: "angle of update and gradient (degrees)", short: "angle (degrees)", range: [0, 180],
    ticks: [0, 45, 90, 135, 180],
  },
];

/** The three conditions: [met or not, in words]. */
function marks({ m, p }, { growing, falling, overshooting, trace, floor }, exact) {
  const product = p === 1 ? `b·w = ${digits(trace)}` : `${growing} of the ${p} modes of BW grow`;
  const [share, start] = [floor / exact.regression_loss[0], exact.angle[0]];
  let direct = `falls to zero: ${product}`;
  if (growing) direct = `explodes: ${overshooting === growing ? "the step is too long, " : ""}${product}`;
  else if (p > m) direct = `does not fall to zero: ${m} units cannot serve ${p} outputs`;
  else if (falling < p) direct = "does not fall to zero: a mode of BW stands still";
  let regression = "has no floor: it falls towards zero";
  if (growing) regression = "comes down to a floor";
  if (floor !== null) regression += ` of ${digits(floor)}, ${digits(100 * share)} % of its start`;
  return [
    [growing > 0, `The direct loss ${direct}.`],
    [growing > 0, `The regression loss ${regression}.`],
    [start > 90, `The angle starts ${start > 90 ? "above" : "below"} 90 degrees, at ${digits(start)}.`],
  ];
}

function build(ui) {
  ui.box.classList.add("stacked");
  ui.key([["exact solution", "line", "FA"], ["simulation, step by step", "dot", "text"]]);
  const canvas = ui.canvas({
    label: "Four curves against steps: direct loss, regression loss, norm of its gradient, and angle.",
    height: (width) => 2 * (width < 520 ? 150 : 195), // on a phone, too, the sliders stand in sight
  });
  const turn = ui.slider("angle", "angle between b and w", { show: (value) => `${digits(value)}°` });
  ui.slider("step", "step size μ", { step: 0.01, show: (value) => digits(value) });
  ui.slider("m", "hidden units m");
  ui.slider("p", "outputs p");
  ui.slider("n", "samples n");
  ui.slider("steps", "steps");
  const list = make(make(ui.box, "div", { role: "status" }), "ul", { class: "marks" });
  const lines = [0, 1, 2].map(() => make(list, "li"));
  ui.button("Draw again", () => ui.set({ seed: (ui.state.seed + 1) % 1000 }));

  return (state, colours) => {
    const problem = compress(draw(state));
    const [solved, stepped] = [exact(problem, state.step, state.steps), simulate(problem, state.step, state.steps)];
    const end = fate(problem, state.step);
    const { ctx, width, height } = canvas.begin();
    const size = { width: width / 2, height: height / 2 };
    const asked = state.p === 1 ? "angle between b and w" : "angle between B and W′, as one vector each";
    say(turn.parentElement.firstChild, asked);
    const x = Array.from({ length: state.steps + 1 }, (_, k) => k);
    panels.forEach(({ name, title: long, short = long, log, range, ticks }, i) => {
      const place = { ...size, left: (i % 2) * size.width, top: Math.floor(i / 2) * size.height };
      const floor = name === "regression_loss" && end.floor !== null ? [end.floor] : [];
      const y = range ?? extent([...solved[name], ...stepped[name], ...floor], { log });
      const label = i >= 2 ? "step" : "";
      const title = width < 520 ? short : long;
      const axes = panel(ctx, place, { x: [0, state.steps], y, log, title, ticks, colours, label });
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
