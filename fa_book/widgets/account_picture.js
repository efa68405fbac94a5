// The picture of an account: the loss of the best readout and of the answers, and below the running sums of two of the
// trainings, whose parts add up to what the readout's loss fell by.
import { at, booked, horizon, last, names, total, views } from "./booked.js";
import { digits } from "./elements.js";
import { write } from "./four_panels.js";
import { extent, panel } from "./plot.js";

/** How the lines of an account look, in their order: in the picture and in its key. */
export const lines = [
  { colour: "warn", look: "line", dash: [] }, { colour: "other", look: "dashed", dash: [7, 4] },
  { colour: "soft", look: "dotted", dash: [2, 3] },
];
const curves = { "FA, frozen": ["FA", 3.5, []], "FA, learning": ["FA", 2.5, [7, 4]], "BP, learning": ["BP", 1.5, []] };
const losses = [["loss, best readout of H", "best readout", at.readout], ["loss, answers", "answers", at.loss]];

/** Places of the panels: two beside two, or on a phone the accounts one below the other. */
function places(width, height, top) {
  const box = (left, from, w, h) => ({ left, top: top + from, width: w - 6, height: h });
  const half = width / 2;
  const rest = height - top;
  if (width >= 520) {
    const h = rest * 0.42;
    return [box(0, 0, half, h), box(half, 0, half, h), box(0, h, half, rest - h), box(half, h, half, rest - h)];
  }
  const h = (rest - 150) / 2;
  return [box(0, 0, half, 150), box(half, 0, half, 150), box(0, 150, width, h), box(0, 150 + h, width, h)];
}

/** Draw trainings, { epoch, curves, latest } of lockstep, under the settings of a state. */
export function drawAccount({ ctx, width, height }, run, state, colours) {
  const narrow = width < 520;
  const x = [0, [100, horizon, 600, last].find((end) => end >= run.epoch)];
  const conditions = [`learning rate ${digits(state.rate)},`, `weights no. ${state.seed}`];
  const top = write(ctx, conditions, width, colours.soft);
  const place = places(width, height, top);
  const rows = Object.fromEntries(names.map((name) => [name, [...run.curves[name], run.latest[name].now]]));
  const epochs = (name) => rows[name].map((row) => row[0]);
  const margin = narrow ? 34 : 44;

  losses.forEach(([title, short, column], i) => {
    const most = Math.max(...names.flatMap((name) => rows[name].map((row) => row[column])));
    const frame = { x, y: [0, 1.08 * most], title: narrow ? short : title, margin, colours };
    const axes = panel(ctx, place[i], frame);
    for (const [name, [colour, thick, dash]] of Object.entries(curves)) {
      const values = rows[name].map((row) => row[column]);
      axes.curve(epochs(name), values, { colour: colours[colour], width: thick, dash });
      axes.dots(epochs(name).slice(-1), values.slice(-1), { colour: colours[colour], size: 3 });
    }
  });

  const shown = ["FA, frozen", state.beside];
  const sets = shown.map((name) => [
    rows[name].map(total), ...views[state.view].map(([, parts]) => rows[name].map((row) => booked(row, parts))),
  ]);
  const y = extent([0, 1, ...sets.flat(2)]);
  shown.forEach((name, i) => {
    const label = narrow && !i ? "" : "epoch";
    const axes = panel(ctx, place[2 + i], { x, y, title: `account of ${name}, %`, label, margin, colours });
    const [sum, ...parts] = sets[i];
    axes.curve(x, [0, 0], { colour: colours.soft, width: 1 });
    axes.curve(epochs(name), sum, { colour: `${colours[name.slice(0, 2)]}66`, width: 7 });
    parts.forEach((values, line) => {
      const { colour, dash } = lines[line];
      axes.curve(epochs(name), values, { colour: colours[colour], width: 2.5, dash });
      axes.dots(epochs(name).slice(-1), values.slice(-1), { colour: colours[colour], size: 3 });
    });
    const fall = rows[name].map((row) => row[at.fall]);
    axes.curve(epochs(name), fall, { colour: colours.text, width: 1.5, dash: [5, 4] });
  });
  ctx.setLineDash([]);
}
