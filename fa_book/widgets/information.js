// What the binned estimator reads of H and Y whose information is known, at every bin size, beside what it reads with Y
// shuffled, its ceiling, the Gaussian formula and the truth.
import { choice, number, whole, widget } from "./common.js";
import { digits, make, minus, say } from "./elements.js";
import { bins, measure, prepare } from "./measured.js";
import { extent, panel } from "./plot.js";

const fields = {
  target: choice("number", "two", "ten"), correlation: number(0, 0.99), m: choice(1, 2, 3, 4, 6, 8, 12, 16, 32),
  n: choice(100, 200, 500, 1000, 2000, 5000, 10000, 20000),
  bin_size: choice(...bins), seed: whole(0, 999),
};
const saturated = 0.9; // of the ceiling

const style = `
.readings { grid-template-columns: repeat(auto-fit, minmax(6.4rem, 1fr)); gap: .4rem .75rem; }
.readings dt { display: flex; gap: .4rem; align-items: center; color: var(--text); }
.readings dd { font-size: 1.2rem; line-height: 1.25; }
.readings i { flex: none; width: 1.3rem; border-top: 3px solid; }
.readings .dashed { border-top: 2px dashed; }
.readings .dot { width: .6rem; height: .6rem; border: 0; border-radius: 50%; background: currentcolor; }
.readings .broad { border-top-width: 8px; opacity: .45; }
canvas { cursor: pointer; touch-action: pan-y; }
`;
const key = {
  reading: ["binned", "line", "BP"],
  chance: ["Y shuffled", "dot", "null"],
  ceiling: ["ceiling H(Y)", "dashed", "soft"],
  gaussian: ["Gaussian", "line", "FA"],
  truth: ["truth", "broad", "null"],
};

/** Bits as text. */
const bits = (value) => minus(value.toFixed(2).replace(/^-(0\.00)$/, "$1"));

/** What the reading at a bin is worth. */
function verdict({ reading, chance, ceiling, truth }, shuffled) {
  const found = reading - chance > 2 * (Math.max(...shuffled) - Math.min(...shuffled));
  if (chance > saturated * ceiling) return "Saturated: it reads about this whatever H holds.";
  if (!found && truth < 0.005) return "The reading is what chance alone gives, and there is nothing to find.";
  if (!found) return "The reading is what chance alone gives, though there is something to find.";
  if (chance > 0.1 * reading) return `Chance alone gives ${Math.round((100 * chance) / reading)} % of that.`;
  if (reading < 0.9 * truth) return "Little of it is chance, but bins this wide hide part of the truth.";
  if (reading > 1.1 * truth) return "Little of it is chance; that little puts it above the truth.";
  return "Little of it is chance, and it is near the truth.";
}

