// IBTask learned in the page: five rules side by side from the same weights, with the assumptions to change.
import { choice, whole, widget } from "./common.js";
import { digits, make, say } from "./elements.js";
import { drawCloud } from "./hidden_cloud.js";
import { labels, last, lockstep, rules } from "./lockstep.js";
import { panel } from "./plot.js";

const fields = {
  frozen: choice(false, true), gamma: choice(false, true), k_term: choice(false, true),
  sigma: choice(0, 0.001, 0.01, 0.1, 0.3, 1, 3), rate: choice(0.0003, 0.001, 0.003, 0.01, 0.03), seed: whole(0, 999),
  rule: choice(...rules), view: choice("both readouts", "units 1, 2", "units 3, 4"),
};
const settings = ["frozen", "gamma", "k_term", "sigma", "rate", "seed"];
const share = labels.reduce((sum, label) => sum + label, 0) / labels.length;

const style = `
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding-bottom: .15rem; }
th { font-weight: inherit; }
th, td { padding: .05rem .4rem .05rem 0; text-align: right; }
th:first-child { text-align: left; white-space: nowrap; }
tbody i { display: inline-block; width: 1.2rem; margin-right: .45rem; vertical-align: middle; border-top: 3px solid; }
.go { display: flex; flex-wrap: wrap; gap: .5rem; margin-bottom: .4rem; }
.run { min-width: 8.5rem; }
.run:enabled { background: var(--accent); border-color: var(--accent); color: var(--paper); }
`;

const panels = [
  { row: 1, title: "loss", range: (top) => [0, Math.max(0.3, top * 1.05)] },
  { row: 2, title: "correct rate", range: () => [0, 1] },
  { row: 3, title: "correct rate, linear readout of H", range: () => [0.5, 1] },
];
// FA's and NFA's curves often coincide: the wide one is drawn first
const lines = { FA: [4, []], NF: [2, []], TF: [2, []], NFA: [1.5, [5, 4]], BP: [2, []] };

/** What the training takes for granted, as a line of text. */
const conditions = ({ frozen, gamma, k_term, sigma, rate, seed }) => [
  `W_O ${frozen ? "frozen" : "learns"},`, `γ ${gamma ? "on" : "off"},`, `TF ${k_term ? "with" : "without"} K term,`,
  `NFA's σ ${digits(sigma)},`, `learning rate ${digits(rate)},`, `weights no. ${seed}`,
];

/** Write words on lines as wide as there is room; returns the height taken. */
function write(ctx, words, width) {
  let [x, y] = [0, 0];
  for (const word of words) {
    const long = ctx.measureText(`${word} `).width;
    if (x && x + long > width) [x, y] = [0, y + 17];
    ctx.fillText(word, x, y);
    x += long;
  }
  return y + 21;
}

function table(ui) {
  const element = make(ui.picture, "table");
  const caption = make(element, "caption");
  const head = make(make(element, "thead"), "tr");
  for (const text of ["rule", "loss", "correct", "linear readout"]) make(head, "th", { scope: "col" }, text);
  const body = make(element, "tbody");
  const cells = rules.map((rule) => {
    const row = make(body, "tr");
    const name = make(row, "th", { scope: "row" });
    make(name, "i").style.color = `var(--${rule})`;
    name.append(rule);
    return [1, 2, 3].map((at) => [make(row, "td"), (now) => now[at].toFixed(at === 1 ? 4 : 3)]);
  });
  return (run) => {
    const pace = run.speed ? `, ${Math.round(run.speed)} epochs a second for each rule` : "";
    say(caption, `After epoch ${run.epoch}${pace}`);
    cells.forEach((row, i) => row.forEach(([cell, show]) => say(cell, show(run.latest[rules[i]].now))));
  };
}

const describe = (run) => {
  const list = (at) => rules.map((rule) => `${rule} ${run.latest[rule].now[at].toFixed(2)}`).join(", ");
  return `Epoch ${run.epoch}. Correct rate: ${list(2)}. Best linear readout of H: ${list(3)}.`;
};

