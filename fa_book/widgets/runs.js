// Every recorded run of a chapter: lines to point at, one run to follow under all rules, and the final values.
import { choice, several, widget } from "./common.js";
import { digits, make, say } from "./elements.js";
import { known, labels, select } from "./lines.js";
import { drawRuns, look, nearest } from "./runs_picture.js";

function fields(get) {
  const { tasks, rules, metrics, runs } = known(get("recorded"));
  return {
    task: choice(...tasks), rules: several(...rules), metric: choice(...metrics),
    view: choice("runs", "mean"), run: choice(-1, ...runs),
  };
}

const style = `
canvas { touch-action: pan-y; cursor: crosshair; }
.words { min-height: 2.9em; }
@container (min-width: 34rem) {
  .stacked .side { grid-template-columns: 1.1fr 1.4fr 1.3fr 1fr; column-gap: 1rem; }
  caption { white-space: nowrap; }
}
.rules { grid-column: 1 / -1; }
.rules svg { flex: none; }
.ends { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { padding-bottom: .2rem; text-align: left; color: var(--soft); }
th, td { padding: .1rem .9rem .1rem 0; text-align: left; font-weight: normal; vertical-align: top; }
th[scope=col] { color: var(--soft); border-bottom: 1px solid var(--line); }
`;
const hint = "Point at a line to read it; press it to follow its run under every rule. With the picture in focus the "
  + "arrow keys go from line to line and along it, and Enter follows.";

/** A reading in words. */
function tell({ rule, run, seed, count, xs, ys, low, high }, at) {
  const origin = seed === null ? "" : ` (seed ${seed})`;
  const value = digits(ys[at], 4);
  if (run !== null) return `${rule}, run ${run}${origin}, epoch ${xs[at]}: ${value}`;
  const ends = Number.isFinite(low[at]) ? ` [${digits(low[at])}, ${digits(high[at])}]` : "";
  return `${rule}, mean of ${count} ${count === 1 ? "run" : "runs"}${origin}, epoch ${xs[at]}: ${value}${ends}`;
}

/** The rule's line as it is in the picture, beside its check box. */
function swatch(row, name, dash) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const line = document.createElementNS(space, "line");
  const put = (element, attributes) => Object.entries(attributes).forEach((pair) => element.setAttribute(...pair));
  put(svg, { width: 26, height: 10, "aria-hidden": "true" });
  put(line, { x1: 0, y1: 5, x2: 26, y2: 5, "stroke-width": 2.5, "stroke-dasharray": dash.join(" ") });
  put(line, { stroke: `var(--${name})` });
  svg.append(line);
  row.append(svg);
}

/** The table of final values, as rows of text. */
function table({ metric, ends }, { task, run }) {
  const epochs = new Set(ends.map((end) => end.epoch));
  const when = epochs.size === 1 ? `at epoch ${[...epochs][0]}` : "at each rule's last epoch";
  const follow = run >= 0 ? [`run ${run}`] : [];
  const between = ({ low, high, lost }) => {
    if (lost) return `${lost} without a number`;
    return Number.isFinite(low) ? `${digits(low)} to ${digits(high)}` : "–";
  };
  const rows = ends.map(({ rule, count, mean, chosen, ...rest }) => [
    rule, digits(mean), between(rest), String(count),
    ...follow.map(() => (chosen === undefined ? "–" : digits(chosen))),
  ]);
  const head = ["rule", "mean", "95 % interval", "runs", ...follow];
  return { caption: `${metric.label} on ${task}, ${when}`, head, rows };
}

function show(place, content) {
  place.replaceChildren();
  const element = make(place, "table");
  make(element, "caption", {}, content.caption);
  const head = make(make(element, "thead"), "tr");
  content.head.forEach((text) => make(head, "th", { scope: "col" }, text));
  const body = make(element, "tbody");
  for (const [rule, ...cells] of content.rows) {
    const row = make(body, "tr");
    make(row, "th", { scope: "row" }, rule);
    cells.forEach((text) => make(row, "td", {}, text));
  }
}

