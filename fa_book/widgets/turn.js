// Turn the signal: a hidden layer is taught by a signal that is turned away from the gradient and told wrong labels.
import { choice, number, whole, widget } from "./common.js";
import { make, say } from "./elements.js";
import { lockstep } from "./lockstep.js";
import { moreSettings, player, style, table } from "./player.js";
import { horizon, last, twoSignals } from "./turned.js";
import { drawTurned } from "./turn_picture.js";

const fields = {
  angle: number(0, 180), share: number(0, 1), carrier: choice("target", "error"), frozen: choice(false, true),
  seed: whole(0, 999),
};
const settings = Object.keys(fields);
const usual = { angle: 180, share: 0, carrier: "target", frozen: true, seed: 10 };
// name, what differs from the usual settings (turn.py has the same), what to look for
const presets = [
  ["against the gradient", {},
    "The two upper pictures: H is read as well as under the signal as it is, and the decoder's answers are wrong."],
  ["at right angles", { angle: 90, frozen: false },
    "The signal never points along the gradient. H is read as well, and W_O learns to read it: the answers follow."],
  ["3/4 of labels by lot", { angle: 0, share: 0.75 },
    "One signal tells little of its label (dotted). H tells far more: it has heard 4096 of them at every step."],
  ["all by lot", { angle: 0, share: 1 },
    "Nothing is told, and H is read worse than before the training."],
].map(([name, differs, hint]) => ({ name, hint, settings: { ...usual, ...differs } }));

const percent = (share) => `${Math.round(100 * share)} %`;
const fixed = (value, count) => value.toFixed(count).replace(/^-(0\.?0*)$/, "$1").replace("-", "−");
const rows = [
  { name: "yours", text: "yours", colour: "FA" },
  { name: "as it is", text: "as it is", look: "dashed", colour: "BP" },
];

const describe = ({ epoch, latest }) => {
  const [yours, plain] = [latest.yours.now, latest["as it is"].now];
  return (
    `Epoch ${epoch}. The signal tells ${fixed(yours[5], 2)} bits of the label, its cosine with the gradient is ` +
    `${fixed(yours[6], 2)}. A linear readout of H is right in ${fixed(yours[3], 2)} of the patterns and tells ` +
    `${fixed(yours[4], 2)} bits; the decoder is right in ${fixed(yours[2], 2)}. Under the signal as it is they are ` +
    `right in ${fixed(plain[3], 2)} and ${fixed(plain[2], 2)}.`
  );
};

const own = `
.set { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .1rem 1.25rem; }
`;

function build(ui) {
  ui.box.classList.add("stacked");
  const start = (hooks) => lockstep(twoSignals(), hooks);
  const { run, running, settle, show } = player(ui, { presets, settings, start, horizon, last });
  const parent = make(ui.picture, "div", { class: "set" });
  ui.slider("angle", "turned by", { parent, step: 5, show: (angle) => `${Number(angle.toFixed(1))}°` });
  ui.slider("share", "labels by lot", { parent, step: 0.05, show: percent });
  const canvas = ui.canvas({
    label: "What a readout of H and the decoder get right over training, bits told, where the signal points, and H.",
    height: (width) => (width < 520 ? 580 : 2 * 200) + (width < 400 ? 60 : 25),
  });
  ui.key([["bits that a linear readout of H tells", "line", "FA"], ["bits that the signal tells", "dotted", "FA"]]);
  const showNumbers = table(ui, {
    first: "signal", rows, what: "signal",
    columns: [
      ["it tells, bits", (now) => fixed(now[5], 2)], ["cosine", (now) => fixed(now[6], 2)],
      ["read from H", (now) => fixed(now[3], 3)], ["bits of H", (now) => fixed(now[4], 2)],
      ["answers", (now) => fixed(now[2], 3)],
    ],
  });
  const inside = moreSettings(ui);
  ui.choice("carrier", "what is sent", { target: "the target, without its mean", error: "the error" }, inside);
  ui.check("frozen", "freeze the decoder W_O", inside);
  ui.button("Other weights", () => ui.set({ seed: (ui.state.seed + 1) % 1000 }), inside);
  const words = ui.words();
  return (state, colours) => {
    settle(state);
    drawTurned(canvas.begin(), run, state, colours);
    showNumbers(run);
    show(state);
    say(words, running() ? "Two trainings are running side by side." : describe(run));
  };
}

export default widget({ name: "turn", title: "Turn the signal", fields, style: style + own, build });
