// The picture of a training: two correct rates, the loss, and one rule's hidden layer as a cloud.
import { digits } from "./elements.js";
import { horizon, last } from "./five_rules.js";
import { places, write } from "./four_panels.js";
import { drawCloud } from "./hidden_cloud.js";
import { labels } from "./lockstep.js";
import { panel } from "./plot.js";

const share = labels.reduce((sum, label) => sum + label, 0) / labels.length;
const panels = [
  { row: 2, title: "answers, correct rate", range: () => [0, 1] },
  { row: 3, title: "readout of H, correct rate", range: () => [0, 1] },
  { row: 1, title: "loss", range: (top) => [0, Math.max(0.3, top * 1.05)] },
];
const narrowTitles = ["answers", "readout of H", "loss"]; // correct rates, both

// FA's and NFA's curves often coincide: the wide one is drawn first
const lines = { FA: [4, []], NF: [2, []], TF: [2, []], NFA: [1.5, [5, 4]], BP: [2, []] };

/** What the training takes for granted, as a line of text. */
const conditions = ({ frozen, gamma, k_term, sigma, rate, seed }) => [
  `W_O ${frozen ? "frozen" : "learns"},`, `γ ${gamma ? "on" : "off"},`, `TF ${k_term ? "with" : "without"} K term,`,
  `NFA's σ ${digits(sigma)},`, `learning rate ${digits(rate)},`, `weights no. ${seed}`,
];

/** Draw a training, { epoch, curves, latest } of lockstep, under the settings of a state. */
export function drawTraining({ ctx, width, height }, run, state, colours) {
  const narrow = width < 520;
  const x = [0, [250, 500, horizon, 2000, last].find((end) => end >= run.epoch)];
  const beyond = x[1] > horizon ? [`(dotted: epoch ${horizon}, where the paper ends)`] : [];
  const top = write(ctx, [...conditions(state), ...beyond], width, colours.soft);
  const place = places(width, height, top);
  panels.forEach(({ row, title, range }, i) => {
    const curves = Object.keys(lines).map((rule) => [rule, [...run.curves[rule], run.latest[rule].now]]);
    const most = Math.max(...curves.flatMap(([, rows]) => rows.map((values) => values[row])));
    const [y, name] = [range(most), narrow ? narrowTitles[i] : title];
    const frame = { x, y, title: name, label: i === 2 ? "epoch" : "", margin: narrow ? 34 : 44 };
    const axes = panel(ctx, place[i], { ...frame, colours });
    if (row > 1) axes.level(share, narrow ? "guess" : "always the same answer", { colour: colours.null });
    if (x[1] > horizon) axes.curve([horizon, horizon], y, { colour: colours.soft, width: 1, dash: [2, 3] });
    for (const [rule, rows] of curves) {
      const [thick, dash] = lines[rule];
      const [xs, ys] = [0, row].map((place) => rows.map((values) => values[place]));
      axes.curve(xs, ys, { colour: colours[rule], width: thick, dash });
      axes.dots(xs.slice(-1), ys.slice(-1), { colour: colours[rule], size: 3 });
    }
  });
  const answer = run.latest[state.rule];
  drawCloud(ctx, place[3], { view: state.view, rule: state.rule, answer, labels, colours });
}
