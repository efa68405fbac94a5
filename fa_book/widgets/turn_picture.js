// The picture of a turned signal: what is read from H beside what the decoder answers, the bits, where the signal
// points, and the hidden layer as both readouts see it.
import { digits } from "./elements.js";
import { places, write } from "./four_panels.js";
import { drawCloud } from "./hidden_cloud.js";
import { labels } from "./lockstep.js";
import { panel } from "./plot.js";
import { horizon, last } from "./turned.js";

const guess = labels.reduce((sum, label) => sum + label, 0) / labels.length;
// row of a training's numbers, title, the same on a phone, range, lines [signal, row, look, colour]: the wide one first
const rates = (row) => [["yours", row, 4, [], "FA"], ["as it is", row, 1.5, [5, 4], "BP"]];
const panels = [
  { title: "readout of H, correct rate", narrow: "readout of H", lines: rates(3), rate: true },
  { title: "answers, correct rate", narrow: "answers", lines: rates(2), rate: true },
  {
    title: "bits told of the label", narrow: "bits told",
    lines: [["yours", 5, 2, [3, 3], "FA"], ["yours", 4, 2.5, [], "FA"]],
  },
];

const conditions = ({ angle, share, carrier, frozen, seed }) => [
  `${carrier} through W_O,`, `turned by ${digits(angle)}°,`, `${Math.round(100 * share)} % of labels by lot,`,
  `W_O ${frozen ? "frozen" : "learns"},`, `weights no. ${seed}`,
];

/** An arrow from a place at an angle, in radians, against the clock. */
function arrow(ctx, x, y, length, angle, { colour, width, dash = [] }) {
  const at = (far, turn) => [x + far * Math.cos(angle + turn), y - far * Math.sin(angle + turn)];
  Object.assign(ctx, { strokeStyle: colour, fillStyle: colour, lineWidth: width });
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(...at(length - 6, 0));
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.beginPath();
  for (const point of [at(length, 0), at(length - 9, 5 / length), at(length - 9, -5 / length)]) ctx.lineTo(...point);
  ctx.fill();
}

/** The gradient, and the signal at the angle to it that is found in the training, over all samples. */
function drawArrows(ctx, { left, top, width, height }, cosine, colours) {
  const length = Math.max(10, Math.min(width / 2 - 8, height - 78, 62)); // a canvas that is not shown has no width
  const [x, y] = [left + width / 2, top + 30 + length];
  const radians = Math.acos(Math.max(-1, Math.min(1, cosine)));
  ctx.strokeStyle = colours.line;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.arc(x, y, length * 0.55, 0, -radians, true);
  ctx.stroke();
  arrow(ctx, x, y, length, 0, { colour: colours.BP, width: 1.5, dash: [5, 4] });
  arrow(ctx, x, y, length, radians, { colour: colours.FA, width: 4 });
  Object.assign(ctx, { textAlign: "center", textBaseline: "top", fillStyle: colours.text });
  ctx.fillText("where they point", x, top + 6);
  ctx.fillStyle = colours.soft;
  ctx.fillText(`${Math.round((radians * 180) / Math.PI)}° from`, x, y + 10);
  ctx.fillText("the gradient", x, y + 26);
}

/** Draw a training, { epoch, curves, latest } of lockstep, under the settings of a state. */
export function drawTurned({ ctx, width, height }, run, state, colours) {
  const narrow = width < 520;
  const x = [0, [250, horizon, 1000, last].find((end) => end >= run.epoch)];
  const beyond = x[1] > horizon ? [`(dotted: epoch ${horizon}, where the chapter ends)`] : [];
  const top = write(ctx, [...conditions(state), ...beyond], width, colours.soft);
  const place = places(width, height, top);
  const bits = place[2].width * 0.6;
  const beside = { ...place[2], left: place[2].left + bits, width: place[2].width - bits };
  place[2].width = bits;
  panels.forEach(({ title, narrow: short, lines, rate }, i) => {
    const y = rate ? [0, 1] : [-0.03, 1.03];
    const label = i === 2 ? "epoch" : "";
    const frame = { x, y, title: narrow ? short : title, label, ticks: [0, 0.25, 0.5, 0.75, 1] };
    const axes = panel(ctx, place[i], { ...frame, margin: narrow ? 34 : 44, colours });
    if (rate) axes.level(guess, narrow ? "guess" : "always the same answer", { colour: colours.null });
    if (beyond.length) axes.curve([horizon, horizon], y, { colour: colours.soft, width: 1, dash: [2, 3] });
    for (const [name, row, thick, dash, colour] of lines) {
      const rows = [...run.curves[name], run.latest[name].now];
      const [xs, ys] = [0, row].map((at) => rows.map((values) => values[at]));
      axes.curve(xs, ys, { colour: colours[colour], width: thick, dash });
      axes.dots(xs.slice(-1), ys.slice(-1), { colour: colours[colour], size: 3 });
    }
  });
  ctx.setLineDash([]);
  const answer = run.latest.yours;
  drawArrows(ctx, beside, answer.now[6], colours);
  const title = "H under your signal";
  drawCloud(ctx, place[3], { view: "both readouts", rule: "FA", answer, labels, colours, title });
}
