// What the binned estimator reads of H and Y whose information is known, at every bin size, beside what it reads with Y
// shuffled, its ceiling, the Gaussian formula and the truth.
import { binned, cells, centred, entropy, gaussian, group, products } from "./bits.js";
import { choice, number, whole, widget } from "./common.js";
import { digits, make, minus, say } from "./elements.js";
import { coded, draw, latent, read, spread, truth } from "./normal_pair.js";
import { extent, panel } from "./plot.js";

const fields = {
  target: choice("number", "two", "ten"), correlation: number(0, 0.99), m: choice(1, 2, 3, 4, 6, 8, 12, 16, 32),
  n: choice(100, 200, 500, 1000, 2000, 5000, 10000, 20000),
  bin_size: choice(0.01, 0.015, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1), seed: whole(0, 999),
};
const bins = fields.bin_size.options;
const shuffles = 5;
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
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What does not change with Y: the draw, H in cells of every size, H from its means and its products. */
function prepare(state) {
  const drawn = draw(state, shuffles);
  const H = drawn.H.map((column) => column.map((value) => spread * value));
  const units = centred(H);
  return { drawn, units, square: products(units, units), groups: bins.map((size) => group(cells(H, size))) };
}

/** All readings in bits; those that change with the bin as arrays. */
function measure({ drawn, units, square, groups }, state) {
  const Y = read(latent(drawn, state.correlation), state.target);
  const inCells = bins.map((size) => group(cells([Y], size)));
  const shuffled = groups.map((h, i) => drawn.orders.map((order) => binned(h, inCells[i], order)));
  return {
    reading: groups.map((h, i) => binned(h, inCells[i])),
    shuffled,
    chance: shuffled.map(mean),
    ceiling: inCells.map(entropy),
    cells: groups.map(({ count }) => count),
    gaussian: gaussian(units, centred(coded(Y, state.target)), square),
    truth: truth(state),
  };
}

/** What the reading at a bin is worth. */
function verdict(reading, shuffled, ceiling, truth) {
  const chance = mean(shuffled);
  const found = reading - chance > 2 * (Math.max(...shuffled) - Math.min(...shuffled));
  if (chance > saturated * ceiling) return "Saturated: it would read this whatever H holds.";
  if (!found && truth < 0.005) return "The reading is what chance alone gives, and there is nothing to find.";
  if (!found) return "The reading is what chance alone gives, though there is something to find.";
  if (chance > 0.1 * reading) return `${Math.round((100 * chance) / reading)} % of the reading comes by chance.`;
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
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) ui.listen(canvas.element, end, () => (down = false));

  let [prepared, measured] = [{}, {}]; // of the last setting
  return (state, colours) => {
    const { n, m, seed, target, correlation, bin_size: size } = state;
    const [draws, setting] = [`${n} ${m} ${seed}`, `${n} ${m} ${seed} ${target} ${correlation}`];
    if (prepared.draws !== draws) prepared = { draws, ...prepare(state) };
    if (measured.setting !== setting) measured = { setting, ...measure(prepared, state) };
    const at = bins.indexOf(size);
    const bits = { ...measured, reading: measured.reading[at], chance: measured.chance[at], ceiling: measured.ceiling[at] };
    for (const [name, value] of Object.entries(values)) say(value, minus(bits[name].toFixed(2)));

    const { ctx, width, height } = canvas.begin();
    const x = [0.009, 1.11];
    const ticksX = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
    const lower = Math.round(height * 0.32);
    const top = Math.max(...measured.ceiling) * 1.1;
    axes = panel(ctx, { left: 0, top: 0, width, height: height - lower }, {
      x, logX: true, ticksX, y: [Math.min(0, bits.gaussian * 1.3), top], title: "information (bits)", colours, ticks: 5,
    });
    const { inner, X, Y } = axes;

    const first = measured.chance.findIndex((value, i) => value <= saturated * measured.ceiling[i]);
    const past = first < 0 ? bins.length : first;
    const until = past === bins.length ? x[1] : Math.sqrt(bins[past] * bins[past - 1]);
    if (past) {
      ctx.fillStyle = `${colours.TF}1f`;
      ctx.fillRect(inner.left, inner.top, X(until) - inner.left, inner.bottom - inner.top);
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
    const flat = bins.map(() => 1);
    axes.curve(x, flat.slice(0, 2).map(() => bits.truth), { colour: `${colours.null}72`, width: 8 });
    axes.curve(x, flat.slice(0, 2).map(() => bits.gaussian), { colour: colours.FA, width: 2.5 });
    axes.curve(bins, measured.ceiling, { colour: colours.soft, width: 1.5, dash: [6, 4] });
    ctx.setLineDash([]);
    axes.curve(bins, measured.reading, { colour: colours.BP, width: 3 });
    axes.dots(bins, measured.chance, { colour: colours.paper, size: 5.5 });
    axes.dots(bins, measured.chance, { colour: colours.null, size: 4 });
    axes.dots([size], [bits.chance], { colour: colours.accent, size: 6 });
    axes.dots([size], [bits.chance], { colour: colours.null, size: 4 });

    const samples = measured.cells.map((count) => n / count);
    const place = { left: 0, top: height - lower, width, height: lower };
    const under = panel(ctx, place, {
      x, logX: true, ticksX, y: extent([1, 10, ...samples], { log: true }), log: true, colours, label: "bin size",
      title: "samples in an occupied cell (mean)", ticks: 3,
    });
    mark(under);
    under.curve(bins, samples, { colour: colours.text, width: 2 });
    under.dots([size], [samples[at]], { colour: colours.accent, size: 4.5 });

    const filled = `${n} samples in ${measured.cells[at]} cells of size ${digits(size)}, ${digits(samples[at])} in each.`;
    const read = `The binned estimator reads ${bits.reading.toFixed(2)} bits, and ${bits.chance.toFixed(2)} with Y shuffled`;
    const worth = verdict(bits.reading, measured.shuffled[at], bits.ceiling, bits.truth);
    say(words, `${filled} ${read}; the truth is ${bits.truth.toFixed(2)}. ${worth}`);
  };
}

export default widget({ name: "information", title: "What the binned estimator reads", fields, style, build });
