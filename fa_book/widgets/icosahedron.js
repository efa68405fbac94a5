// Twelve inputs as the corners of an icosahedron: switch them, turn the solid, and watch what the label depends on.
import { number, whole, widget } from "./common.js";
import { digits, make, minus, say } from "./elements.js";
import {
  carry, classes, counts, faces, isOn, pairs, rotations, score, spectrum, threshold, toggle, vertices,
} from "./geometry.js";

const fields = { pattern: whole(0, 4095), turn: number(-180, 180), tilt: number(-90, 90) };
const keys = "0123456789ab"; // one for each vertex
const kinds = [null, "FA", "NF", "TF"]; // colours of the three kinds of pairs
const angles = [null, "63°", "117°", "180°"];
const dashes = [null, [], [6, 4], [2, 3]];
const lines = [null, "solid", "dashed", "dotted"]; // the same in CSS
const subscript = "₀₁₂₃₄₅";

const style = `
canvas { touch-action: pan-y; cursor: grab; }
.vertices { display: grid; grid-template-columns: repeat(6, 1fr); gap: .3rem; }
.vertices button { padding: 0; }
.track { position: relative; height: .8rem; border-radius: .2rem; background: var(--raised); }
.track > * { position: absolute; top: 0; bottom: 0; }
.fill { left: 0; border-radius: .2rem; background: var(--soft); }
.tick { width: 2px; top: -.2rem; bottom: -.2rem; background: var(--text); }
.spectrum dd { display: grid; grid-template-columns: 3.2rem 1fr; align-items: center; }
.spectrum i { height: .55rem; border-radius: .15rem; background: var(--accent); }
.swatch { display: inline-block; width: 1.2rem; margin-right: .4rem; vertical-align: middle; }
`;

/** Vertices seen from in front after a turn about the upright axis and a tilt: [x, y, depth towards the reader]. */
function project({ turn, tilt }) {
  const [a, b] = [turn, tilt].map((degrees) => (degrees * Math.PI) / 180);
  return vertices.map(([x, y, z]) => {
    const [right, back] = [x * Math.cos(a) + z * Math.sin(a), z * Math.cos(a) - x * Math.sin(a)];
    return [right, y * Math.cos(b) - back * Math.sin(b), y * Math.sin(b) + back * Math.cos(b)];
  });
}

function drawSolid({ ctx, width, height }, state, colours) {
  const radius = Math.min(width, height) / 2 - 18;
  const points = project(state).map(([x, y, z]) => ({ x: width / 2 + radius * x, y: height / 2 - radius * y, z }));
  const line = (i, j) => {
    ctx.beginPath();
    ctx.moveTo(points[i].x, points[i].y);
    ctx.lineTo(points[j].x, points[j].y);
    ctx.stroke();
  };
  const depth = (...corners) => corners.reduce((sum, v) => sum + points[v].z, 0) / corners.length;
  const both = (i, j) => isOn(state.pattern, i) && isOn(state.pattern, j);
  const edges = pairs.filter(({ kind }) => kind === 1);
  const frame = (front) => {
    ctx.strokeStyle = front ? colours.soft : colours.line;
    ctx.lineWidth = front ? 1.2 : 1;
    edges.filter(({ i, j }) => depth(i, j) > 0 === front && !both(i, j)).forEach(({ i, j }) => line(i, j));
  };
  frame(false);
  ctx.fillStyle = colours.raised;
  ctx.globalAlpha = 0.55;
  for (const [i, j, k] of faces.filter((face) => depth(...face) > 0)) {
    ctx.beginPath();
    for (const v of [i, j, k]) ctx.lineTo(points[v].x, points[v].y);
    ctx.fill();
  }
  ctx.globalAlpha = 1;
  frame(true);
  ctx.lineWidth = 2.5;
  for (const { i, j, kind } of pairs.filter((pair) => both(pair.i, pair.j))) {
    ctx.strokeStyle = colours[kinds[kind]];
    ctx.setLineDash(dashes[kind]);
    ctx.globalAlpha = 0.5 + 0.45 * Math.max(-1, Math.min(1, depth(i, j)));
    line(i, j);
  }
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  const order = points.map((_, v) => v).sort((a, b) => points[a].z - points[b].z);
  for (const v of order) {
    const { x, y, z } = points[v];
    const on = isOn(state.pattern, v);
    const size = 11 + 3 * z;
    ctx.beginPath();
    ctx.arc(x, y, size, 0, 2 * Math.PI);
    ctx.fillStyle = on ? colours.text : colours.paper;
    ctx.strokeStyle = z > -0.2 ? colours.text : colours.soft;
    ctx.lineWidth = 1.5;
    ctx.fill();
    ctx.stroke();
    ctx.fillStyle = on ? colours.paper : z > -0.2 ? colours.text : colours.soft;
    ctx.font = `${Math.round(size)}px system-ui, sans-serif`;
    ctx.fillText(v, x, y + 0.5);
  }
  return points;
}

