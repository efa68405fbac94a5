// IBTask learned in the page: five rules side by side from the same weights, with the assumptions to change.
import { choice, whole, widget } from "./common.js";
import { digits, make, say } from "./elements.js";
import { horizon, last, lockstep, rules } from "./lockstep.js";
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

const style = `
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding-bottom: .15rem; }
th { font-weight: inherit; }
th, td { padding: .05rem .4rem .05rem 0; text-align: right; }
th:first-child { text-align: left; white-space: nowrap; }
tbody i { display: inline-block; width: 1.2rem; margin-right: .45rem; vertical-align: middle; border-top: 3px solid; }
.go { display: flex; flex-wrap: wrap; gap: .5rem; margin-bottom: .4rem; }
.run { min-width: 8.5rem; }
.presets button { flex: 1 1 auto; }
.look { margin: 0 0 .4rem; }
.more > summary { cursor: pointer; padding: .25rem 0; }
.more > div { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .3rem 1.25rem; }
.stacked .side .more { grid-column: 1 / -1; }
.run:enabled { background: var(--accent); border-color: var(--accent); color: var(--paper); }
`;

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
    say(caption, `After epoch ${run.epoch}${run.finished ? ", a finished run; Run trains it again here" : pace}`);
    cells.forEach((row, i) => row.forEach(([cell, show]) => say(cell, show(run.latest[rules[i]].now))));
  };
}

const describe = (run) => {
  const list = (at) => rules.map((rule) => `${rule} ${run.latest[rule].now[at].toFixed(2)}`).join(", ");
  return `Epoch ${run.epoch}. Correct rate: ${list(2)}. Best linear readout of H: ${list(3)}.`;
};

function build(ui) {
  ui.box.classList.add("stacked");
  const choices = make(ui.picture, "div", { class: "go presets", role: "group", "aria-label": "settings" });
  const parent = make(ui.picture, "div", { class: "go" }); // above the picture: the first thing to do
  const look = make(ui.picture, "p", { class: "look" });
  const canvas = ui.canvas({
    label: "Loss, correct rate and the linear readout's correct rate of five rules, and one rule's hidden states.",
    height: (width) => (width < 520 ? 580 : 2 * 200) + (width < 330 ? 60 : 42),
  });
  const showNumbers = table(ui);
  for (const [name, label] of [["rule", "hidden states of"], ["view", "in the plane of"]])
    ui.select(name, label, Object.fromEntries(fields[name].options.map((option) => [option, option])));
  const more = make(ui.side, "details", { class: "more" });
  make(more, "summary", {}, "all settings");
  const inside = { parent: make(more, "div") };
  ui.check("frozen", "freeze the decoder W_O", inside);
  ui.check("gamma", "scaling γ after each tanh", inside);
  ui.check("k_term", "K term in TF, weight 10", inside);
  ui.slider("rate", "learning rate", { ...inside, show: (value) => digits(value) });
  ui.slider("sigma", "size σ of NFA's noise", { ...inside, show: (value) => digits(value) });
  ui.button("Other weights", () => ui.set({ seed: (ui.state.seed + 1) % 1000 }), inside);
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

  const finished = ui.model.get("finished") ?? [];
  const same = (state, given) => settings.every((name) => state[name] === given[name]);
  /** From epoch 0, or where nothing runs and a run with these settings came with the page, at its end. */
  const begin = (state, fresh) => {
    const running = !fresh && run.epoch < run.until;
    run.restart(state);
    const found = !fresh && !running && finished.find((each) => same(state, each.settings));
    if (found) run.show(found);
  };
  const goTo = (epochs) => {
    if (run.finished) begin(ui.state, true);
    run.until = Math.min(epochs(run.epoch), last);
    run.go();
    ui.redraw();
  };
  const running = () => run.epoch < run.until;
  const next = (epoch) => (ui.still ? epoch + 250 : epoch < horizon ? horizon : last);
  const button = ui.button("Run", () => goTo(running() ? (epoch) => epoch : next), { parent, class: "run" });
  const one = ui.button("One epoch", () => goTo((epoch) => epoch + 1), { parent });
  const back = (fresh) => {
    run.until = 0;
    begin(ui.state, fresh);
    ui.redraw();
  };
  ui.reset = () => back(false);
  ui.button("Back to epoch 0", () => back(true), { parent });
  const buttons = presets.map(({ name, settings }) => {
    const press = () => {
      run.until = 0; // what runs has other settings
      ui.set(settings);
      back(false);
    };
    return ui.button(name, press, { parent: choices });
  });

  let known = null;
  return (state, colours) => {
    const setting = JSON.stringify(settings.map((name) => state[name]));
    if (setting !== known) {
      known = setting;
      begin(state, false);
      run.go();
    }
    const preset = presets.findIndex((each) => same(state, each.settings));
    buttons.forEach((each, i) => each.setAttribute("aria-pressed", i === preset));
    say(look, preset < 0 ? "" : presets[preset].hint);
    drawTraining(canvas.begin(), run, state, colours);
    showNumbers(run);
    const done = run.epoch >= last;
    const on = run.epoch >= horizon && !run.finished ? "Run on" : "Run";
    say(button, running() ? "Pause" : ui.still ? `${on === "Run" ? "Run" : "Run on,"} 250 epochs` : on);
    for (const each of [button, one]) each.disabled = done;
    one.disabled ||= running();
    say(words, running() ? "Five trainings are running side by side." : describe(run));
  };
}

export default widget({ name: "train", title: "Train it here: five rules on IBTask", fields, style, build });
