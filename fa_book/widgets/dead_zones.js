// Two hidden units in the box that tanh sets: where FA's and BP's signals push them, and from where they end
// blocked at the wall with an error left.
import { choice, number, widget } from "./common.js";
import { digits, say } from "./elements.js";
import { plate } from "./plot.js";
import { asked, direction, follow, survey } from "./saturation.js";

const fields = {
  gamma: number(0.5, 2.5), target: number(-2, 2), w: number(-180, 180), b: number(-180, 180),
  u1: number(-0.98, 0.98), u2: number(-0.98, 0.98), shade: choice("FA", "BP"),
};
const reach = 2.8; // half the picture's width in units of H
const cells = 36;
const lattice = Array.from({ length: 11 }, (_, i) => (i - 5) / 2);

const style = `
canvas { touch-action: manipulation; cursor: crosshair; }
`;
const key = [
  ["FA: signal as arrows, path from the start", "line", "FA"],
  ["BP: the same", "line", "BP"],
  ["to the state that the signal asks for", "dotted", "text"],
  ["no error: w·h = y", "dashed", "good"],
  ["dead zone: starts that end blocked at the wall", "patch", "TF"],
];

function arrow(ctx, x, y, dx, dy) {
  const length = Math.hypot(dx, dy);
  if (length < 1.5) return;
  const [a, b] = [(dx / length) * 3.5, (dy / length) * 3.5];
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x + dx, y + dy);
  ctx.moveTo(x + dx - a - b * 0.7, y + dy - b + a * 0.7);
  ctx.lineTo(x + dx, y + dy);
  ctx.lineTo(x + dx - a + b * 0.7, y + dy - b - a * 0.7);
  ctx.stroke();
}

