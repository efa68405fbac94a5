// The hidden layer as a cloud of 4096 points, by what two readouts say of them or by two of its units.
import { panel, plate } from "./plot.js";

const sigmoid = (z) => 1 / (1 + Math.exp(-z));

/** Coordinates of a point as functions of the place of its first unit in H, and how far the picture reaches. */
function plane(view, { H, readout, parameters }) {
  if (view !== "both readouts") {
    const [a, b] = view === "units 1, 2" ? [0, 1] : [2, 3];
    return { x: (i) => H[i + a], y: (i) => H[i + b], span: 1.12 * Math.max(1, Math.abs(parameters[151])) };
  }
  const [W, c] = [parameters.slice(140, 148), parameters.slice(148, 150)];
  const dot = (i, row, at) => row[at] * H[i] + row[at + 1] * H[i + 1] + row[at + 2] * H[i + 2] + row[at + 3] * H[i + 3];
  return {
    x: (i) => 2 * (readout.constant + dot(i, readout.weights, 0)) - 1,
    y: (i) => sigmoid(c[1] + dot(i, W, 4)) - sigmoid(c[0] + dot(i, W, 0)),
    spanX: 1.6, // least squares knows no bounds
    span: 1.12,
  };
}

/** Draw the cloud of one rule: label 1 as level strokes in the rule's colour, label 0 as upright ones in pink. */
export function drawCloud(ctx, place, { view, rule, answer, labels, colours, title = `H of ${rule}` }) {
  const { x, y, span, spanX = span } = plane(view, answer);
  const both = view === "both readouts";
  const [a, b] = both ? [] : view.slice(6).split(", ");
  const axes = panel(ctx, place, {
    x: [-spanX, spanX], y: [-span, span], colours, ticks: 5, title,
    label: both ? "linear readout says 0 or 1" : `unit ${a} (across) and ${b} (up)`,
  });
  const { X, Y, inner } = axes;
  ctx.strokeStyle = colours.soft;
  ctx.beginPath();
  if (both) {
    ctx.moveTo(X(0), inner.top);
    ctx.lineTo(X(0), inner.bottom);
    ctx.moveTo(inner.left, Y(0));
    ctx.lineTo(inner.right, Y(0));
  } else {
    const box = span / 1.12; // tanh reaches so far, times gamma
    ctx.rect(X(-box), Y(box), X(box) - X(-box), Y(-box) - Y(box));
  }
  ctx.stroke();
  ctx.save();
  ctx.beginPath();
  ctx.rect(inner.left, inner.top, inner.right - inner.left, inner.bottom - inner.top);
  ctx.clip();
  ctx.globalAlpha = 0.7;
  for (let i = 0; i < labels.length; i += 1) { // in the patterns' order: neither label lies on top of the other
    const [X0, Y0, one] = [X(x(4 * i)), Y(y(4 * i)), labels[i] === 1];
    ctx.fillStyle = one ? colours[rule] : colours.other;
    if (one) ctx.fillRect(X0 - 1.6, Y0 - 0.7, 3.2, 1.4);
    else ctx.fillRect(X0 - 0.7, Y0 - 1.6, 1.4, 3.2);
  }
  ctx.restore();
  Object.assign(ctx, { textBaseline: "top", textAlign: "right" });
  const names = [["− label 1", colours[rule]], ["| label 0", colours.other]];
  let right = inner.right;
  for (const [text, colour] of names) {
    ctx.fillStyle = colour;
    ctx.fillText(text, right, place.top + 6);
    right -= ctx.measureText(text).width + 10;
  }
  if (!both) return;
  ctx.fillStyle = colours.soft;
  ctx.textAlign = "left";
  plate(ctx, "decoder says 1", inner.left + 5, inner.top + 3, colours.paper);
  ctx.textBaseline = "bottom";
  plate(ctx, "decoder says 0", inner.left + 5, inner.bottom - 3, colours.paper);
}