function build(ui) {
  ui.box.classList.add("stacked");
  const list = make(ui.picture, "dl", { class: "readings" });
  const values = Object.fromEntries(Object.entries(key).map(([name, [text, look, colour]]) => {
    const entry = make(list, "div");
    const term = make(entry, "dt");
    make(term, "i", { class: look }).style.color = `var(--${colour})`;
    make(term, "span", {}, text);
    return [name, make(entry, "dd")];
  }));
  const canvas = ui.canvas({
    label: "Information in bits against bin size, and below it the number of samples in an occupied cell.",
    height: (width) => (width < 520 ? 380 : 400),
  });
  const words = ui.words({ parent: ui.picture });

  ui.choice("target", "target Y", { number: "a number", two: "two classes", ten: "ten classes" });
  ui.slider("bin_size", "bin size", { show: (value) => digits(value) });
  ui.slider("n", "samples n");
  ui.slider("m", "hidden units m");
  ui.slider("correlation", "correlation of H and Y", { step: 0.01, show: (value) => digits(value) });
  ui.button("Draw again", () => ui.set({ seed: (ui.state.seed + 1) % 1000 }));

  let axes; // of the last drawing
  const press = ({ offsetX }) => {
    const far = (size) => Math.abs(axes.X(size) - offsetX);
    ui.set({ bin_size: bins.reduce((best, size) => (far(size) < far(best) ? size : best)) });
  };
  let down = false;
  ui.listen(canvas.element, "pointerdown", (event) => {
    down = true;
    press(event);
  });
  ui.listen(canvas.element, "pointermove", (event) => down && press(event));
  const lift = () => (down = false);
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) ui.listen(canvas.element, end, lift);

  let [prepared, measured] = [{}, {}]; // of the last setting
  return (state, colours) => {
    const { n, m, seed, target, correlation, bin_size: size } = state;
    const [draws, setting] = [`${n} ${m} ${seed}`, `${n} ${m} ${seed} ${target} ${correlation}`];
    if (prepared.draws !== draws) prepared = { draws, ...prepare(state) };
    if (measured.setting !== setting) measured = { setting, ...measure(prepared, state) };
    const at = bins.indexOf(size);
    const { reading, chance, ceiling, gaussian, truth } = measured;
    const now = { reading: reading[at], chance: chance[at], ceiling: ceiling[at], gaussian, truth };
    for (const [name, value] of Object.entries(values)) say(value, bits(now[name]));

    const { ctx, width, height } = canvas.begin();
    const x = [0.009, 1.11];
    const ticksX = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
    const lower = Math.round(height * 0.32);
    const top = 1.1 * Math.max(...ceiling);
    axes = panel(ctx, { left: 0, top: 0, width, height: height - lower }, {
      x, logX: true, ticksX, y: [Math.min(0, 1.3 * gaussian), top], title: "information (bits)", colours, ticks: 5,
    });
    const { inner, X } = axes;

    const first = chance.findIndex((value, i) => value <= saturated * ceiling[i]);
    const past = first < 0 ? bins.length : first;
    const until = past === bins.length ? x[1] : Math.sqrt(bins[past] * bins[past - 1]);
    if (past) {
      ctx.fillStyle = `${colours.TF}1f`;
      ctx.fillRect(inner.left, inner.top, X(until) - inner.left, inner.bottom - inner.top);
      Object.assign(ctx, { fillStyle: colours.warn, textAlign: "right", textBaseline: "top" });
      if (X(until) - inner.left > 70) ctx.fillText("saturated", X(until) - 6, inner.top + 3);
    }
    const mark = ({ inner, X }) => {
      Object.assign(ctx, { strokeStyle: colours.accent, lineWidth: 1.5 });
      ctx.setLineDash([2, 3]);
      ctx.beginPath();
      ctx.moveTo(X(size), inner.top);
      ctx.lineTo(X(size), inner.bottom);
      ctx.stroke();
      ctx.setLineDash([]);
    };
    mark(axes);
    axes.curve(x, [now.truth, now.truth], { colour: `${colours.null}72`, width: 8 });
    axes.curve(x, [now.gaussian, now.gaussian], { colour: colours.FA, width: 2.5 });
    axes.curve(bins, ceiling, { colour: colours.soft, width: 1.5, dash: [6, 4] });
    axes.curve(bins, reading, { colour: colours.BP, width: 3 });
    axes.dots(bins, chance, { colour: colours.paper, size: 5.5 });
    axes.dots(bins, chance, { colour: colours.null, size: 4 });
    axes.dots([size], [now.chance], { colour: colours.accent, size: 6 });
    axes.dots([size], [now.chance], { colour: colours.null, size: 4 });

    const samples = measured.cells.map((count) => n / count);
    const place = { left: 0, top: height - lower, width, height: lower };
    const under = panel(ctx, place, {
      x, logX: true, ticksX, y: extent([1, 10, ...samples], { log: true }), log: true, colours, label: "bin size",
      title: "samples in an occupied cell (mean)", ticks: 3,
    });
    mark(under);
    under.curve(bins, samples, { colour: colours.text, width: 2 });
    under.dots([size], [samples[at]], { colour: colours.accent, size: 4.5 });

    const cell = `cells of size ${digits(size)}, ${digits(samples[at])} in each on average`;
    const read = `The binned estimator reads ${bits(now.reading)} bits, and ${bits(now.chance)} with Y shuffled`;
    const worth = verdict(now, measured.shuffled[at]);
    say(words, `${n} samples in ${measured.cells[at]} ${cell}. ${read}; the truth is ${bits(truth)}. ${worth}`);
  };
}

export default widget({ name: "information", title: "What the binned estimator reads", fields, style, build });