function build(ui) {
  ui.box.classList.add("stacked");
  const parent = make(ui.picture, "div", { class: "go" }); // above the picture: the first thing to do
  const canvas = ui.canvas({
    label: "Loss, correct rate and the linear readout's correct rate of five rules, and one rule's hidden states.",
    height: (width) => (width < 520 ? 3 * 165 + 300 : 2 * 235) + (width < 330 ? 60 : 42),
  });
  const showNumbers = table(ui);
  ui.check("frozen", "freeze the decoder W_O");
  ui.check("gamma", "scaling γ after each tanh");
  ui.check("k_term", "K term in TF, weight 10");
  ui.slider("rate", "learning rate", { show: (value) => digits(value) });
  ui.slider("sigma", "size σ of NFA's noise", { show: (value) => digits(value) });
  for (const [name, label] of [["rule", "hidden states of"], ["view", "in the plane of"]])
    ui.select(name, label, Object.fromEntries(fields[name].options.map((option) => [option, option])));
  const words = ui.words();

  let near = true; // is the widget on the screen?
  const run = lockstep({
    changed: () => (!ui.still || run.epoch >= run.until) && ui.redraw(),
    may: () => near && !document.hidden,
    failed: () => {
      run.until = run.epoch;
      ui.note("This browser lets no worker start here, and the training needs one.");
    },
  });
  const watch = new IntersectionObserver((entries) => {
    near = entries.at(-1).isIntersecting;
    run.go();
  });
  watch.observe(ui.box);
  ui.listen(document, "visibilitychange", () => run.go());
  ui.cleanups.push(() => watch.disconnect(), () => run.end());

  const goTo = (epoch) => {
    run.until = Math.min(epoch, last);
    run.go();
    ui.redraw();
  };
  const running = () => run.epoch < run.until;
  const press = () => goTo(running() ? run.epoch : run.epoch + (ui.still ? 250 : last));
  const button = ui.button("Run", press, { parent, class: "run" });
  const one = ui.button("One epoch", () => goTo(run.epoch + 1), { parent });
  ui.reset = () => {
    run.until = 0;
    run.restart();
    ui.redraw();
  };
  ui.button("Back to epoch 0", ui.reset, { parent });
  ui.button("Other weights", () => ui.set({ seed: (ui.state.seed + 1) % 1000 }), { parent });

  let known = null;
  return (state, colours) => {
    const setting = JSON.stringify(settings.map((name) => state[name]));
    if (setting !== known) {
      known = setting;
      run.restart(state);
      run.go();
    }
    const { ctx, width, height } = canvas.begin();
    Object.assign(ctx, { font: "12px system-ui, sans-serif", fillStyle: colours.soft, textBaseline: "top" });
    ctx.textAlign = "left";
    const top = write(ctx, conditions(state), width);
    const narrow = width < 520;
    const [w, h] = narrow ? [width, 165] : [width / 2, (height - top) / 2];
    const x = [0, [250, 500, 1000, 2000, last].find((end) => end >= run.epoch)];
    panels.forEach(({ row, title, range }, i) => {
      const at = narrow ? { left: 0, top: top + i * h } : { left: (i % 2) * w, top: top + (i > 1) * h };
      const place = { ...at, width: w - 6, height: h };
      const curves = Object.keys(lines).map((rule) => [rule, [...run.curves[rule], run.latest[rule].now]]);
      const most = Math.max(...curves.flatMap(([, rows]) => rows.map((values) => values[row])));
      const axes = panel(ctx, place, { x, y: range(most), title, colours, label: i === 2 ? "epoch" : "" });
      if (row > 1) axes.level(share, "always the same answer", { colour: colours.null });
      for (const [rule, rows] of curves) {
        const [thick, dash] = lines[rule];
        const [xs, ys] = [0, row].map((place) => rows.map((values) => values[place]));
        axes.curve(xs, ys, { colour: colours[rule], width: thick, dash });
        axes.dots(xs.slice(-1), ys.slice(-1), { colour: colours[rule], size: 3 });
      }
    });
    const place = narrow
      ? { left: 0, top: top + 3 * h, width: w - 6, height: height - top - 3 * h }
      : { left: w, top: top + h, width: w - 6, height: h };
    const answer = run.latest[state.rule];
    drawCloud(ctx, place, { view: state.view, rule: state.rule, answer, labels, colours });
    showNumbers(run);
    const done = run.epoch >= last;
    say(button, running() ? "Pause" : ui.still ? "Run 250 epochs" : "Run");
    for (const each of [button, one]) each.disabled = done;
    one.disabled ||= running();
    say(words, running() ? "Five trainings are running side by side." : describe(run));
  };
}

export default widget({ name: "train", title: "Train it here: five rules on IBTask", fields, style, build });