function build(ui) {
  const { of, sizes } = classes();
  const turns = rotations();
  const strongest = [0, 1, 2, 3, 4, 5].map((l) => Math.max(...Array.from({ length: 4096 }, (_, p) => spectrum(p)[l])));
  const canvas = ui.canvas({
    label: "Icosahedron. Arrow keys turn it; the keys 0 to 9, a and b switch a vertex.",
    ratio: 0.78, role: "application", tabindex: 0,
  });
  const flip = (vertex) => ui.set({ pattern: toggle(ui.state.pattern, vertex) });
  let points = [];

  // pointer: a short press switches the nearest vertex, a drag turns the solid
  const nearest = ({ offsetX, offsetY }) => {
    const far = points.map(({ x, y, z }, vertex) => ({ vertex, z, d: Math.hypot(x - offsetX, y - offsetY) }));
    return far.filter(({ d }) => d < 18).sort((a, b) => b.z - a.z)[0]?.vertex;
  };
  const rotate = (right, up) => {
    const { turn, tilt } = ui.state;
    const round = (value) => Math.round(value * 10) / 10;
    ui.set({
      turn: round(((((turn + right + 180) % 360) + 360) % 360) - 180),
      tilt: round(Math.max(-90, Math.min(90, tilt + up))),
    });
  };
  let drag = null;
  ui.listen(canvas.element, "pointerdown", (event) => {
    drag = { x: event.offsetX, y: event.offsetY, moved: false };
    canvas.element.setPointerCapture(event.pointerId);
  });
  ui.listen(canvas.element, "pointermove", (event) => {
    if (!drag) return void (canvas.element.style.cursor = nearest(event) === undefined ? "" : "pointer");
    const [dx, dy] = [event.offsetX - drag.x, event.offsetY - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < 5) return;
    rotate(dx / 2, dy / 2);
    drag = { x: event.offsetX, y: event.offsetY, moved: true };
  });
  ui.listen(canvas.element, "pointerup", (event) => {
    const vertex = nearest(event);
    if (drag && !drag.moved && vertex !== undefined) flip(vertex);
    drag = null;
  });
  ui.listen(canvas.element, "pointercancel", () => (drag = null));
  ui.listen(canvas.element, "keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrows = { ArrowLeft: [-6, 0], ArrowRight: [6, 0], ArrowUp: [0, -6], ArrowDown: [0, 6] };
    if (arrows[event.key]) rotate(...arrows[event.key]);
    else if (event.key.length === 1 && keys.includes(event.key)) flip(keys.indexOf(event.key));
    else return;
    event.preventDefault();
  });

  const row = make(ui.side, "div", { class: "vertices", role: "group", "aria-label": "Vertices" });
  const switches = vertices.map((_, v) => ui.button(v, () => flip(v), { parent: row, "aria-label": `vertex ${v}` }));
  const numbers = make(ui.side, "dl");
  const value = (name, list = numbers) => {
    make(list, "dt", {}, name);
    return make(list, "dd");
  };
  const cells = [value("vertices on, k")];
  const swatches = [1, 2, 3].map((kind) => {
    cells.push(value(`pairs at ${angles[kind]}, n${subscript[kind]}`));
    const swatch = make(numbers.querySelector("dt:last-of-type"), "i", { class: "swatch" });
    swatch.parentElement.prepend(swatch);
    return swatch;
  });
  const cellOfClass = value("class");
  make(ui.side, "div", {}, "power spectrum, relative to its largest");
  const powers = make(ui.side, "dl", { class: "spectrum" });
  const bars = [0, 1, 2, 3, 4, 5].map((l) => {
    const cell = value(`E${subscript[l]}`, powers);
    return { text: make(cell, "span"), bar: make(cell, "i") };
  });
  const track = make(ui.box, "div", { class: "track wide", "aria-hidden": "true" });
  const fill = make(track, "div", { class: "fill" });
  make(track, "div", { class: "tick" }).style.left = `${(100 * threshold) / 128}%`; // 128: the largest score
  const words = ui.words();

  const options = { parent: ui.picture, show: (degrees) => `${minus(Math.round(degrees))}°` };
  ui.slider("turn", "turn", options);
  ui.slider("tilt", "tilt", options);
  ui.button("Another pattern", () => ui.set({ pattern: (1229 * ui.state.pattern + 867) % 4096 })); // visits all 4096
  let next = 1;
  ui.button("Rotate the pattern", () => {
    next = (next % 59) + 1;
    ui.set({ pattern: carry(ui.state.pattern, turns[next]) });
  });
  ui.button("All off", () => ui.set({ pattern: 0 }));

  return (state, colours) => {
    points = drawSolid(canvas.begin(), state, colours);
    const n = counts(state.pattern);
    const reached = score(state.pattern);
    const group = of[state.pattern];
    switches.forEach((button, v) => button.setAttribute("aria-pressed", isOn(state.pattern, v)));
    swatches.forEach((swatch, i) => (swatch.style.borderTop = `3px ${lines[i + 1]} ${colours[kinds[i + 1]]}`));
    n.forEach((count, place) => say(cells[place], String(count)));
    say(cellOfClass, `${group + 1} of 64, ${sizes[group]} ${sizes[group] === 1 ? "pattern" : "patterns"}`);
    spectrum(state.pattern).forEach((power, l) => {
      const clean = Math.abs(power) < 1e-9 ? 0 : power;
      say(bars[l].text, digits(clean));
      bars[l].bar.style.width = `${(100 * clean) / strongest[l]}%`;
    });
    fill.style.width = `${(100 * Math.max(0, reached)) / 128}%`;
    fill.style.background = reached >= threshold ? colours.good : colours.soft;
    const by = Math.abs(reached - threshold);
    const where = by === 0 ? "exactly at" : `${by} ${reached < threshold ? "below" : "above"}`;
    const [k, n1, n2, n3] = n;
    const sum = `23·${k} + ${n1} − 5·${n2} − 8·${n3} = ${minus(reached)}`;
    say(words, `${sum}, ${where} the threshold ${threshold}: the label is ${Number(reached >= threshold)}.`);
  };
}

export default widget({ name: "icosahedron", title: "Patterns on an icosahedron", fields, style, build });