function build(ui) {
  const canvas = ui.canvas({
    label: "The plane of two hidden units. Arrow keys move the start; pressing a point puts it there.",
    ratio: 1, role: "application", tabindex: 0,
  });
  ui.key(key, { parent: ui.side });
  const degrees = (value) => `${digits(value)}°`;
  ui.slider("gamma", "γ, size of the box", { step: 0.05, show: (value) => digits(value) });
  ui.slider("target", "target y", { step: 0.05, show: (value) => digits(value) });
  ui.slider("w", "direction of w", { show: degrees });
  ui.slider("b", "direction of b", { show: degrees });
  ui.choice("shade", "dead zone of", { FA: "FA", BP: "BP" });
  const words = ui.words();

  // the start, as a share of the box
  const put = (u1, u2) => {
    const within = (value) => Math.max(-0.98, Math.min(0.98, Math.round(value * 100) / 100));
    ui.set({ u1: within(u1), u2: within(u2) });
  };
  const press = ({ offsetX, offsetY }) => {
    const size = canvas.element.clientWidth;
    const to = (pixel) => ((2 * pixel) / size - 1) * (reach / ui.state.gamma);
    put(to(offsetX), -to(offsetY));
  };
  let down = false;
  ui.listen(canvas.element, "pointerdown", (event) => {
    down = true;
    canvas.element.setPointerCapture(event.pointerId);
    press(event);
  });
  ui.listen(canvas.element, "pointermove", (event) => down && press(event));
  for (const end of ["pointerup", "pointercancel"]) ui.listen(canvas.element, end, () => (down = false));
  ui.listen(canvas.element, "keydown", (event) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    put(ui.state.u1 + 0.05 * move[0], ui.state.u2 + 0.05 * move[1]);
    event.preventDefault();
  });

  let known = {}; // the surveys of the last setting: moving the start does not change them
  return (state, colours) => {
    const { gamma, target } = state;
    const w = direction(state.w);
    const rules = { FA: { gamma, target, w, b: direction(state.b) }, BP: { gamma, target, w, b: w } };
    const setting = JSON.stringify(rules);
    if (known.setting !== setting) {
      known = { setting, FA: survey(rules.FA, cells), BP: survey(rules.BP, cells) };
    }
    const { ctx, width } = canvas.begin();
    const unit = width / 2 / reach;
    const X = (h) => width / 2 + unit * h;
    const Y = (h) => width / 2 - unit * h;
    const line = (points) => {
      ctx.beginPath();
      points.forEach(([a, b]) => ctx.lineTo(X(a), Y(b)));
      ctx.stroke();
    };

    // the box, its dead cells, and the line without error
    ctx.fillStyle = colours.raised;
    ctx.fillRect(0, 0, width, width);
    ctx.fillStyle = colours.paper;
    ctx.fillRect(X(-gamma), Y(gamma), 2 * gamma * unit, 2 * gamma * unit);
    const size = (2 * gamma * unit) / cells;
    ctx.fillStyle = `${colours.TF}72`;
    ctx.beginPath();
    known[state.shade].stuck.forEach((stuck, i) => {
      if (stuck) ctx.rect(X(-gamma) + (i % cells) * size, Y(-gamma) - (Math.floor(i / cells) + 1) * size, size, size);
    });
    ctx.fill(); // all at once: no seams
    Object.assign(ctx, { strokeStyle: colours.text, lineWidth: 2 });
    ctx.strokeRect(X(-gamma), Y(gamma), 2 * gamma * unit, 2 * gamma * unit);
    Object.assign(ctx, { strokeStyle: colours.good, lineWidth: 2 });
    ctx.setLineDash([7, 5]);
    const foot = [target * w[0], target * w[1]];
    line([-9, 9].map((t) => [foot[0] - t * w[1], foot[1] + t * w[0]]));
    ctx.setLineDash([]);

    // what the signals ask for, everywhere; tanh lets H go only as far as the box
    ctx.lineWidth = 1.2;
    for (const a of lattice)
      for (const c of lattice) {
        const error = w[0] * a + w[1] * c - target;
        const pull = (-error / (1 + Math.abs(error))) * 0.45 * unit;
        ctx.globalAlpha = Math.max(Math.abs(a), Math.abs(c)) < gamma ? 0.9 : 0.5;
        for (const rule of ["BP", "FA"]) {
          ctx.strokeStyle = colours[rule];
          arrow(ctx, X(a), Y(c), pull * rules[rule].b[0], -pull * rules[rule].b[1]);
        }
      }
    ctx.globalAlpha = 1;

    // the two paths from the start
    const u = [state.u1, state.u2];
    const ends = {};
    for (const rule of ["BP", "FA"]) {
      const { points, arrives } = follow({ ...rules[rule], u });
      const left = w[0] * points.at(-1)[0] + w[1] * points.at(-1)[1] - target;
      ends[rule] = arrives ? "arrives without error" : `stays with an error of ${digits(left, 2)}`;
      Object.assign(ctx, { strokeStyle: colours[rule], fillStyle: colours[rule], lineWidth: 1.5 });
      const wish = asked({ ...rules[rule], u });
      ctx.setLineDash([2, 4]);
      if (wish) line([points[0], wish]);
      ctx.setLineDash([]);
      ctx.lineWidth = 3;
      line(points);
      const [x, y] = [X(points.at(-1)[0]), Y(points.at(-1)[1])];
      ctx.beginPath();
      if (arrives) {
        ctx.arc(x, y, 5, 0, 2 * Math.PI);
        ctx.fill();
      } else {
        for (const slope of [1, -1]) {
          ctx.moveTo(x - 5, y - 5 * slope);
          ctx.lineTo(x + 5, y + 5 * slope);
        }
        ctx.stroke();
      }
    }
    Object.assign(ctx, { fillStyle: colours.paper, strokeStyle: colours.text, lineWidth: 2 });
    ctx.beginPath();
    ctx.arc(X(gamma * u[0]), Y(gamma * u[1]), 5, 0, 2 * Math.PI);
    ctx.fill();
    ctx.stroke();
    Object.assign(ctx, { fillStyle: colours.soft, font: "12px system-ui, sans-serif" });
    Object.assign(ctx, { textAlign: "right", textBaseline: "bottom" });
    plate(ctx, "h₁", width - 6, width - 4, colours.raised);
    ctx.textAlign = "left";
    ctx.textBaseline = "top";
    plate(ctx, "h₂", 6, 4, colours.raised);

    const percent = (share) => `${Math.round(100 * share)} %`;
    const tell = (rule) => {
      const { shareOutside, shareStuck } = known[rule];
      const wish = `${rule} asks for a state outside the box from ${percent(shareOutside)} of it`;
      return `${wish} and ends blocked at the wall from ${percent(shareStuck)}.`;
    };
    const near = Math.abs(target) < gamma * (Math.abs(w[0]) + Math.abs(w[1]));
    const from = `From the start (${u.map((value) => digits(gamma * value, 2)).join(", ")})`;
    const here = `${from} FA ${ends.FA}, BP ${ends.BP}.`;
    say(words, `${here} ${tell("FA")} ${tell("BP")}${near ? "" : " The line without error lies outside the box."}`);
  };
}

export default widget({ name: "dead_zones", title: "Dead zones of two hidden units", fields, style, build });
