// The picture of recorded runs: lines, bands, nulls and ceiling, labels at the lines' ends, and the line pointed at.
import { digits } from "./elements.js";
import { extent, panel } from "./plot.js";

const house = ["BP", "FA", "NFA", "NF", "TF"];
const dashes = [[], [7, 4], [2, 3], [9, 3, 2, 3], [14, 4], [9, 3, 2, 3, 2, 3]];

const family = (rule) => {
  const word = rule.split(/[,: ]/)[0];
  return house.includes(word) ? word : "other";
};

/** A rule's colour, by name, and its dashes: rules of one colour differ in them, whichever of them are shown. */
export function look(rule, rules) {
  const alike = rules.filter((other) => family(other) === family(rule));
  return { colour: family(rule), dash: dashes[alike.indexOf(rule) % dashes.length] };
}

/** Places for labels, at least `gap` apart and as near as can be to where they belong. */
export function spread(wanted, gap, low, high) {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
  const places = wanted.slice();
  order.forEach((i, n) => (places[i] = Math.max(wanted[i], n ? places[order[n - 1]] + gap : low)));
  order.reverse().forEach((i, n) => (places[i] = Math.min(places[i], n ? places[order[n - 1]] - gap : high)));
  return places;
}

/** The point of all lines that is nearest to a place in the picture, within reach: { line, at }, or null. */
export function nearest({ lines, axes }, x, y, reach = 40) {
  let best = null;
  for (const line of lines) {
    line.xs.forEach((value, at) => {
      if (!Number.isFinite(line.ys[at])) return;
      const distance = Math.hypot(axes.X(value) - x, axes.Y(line.ys[at]) - y);
      if (distance < (best?.distance ?? reach)) best = { line, at, distance };
    });
  }
  return best;
}

/** The smallest and the largest of what is drawn. */
function ends({ metric, lines, nulls, ceiling }) {
  const shown = (value) => Number.isFinite(value) && (!metric.log || value > 0);
  let [low, high] = [Infinity, -Infinity];
  for (const line of [...lines, ...nulls])
    for (const values of [line.ys, line.low ?? [], line.high ?? []])
      for (const value of values.filter(shown)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return extent([low, high, ...(ceiling === null ? [] : [1.06 * ceiling])], { log: metric.log }); // room for its word
}

/** Draw, and return what `nearest` needs. `probe()` is the line pointed at, { rule, run, at }. */
export function drawRuns({ ctx, width, height }, chosen, state, colours, rules, probe) {
  const { metric, lines, nulls, ceiling } = chosen;
  if (!lines.length) return { lines: [], axes: null };
  ctx.font = "12px system-ui, sans-serif";
  const names = [...new Set(lines.map((line) => line.rule))];
  const room = Math.max(...names.map((name) => ctx.measureText(name).width)) + 10;
  const labelled = room < width * 0.25 && names.length < 12;
  const place = { left: 0, top: 0, width: width - (labelled ? room : 0), height };
  const last = Math.max(...lines.map((line) => line.xs.at(-1)));
  const axes = panel(ctx, place, {
    x: [Math.min(0, ...lines.map((line) => line.xs[0])), 1.002 * last || 1], y: ends(chosen), log: metric.log,
    title: `${metric.label}, ${state.task}`, label: "epoch", colours, ticks: 6, margin: 50,
  });
  const paint = (line) => ({ ...look(line.rule, rules), colour: colours[look(line.rule, rules).colour] });

  if (ceiling !== null) axes.level(ceiling, "ceiling H(Y)", { colour: colours.soft });
  for (const line of nulls) axes.curve(line.xs, line.ys, { colour: paint(line).colour, width: 1.3, dash: [1.5, 3] });
  for (const line of lines.filter((one) => one.low))
    axes.band(line.xs, line.low, line.high, { colour: `${paint(line).colour}30` });
  const followed = lines.some((line) => line.run === state.run);
  const many = lines.length > 60;
  for (const line of lines) {
    const { colour, dash } = paint(line);
    const faint = followed ? "50" : many ? "80" : "b0";
    if (line.run === null) axes.curve(line.xs, line.ys, { colour, dash, width: 2.8 });
    else if (line.run !== state.run) axes.curve(line.xs, line.ys, { colour: colour + faint, dash, width: 1.1 });
  }
  for (const line of lines.filter(({ run }) => run === state.run)) {
    const thin = state.view === "mean"; // beside the means, which are thick
    axes.curve(line.xs, line.ys, { colour: colours.paper, width: thin ? 3 : 4.6 });
    axes.curve(line.xs, line.ys, { ...paint(line), width: thin ? 1.2 : 2.6 });
  }
  const colour = (name) => colours[look(name, rules).colour];
  if (labelled) label(ctx, axes, names, { lines, run: state.run, colour, left: place.width });
  const at = probe();
  const line = at && lines.find(({ rule, run }) => rule === at.rule && run === at.run);
  if (line) mark(ctx, axes, line, at.at, { ...paint(line), colours, width });
  return { lines, axes };
}

/** The rules' names at the ends of their means, of the lines of the run that is followed, or amid their lines' ends. */
function label(ctx, axes, names, { lines, run, colour, left }) {
  const { top, bottom } = axes.inner;
  const ends = names.map((name) => {
    const own = lines.filter((line) => line.rule === name);
    const marked = own.filter((line) => line.run === run || line.run === null);
    const last = (marked.length ? marked.slice(0, 1) : own).map((line) => line.ys.findLast(Number.isFinite));
    const heights = last.filter(Number.isFinite).map((y) => Math.max(top, Math.min(bottom, axes.Y(y))));
    return heights.length ? heights.reduce((sum, value) => sum + value, 0) / heights.length : bottom;
  });
  Object.assign(ctx, { textAlign: "left", textBaseline: "middle" });
  spread(ends, 14, top + 4, bottom - 4).forEach((y, i) => {
    ctx.fillStyle = colour(names[i]);
    ctx.fillText(names[i], left, y);
  });
}

/** The line pointed at, its point, and what it is. */
function mark(ctx, axes, line, at, { colour, dash, colours, width }) {
  axes.curve(line.xs, line.ys, { colour: colours.paper, width: 5 });
  axes.curve(line.xs, line.ys, { colour, dash, width: 3 });
  const value = line.ys[at];
  if (!Number.isFinite(value)) return;
  const [x, y] = [axes.X(line.xs[at]), Math.max(axes.inner.top, Math.min(axes.inner.bottom, axes.Y(value)))];
  const text = `${line.rule}, ${line.run === null ? "mean" : `run ${line.run}`}: ${digits(value)}`;
  Object.assign(ctx, { strokeStyle: colours.soft, fillStyle: colour, lineWidth: 1 });
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.moveTo(x, axes.inner.top);
  ctx.lineTo(x, axes.inner.bottom);
  ctx.stroke();
  ctx.beginPath();
  ctx.arc(x, y, 4.5, 0, 2 * Math.PI);
  ctx.fill();
  const size = ctx.measureText(text).width + 12;
  const left = x + 10 + size > width ? x - 10 - size : x + 10;
  const top = y - 30 < axes.inner.top ? y + 8 : y - 30;
  Object.assign(ctx, { fillStyle: colours.raised, strokeStyle: colour, textAlign: "left", textBaseline: "middle" });
  ctx.beginPath();
  ctx.rect(left, top, size, 22);
  ctx.fill();
  ctx.stroke();
  ctx.fillStyle = colours.text;
  ctx.fillText(text, left + 6, top + 11);
}
