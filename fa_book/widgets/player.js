// What operates a training in a page: presets with a finished run and a line of what to look for, Run and its brothers,
// a table of numbers, and the words that say where it stands. It computes only while somebody looks.
import { make, say } from "./elements.js";

export const style = `
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding-bottom: .15rem; }
th { font-weight: inherit; vertical-align: bottom; }
th, td { padding: .05rem .4rem .05rem 0; text-align: right; }
th:first-child { text-align: left; }
tbody th { white-space: nowrap; }
tbody i { display: inline-block; width: 1.2rem; margin-right: .45rem; vertical-align: middle; border-top: 3px solid; }
tbody .dashed { border-top-style: dashed; }
.go { display: flex; flex-wrap: wrap; gap: .5rem; margin-bottom: .4rem; }
.run { min-width: 8.5rem; }
.presets button { flex: 1 1 auto; }
.look { margin: 0 0 .4rem; }
.more > summary { cursor: pointer; padding: .25rem 0; }
.more > div { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .3rem 1.25rem; }
.stacked .side .more { grid-column: 1 / -1; }
.run:enabled { background: var(--accent); border-color: var(--accent); color: var(--paper); }
`;

/**
 * A table with a row for each { name, text, colour } and a column for each [heading, show], where show turns what a
 * training says `now` into text; a column may have a third, whether it is `wanted` in a state. Returns how to fill it
 * from a run, and a state.
 */
export function table(ui, { first, rows, columns, what }) {
  const element = make(ui.picture, "table");
  const caption = make(element, "caption");
  const head = make(make(element, "thead"), "tr");
  const heads = [first, ...columns.map(([heading]) => heading)].map((text) => make(head, "th", { scope: "col" }, text));
  const body = make(element, "tbody");
  const cells = rows.map(({ name, text, look, colour }) => {
    const row = make(body, "tr");
    const heading = make(row, "th", { scope: "row" });
    make(heading, "i", { class: look }).style.color = `var(--${colour})`;
    heading.append(text);
    return columns.map(([, show]) => [make(row, "td"), name, show]);
  });
  return (run, state) => {
    columns.forEach(([, , wanted], i) => {
      const hidden = Boolean(wanted && !wanted(state));
      for (const cell of [heads[i + 1], ...cells.map((row) => row[i][0])]) cell.hidden = hidden;
    });
    const pace = run.speed ? `, ${Math.round(run.speed)} epochs a second for each ${what}` : "";
    say(caption, `After epoch ${run.epoch}${run.finished ? ", a finished run; Run trains it again here" : pace}`);
    for (const [cell, name, show] of cells.flat()) say(cell, show(run.latest[name].now));
  };
}

/** A fold for further settings. Returns where they go. */
export function moreSettings(ui) {
  const more = make(ui.side, "details", { class: "more" });
  make(more, "summary", {}, "all settings");
  return { parent: make(more, "div") };
}

/**
 * Presets and Run above the picture of a widget. `start(hooks)` makes the trainings (lockstep.js) for the fields that
 * are `settings`; a run goes to epoch `horizon`, a second one to `last`. Presets are { name, settings, hint }, the hint
 * a text or what makes it of a state.
 * Returns { run, settle(state), show(state) }: settle before drawing, show after it.
 */
export function player(ui, { presets, settings, start, horizon, last }) {
  const choices = make(ui.picture, "div", { class: "go presets", role: "group", "aria-label": "settings" });
  const parent = make(ui.picture, "div", { class: "go" }); // above the picture: the first thing to do
  const look = make(ui.picture, "p", { class: "look" });

  let near = true; // is the widget on the screen?
  const run = start({
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
  const settle = (state) => {
    const setting = JSON.stringify(settings.map((name) => state[name]));
    if (setting === known) return;
    known = setting;
    begin(state, false);
    run.go();
  };
  const show = (state) => {
    const preset = presets.findIndex((each) => same(state, each.settings));
    buttons.forEach((each, i) => each.setAttribute("aria-pressed", i === preset));
    const hint = presets[preset]?.hint ?? "";
    say(look, typeof hint === "string" ? hint : hint(state));
    const done = run.epoch >= last;
    const on = run.epoch >= horizon && !run.finished ? "Run on" : "Run";
    say(button, running() ? "Pause" : ui.still ? `${on === "Run" ? "Run" : "Run on,"} 250 epochs` : on);
    for (const each of [button, one]) each.disabled = done;
    one.disabled ||= running();
  };
  return { run, running, settle, show };
}