function build(ui) {
  const recorded = ui.model.get("recorded");
  const names = known(recorded);
  const taskOf = (state) => recorded.tasks.find((task) => task.name === state.task);
  ui.box.classList.add("stacked");
  const canvas = ui.canvas({
    label: "Curves against epochs. Up and down go from line to line, left and right along it, Enter follows its run.",
    height: (width) => (width < 520 ? 290 : 360), role: "application", tabindex: 0,
  });
  const key = ui.key([["mean with shuffled labels: what information reads by chance", "dotted", "soft"]]);
  const reading = ui.words({ parent: ui.picture });

  const task = ui.select("task", "task", Object.fromEntries(names.tasks.map((name) => [name, name])));
  ui.select("metric", "measure", (state) => labels(taskOf(state)));
  ui.listen(task, "change", () => {
    const offered = Object.keys(labels(taskOf(ui.state)));
    if (!offered.includes(ui.state.metric)) ui.set({ metric: offered[0] });
  });
  ui.choice("view", "lines", { runs: "single runs", mean: "mean, 95 % interval" });
  ui.slider("run", "follow", { show: (run) => (run < 0 ? "no run" : `run ${run}`) });
  const rows = ui.several("rules", "rules", Object.fromEntries(names.rules.map((name) => [name, name])));
  rows[0].row.parentElement.classList.add("rules");
  rows.forEach(({ option, row }) => swatch(row, look(option, names.rules).colour, look(option, names.rules).dash));
  ui.button("All rules", () => ui.set({ rules: names.rules }));
  const ends = make(ui.box, "div", { class: "wide ends", role: "status", tabindex: 0, "aria-label": "Final values" });

  // the reading: a line and a place on it, which no link needs to keep
  let [probe, drawn, told] = [null, { lines: [] }, ""];
  const put = (line, at) => {
    probe = line && { rule: line.rule, run: line.run, at: Math.max(0, Math.min(line.xs.length - 1, at)) };
    ui.redraw();
  };
  const current = () => drawn.lines.find((line) => line.rule === probe?.rule && line.run === probe?.run);
  const follow = () => {
    const line = current();
    if (line && line.run !== null) ui.set({ run: line.run === ui.state.run ? -1 : line.run });
  };
  const point = ({ offsetX, offsetY }) => {
    const found = nearest(drawn, offsetX, offsetY);
    put(found?.line, found?.at);
    return found;
  };
  const reads = (event) => event.pointerType === "mouse" || event.buttons; // a finger reads as it moves along
  ui.listen(canvas.element, "pointermove", (event) => reads(event) && point(event));
  ui.listen(canvas.element, "pointerleave", (event) => event.pointerType === "mouse" && put(null));
  ui.listen(canvas.element, "click", (event) => point(event) && follow());
  ui.listen(canvas.element, "blur", () => put(null));
  ui.listen(canvas.element, "keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !drawn.lines.length) return;
    const { lines } = drawn;
    const place = lines.indexOf(current());
    const line = lines[Math.max(0, place)];
    const start = place < 0 ? line.xs.length - 1 : probe.at;
    const turn = (by) => place < 0 ? line : lines[(place + by + lines.length) % lines.length];
    const acts = {
      ArrowUp: () => put(turn(-1), start), ArrowDown: () => put(turn(1), start),
      ArrowLeft: () => put(line, start - 1), ArrowRight: () => put(line, start + 1),
      Home: () => put(line, 0), End: () => put(line, line.xs.length - 1),
      Escape: () => put(null), Enter: follow, " ": follow,
    };
    if (!Object.hasOwn(acts, event.key)) return;
    acts[event.key]();
    event.preventDefault();
  });

  return (state, colours) => {
    const here = taskOf(state).rules.map((rule) => rule.name);
    rows.forEach(({ option, row }) => (row.hidden = !here.includes(option)));
    const chosen = select(recorded, state);
    drawn = drawRuns(canvas.begin(), chosen, state, colours, names.rules, () => probe);
    key.hidden = !chosen.nulls.length;
    const line = current();
    say(reading, line ? `${tell(line, probe.at)}.` : hint);
    const empty = chosen.metric ? "No chosen rule has a record of this." : `This was not recorded on ${state.task}.`;
    const content = chosen.ends.length ? table(chosen, state) : null;
    const news = JSON.stringify(content ?? empty);
    if (news !== told) {
      told = news;
      if (content) show(ends, content);
      else say(ends, empty);
    }
  };
}

export default widget({ name: "runs", title: "Recorded runs", fields, style, build });
