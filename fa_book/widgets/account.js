// The account: FA with W_O frozen and learning, trained in the page, and what the readout of H gained by.
import { drawAccount, lines } from "./account_picture.js";
import { at, booked, horizon, last, names, threeAccounts, total, views } from "./booked.js";
import { choice, whole, widget } from "./common.js";
import { digits, make, say } from "./elements.js";
import { lockstep } from "./lockstep.js";
import { moreSettings, player, style, table } from "./player.js";

const fields = {
  view: choice(...Object.keys(views)), beside: choice(...names.slice(1)), rate: choice(0.001, 0.003, 0.01),
  seed: whole(0, 999),
};
const settings = ["seed", "rate"];
const usual = { seed: 5, rate: 0.003 };
// name, what differs from the usual settings (account.py has the same), what to look for by direction and by kind
const presets = [
  ["gained across", {},
    "Below: the parts add up (blue) to what the readout's loss fell by (dashed). Most was gained across BP's signal.",
    "What all samples share costs. What tells classes apart brings more than the whole gain."],
  ["gained along", { seed: 6 },
    "Another start: in both accounts all of the gain lies along BP's signal, and what is across it costs.",
    "Another start: in both accounts what all samples share gains most."],
  ["along, then across", { seed: 2 },
    "W_O frozen: the part along BP's signal first pays and in the end costs. The part across it does the reverse.",
    "W_O frozen: nearly all gain is from what all samples share. Where W_O learns, it is from telling classes apart."],
].map(([name, differs, direction, kind]) => {
  const hints = { direction, kind, layer: "In both accounts most of the gain was made by the first layer's weights." };
  return { name, hint: ({ view }) => hints[view], settings: { ...usual, ...differs } };
});

const fixed = (value, count) => value.toFixed(count).replace(/^-(0\.?0*)$/, "$1").replace("-", "−");
const headings = { direction: "by direction", kind: "by what it tells", layer: "by layer" };
const looks = [{ colour: "FA" }, { look: "dashed", colour: "FA" }, { colour: "BP" }];
const rows = names.map((name, i) => ({ name, text: name, ...looks[i] }));

/** What a training's account says, in % of the readout's loss at the start. */
const tell = (now, view) => {
  const parts = views[view].map(([text, places]) => `${text} ${fixed(booked(now, places), 1)}`);
  return `the readout's loss fell by ${fixed(now[at.fall], 1)} % (${parts.join(", ")}), that of the answers is ` +
    fixed(now[at.loss], 3);
};

const describe = ({ epoch, latest }, view) =>
  `Epoch ${epoch}. ${names.map((name) => `${name}: ${tell(latest[name].now, view)}`).join(". ")}.`;

const own = `
.set { display: flex; flex-wrap: wrap; gap: .1rem 1.25rem; }
@container (max-width: 24rem) {
  table { font-size: .75rem; }
  th, td { padding-right: .2rem; }
  tbody th { white-space: normal; }
  tbody i { width: .9rem; margin-right: .25rem; }
}
`;

function build(ui) {
  ui.box.classList.add("stacked");
  const start = (hooks) => lockstep(threeAccounts(), hooks);
  const { run, running, settle, show } = player(ui, { presets, settings, start, horizon, last });
  const parent = make(ui.picture, "div", { class: "set" });
  ui.choice("view", "gain booked", headings, { parent });
  const canvas = ui.canvas({
    label: "Loss of the best readout of H and of the answers over training, and two running accounts of the readout.",
    height: (width) => (width < 520 ? 560 : 430) + (width < 400 ? 17 : 0),
  });
  ui.key([["the parts together", "patch", "FA"], ["what the readout's loss fell by", "dashed", "text"]]);
  const keys = Object.keys(views).map((view) => [
    view, ui.key(views[view].map(([text], i) => [text, lines[i].look, lines[i].colour])),
  ]);
  const columns = Object.entries(views).flatMap(([view, list]) =>
    list.map(([, places, word]) => [word, (now) => fixed(booked(now, places), 1), (state) => state.view === view]));
  const showNumbers = table(ui, {
    first: "readout, % of its loss", rows, what: "training",
    columns: [
      ["fell", (now) => fixed(now[at.fall], 1)], ...columns,
      ["missed", (now) => fixed(now[at.fall] - total(now), 2)],
    ],
  });
  const inside = moreSettings(ui);
  ui.choice("beside", "on the right", Object.fromEntries(names.slice(1).map((name) => [name, name])), inside);
  ui.slider("rate", "learning rate", { ...inside, show: (value) => digits(value) });
  ui.button("Other weights", () => ui.set({ seed: (ui.state.seed + 1) % 1000 }), inside);
  const words = ui.words();
  return (state, colours) => {
    settle(state);
    drawAccount(canvas.begin(), run, state, colours);
    keys.forEach(([view, key]) => (key.hidden = view !== state.view));
    showNumbers(run, state);
    show(state);
    say(words, running() ? "Three trainings are running side by side." : describe(run, state.view));
  };
}

export default widget({ name: "account", title: "The account", fields, style: style + own, build });
