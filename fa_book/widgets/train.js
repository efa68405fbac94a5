// IBTask learned in the page: five rules side by side from the same weights, with the assumptions to change.
import { choice, whole, widget } from "./common.js";
import { digits, say } from "./elements.js";
import { fiveRules, horizon, last, rules } from "./five_rules.js";
import { lockstep } from "./lockstep.js";
import { moreSettings, player, style, table } from "./player.js";
import { drawTraining } from "./train_picture.js";

const fields = {
  frozen: choice(false, true), gamma: choice(false, true), k_term: choice(false, true),
  sigma: choice(0, 0.001, 0.01, 0.1, 0.3, 1, 3), rate: choice(0.0003, 0.001, 0.003, 0.01, 0.03), seed: whole(0, 999),
  rule: choice(...rules), view: choice("both readouts", "units 1, 2", "units 3, 4"),
};
const settings = ["frozen", "gamma", "k_term", "sigma", "rate", "seed"];
const usual = { frozen: false, gamma: false, k_term: false, sigma: 0.001, rate: 0.001, seed: 10 };
// name, what differs from the usual settings (train.py has the same), what to look for
const presets = [
  ["W_O learns", {}, "Compare the two upper pictures: what the network answers, and what a readout finds in H."],
  ["W_O frozen", { frozen: true },
    "FA's answers (blue) end below a guess. A readout of its H ends where BP's does: H is learned all the same."],
  ["W_O frozen, other start", { frozen: true, seed: 0 },
    "Now FA's answers are right and TF's are not: which way a frozen decoder reads them differs from start to start."],
].map(([name, differs, hint]) => ({ name, hint, settings: { ...usual, ...differs } }));

const describe = (run) => {
  const list = (at) => rules.map((rule) => `${rule} ${run.latest[rule].now[at].toFixed(2)}`).join(", ");
  return `Epoch ${run.epoch}. Correct rate: ${list(2)}. Best linear readout of H: ${list(3)}.`;
};

function build(ui) {
  ui.box.classList.add("stacked");
  const start = (hooks) => lockstep(fiveRules(), hooks);
  const { run, running, settle, show } = player(ui, { presets, settings, start, horizon, last });
  const canvas = ui.canvas({
    label: "Loss, correct rate and the linear readout's correct rate of five rules, and one rule's hidden states.",
    height: (width) => (width < 520 ? 580 : 2 * 200) + (width < 330 ? 60 : 42),
  });
  const showNumbers = table(ui, {
    first: "rule", rows: rules.map((rule) => ({ name: rule, text: rule, colour: rule })), what: "rule",
    columns: [
      ["loss", (now) => now[1].toFixed(4)], ["correct", (now) => now[2].toFixed(3)],
      ["linear readout", (now) => now[3].toFixed(3)],
    ],
  });
  for (const [name, label] of [["rule", "hidden states of"], ["view", "in the plane of"]])
    ui.select(name, label, Object.fromEntries(fields[name].options.map((option) => [option, option])));
  const inside = moreSettings(ui);
  ui.check("frozen", "freeze the decoder W_O", inside);
  ui.check("gamma", "scaling γ after each tanh", inside);
  ui.check("k_term", "K term in TF, weight 10", inside);
  ui.slider("rate", "learning rate", { ...inside, show: (value) => digits(value) });
  ui.slider("sigma", "size σ of NFA's noise", { ...inside, show: (value) => digits(value) });
  ui.button("Other weights", () => ui.set({ seed: (ui.state.seed + 1) % 1000 }), inside);
  const words = ui.words();
  return (state, colours) => {
    settle(state);
    drawTraining(canvas.begin(), run, state, colours);
    showNumbers(run);
    show(state);
    say(words, running() ? "Five trainings are running side by side." : describe(run));
  };
}

export default widget({ name: "train", title: "Train it here: five rules on IBTask", fields, style, build });
