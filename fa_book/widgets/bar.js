// Move the bar: every claim on its interval, margins that can be made wider or narrower, and the verdicts that change.
import { choice, number, widget } from "./common.js";
import { say } from "./elements.js";
import { bounds, decisive, verdict } from "./margins.js";

const colours = { holds: "good", "does not hold": "bad", artefact: "soft", undecided: "warn" };
const tall = 16; // a row
const sides = { left: 46, right: 118 }; // for the claim's number and its verdict

/** A place in a row that is `wide`: a published margin is a sixth of it from the middle. */
function scale(check, wide) {
  const [low, high] = check.bounds;
  const both = low !== null && high !== null;
  const centre = both ? (low + high) / 2 : low ?? high;
  const unit = both ? (high - low) / 2 : Math.abs(centre - check.zero) || Math.abs(check.effect - centre) || 1;
  return (value) => Math.max(2, Math.min(wide - 2, wide / 2 + ((value - centre) / unit) * (wide / 6)));
}

function drawRow(ctx, { check, now, changed, id }, factor, { top, width, colours: ink }) {
  const wide = width - sides.left - sides.right;
  const at = scale(check, wide);
  const [low, high] = bounds(check, factor);
  const [left, right] = [Number.isFinite(low) ? at(low) : 0, Number.isFinite(high) ? at(high) : wide];
  const [from, to] = [check.low === null ? 0 : at(check.low), check.high === null ? wide : at(check.high)];
  const middle = top + tall / 2;
  ctx.globalAlpha = 0.22;
  ctx.fillStyle = ink.good;
  ctx.fillRect(sides.left + left, top + 1, Math.max(0, right - left), tall - 2);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = ctx.fillStyle = ink.text;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.moveTo(sides.left + from, middle);
  ctx.lineTo(sides.left + to, middle);
  ctx.stroke();
  ctx.beginPath();
  ctx.arc(sides.left + at(check.effect), middle, 3, 0, 2 * Math.PI);
  ctx.fill();
  ctx.font = `${changed ? "bold " : ""}12px system-ui, sans-serif`;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  ctx.fillText(id, 2, middle);
  ctx.fillStyle = ink[colours[now]];
  ctx.fillText(changed ? `→ ${now}` : now, width - sides.right + 8, middle);
}

function build(ui) {
  const records = ui.model.get("records").map((record) => (
    { record, id: record.id, check: decisive(record), first: verdict(record, 1) }));
  ui.box.classList.add("stacked");
  let shown = records;
  const canvas = ui.canvas({
    label: "Claims, one a row: the range that is asked as a band, what was found as a dot on its interval, the verdict.",
    height: () => Math.max(1, shown.length) * tall + 4,
  });
  const words = ui.words();
  ui.slider("factor", "margins", { step: 0.05, show: (factor) => `${Number(factor.toFixed(2))} times the published` });
  ui.choice("view", "rows", { all: "all claims", changed: "only those whose verdict changes" });
  return ({ factor, view }, palette) => {
    const rows = records.map((row) => {
      const now = verdict(row.record, factor);
      return { ...row, now, changed: now !== row.first };
    });
    const changed = rows.filter((row) => row.changed);
    shown = view === "changed" ? changed : rows;
    const { ctx, width } = canvas.begin();
    shown.forEach((row, place) => drawRow(ctx, row, factor, { top: 2 + place * tall, width, colours: palette }));
    const which = changed.map(({ id, now, first }) => `${id} ${now} (${first} as published)`).join(", ");
    const wide = Number(factor.toFixed(2));
    say(words, `With margins ${wide} times as wide, ${changed.length} of ${rows.length} verdicts change${which && ": "}${which}.`);
  };
}

export default widget({
  name: "bar", title: "Move the bar: verdicts and their margins",
  fields: { factor: number(0.25, 4), view: choice("all", "changed") }, build,
});
