// A panel with axes on a canvas: title, grid, ticks, curves.
import { digits } from "./elements.js";

const font = "12px system-ui, sans-serif";

/** A word on a plate of a colour, so that what lies below does not cross it. Its place is given as to fillText. */
export function plate(ctx, word, x, y, ground) {
  const wide = ctx.measureText(word).width;
  const [left, top] = [ctx.textAlign === "right" ? x - wide : x, ctx.textBaseline === "bottom" ? y - 14 : y];
  const colour = ctx.fillStyle;
  ctx.fillStyle = ground;
  ctx.fillRect(left - 2, top - 1, wide + 4, 16);
  ctx.fillStyle = colour;
  ctx.fillText(word, x, y);
}

/** About `count` round numbers between two. */
function steps(low, high, count) {
  const rough = (high - low) / count;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * [1, 2, 5, 10].find((factor) => unit * factor >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Powers of ten between two numbers, at most `count`; else 1, 2 and 5 times them; else round numbers; two or more. */
function decades(low, high, count) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  if (last - first >= 1) {
    const every = Math.ceil((last - first + 1) / count);
    const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    return powers.filter((power) => (last - power) % every === 0).map((power) => Number(`1e${power}`));
  }
  const near = [first - 2, first - 1, first];
  const fine = near.flatMap((power) => [1, 2, 5].map((factor) => Number(`${factor}e${power}`)));
  const found = fine.filter((value) => value >= low * 0.999 && value <= high * 1.001).slice(-count);
  return found.length > 1 ? found : steps(low, high, count);
}

/** A range that holds all finite values, with some air; on a logarithmic axis only positive ones count. */
export function extent(values, { log = false, air = 0.06 } = {}) {
  const good = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  if (!good.length) return log ? [0.1, 1] : [0, 1];
  const [to, back] = log ? [Math.log10, (v) => 10 ** Math.max(-300, Math.min(300, v))] : [(v) => v, (v) => v];
  const [low, high] = [Math.min(...good), Math.max(...good)].map(to);
  const more = Math.max((high - low) * air, log ? 0.08 : 1e-12 + Math.abs(high) * 1e-3);
  return [back(low - more), back(high + more)];
}

/**
 * Draw the frame of a panel inside { left, top, width, height } and return how to draw in it.
 * x and y are ranges [low, high]; `log` makes y logarithmic and `logX` x; `ticks` are values on y, or about how many of
 * them, and `ticksX` values on x.
 */
export function panel(ctx, place, options) {
  const { x, y, log = false, logX = false, title = "", label = "", colours, ticks = 4, ticksX, margin = 44 } = options;
  ctx.font = font;
  const choose = log ? decades : steps;
  const marks = {
    x: ticksX ?? (logX ? decades : steps)(...x, Math.max(2, place.width / 55)),
    y: ticks.length ? ticks : choose(...y, ticks),
  };
  const names = marks.y.map((value) => digits(value));
  const inner = {
    left: place.left + margin,
    top: place.top + (title ? 24 : 6),
    right: place.left + place.width - 8,
    bottom: place.top + place.height - (label ? 34 : 20),
  };
  const scale = (isLog) => (isLog ? (value) => Math.log10(Math.max(value, 1e-300)) : (value) => value);
  const [to, toX] = [scale(log), scale(logX)];
  const X = (value) => inner.left + ((toX(value) - toX(x[0])) / (toX(x[1]) - toX(x[0]))) * (inner.right - inner.left);
  const Y = (value) => inner.bottom - ((to(value) - to(y[0])) / (to(y[1]) - to(y[0]))) * (inner.bottom - inner.top);
  const line = (...points) => {
    ctx.beginPath();
    points.forEach((point) => ctx.lineTo(...point));
    ctx.stroke();
  };
  ctx.lineWidth = 1;
  ctx.strokeStyle = colours.line;
  ctx.fillStyle = colours.soft;
  ctx.textBaseline = "middle";
  ctx.textAlign = "right";
  marks.y.forEach((value, i) => {
    line([inner.left, Y(value)], [inner.right, Y(value)]);
    ctx.fillText(names[i], inner.left - 6, Y(value));
  });
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  marks.x.forEach((value) => {
    const half = ctx.measureText(digits(value)).width / 2; // the last one stays whole
    ctx.fillText(digits(value), Math.min(X(value), place.left + place.width - half), inner.bottom + 5);
  });
  if (label) ctx.fillText(label, (inner.left + inner.right) / 2, inner.bottom + 19);
  ctx.strokeStyle = colours.soft;
  line([inner.left, inner.top], [inner.left, inner.bottom], [inner.right, inner.bottom]);
  ctx.fillStyle = colours.text;
  ctx.textAlign = "left";
  if (title) ctx.fillText(title, inner.left, place.top + 6);

  const inside = (draw) => {
    ctx.save();
    ctx.beginPath();
    ctx.rect(inner.left - 4, inner.top - 4, inner.right - inner.left + 8, inner.bottom - inner.top + 8);
    ctx.clip();
    draw();
    ctx.restore();
  };
  const shown = (value) => Number.isFinite(value) && (!log || value > 0);
  return {
    X, Y, inner,
    /** A line through the points whose values are finite. */
    curve: (xs, ys, { colour, width = 2, dash = [] }) => inside(() => {
      Object.assign(ctx, { strokeStyle: colour, lineWidth: width, lineJoin: "round" });
      ctx.setLineDash(dash);
      line(...xs.map((value, i) => [value, ys[i]]).filter(([, value]) => shown(value)).map(([a, b]) => [X(a), Y(b)]));
    }),
    /** The area between two lines, where both are finite; above 0 on a logarithmic axis. */
    band: (xs, lows, highs, { colour }) => inside(() => {
      const good = xs.map((_, i) => i).filter((i) => shown(highs[i]) && Number.isFinite(lows[i]));
      ctx.fillStyle = colour;
      ctx.beginPath();
      good.forEach((i) => ctx.lineTo(X(xs[i]), Y(highs[i])));
      good.reverse().forEach((i) => ctx.lineTo(X(xs[i]), log ? Math.min(Y(lows[i]), inner.bottom + 9) : Y(lows[i])));
      ctx.fill();
    }),
    dots: (xs, ys, { colour, size = 2.5 }) => inside(() => {
      ctx.fillStyle = colour;
      xs.forEach((value, i) => {
        if (!shown(ys[i])) return;
        ctx.beginPath();
        ctx.arc(X(value), Y(ys[i]), size, 0, 2 * Math.PI);
        ctx.fill();
      });
    }),
    /** A horizontal line over the panel's width, with a word on it. */
    level: (value, word, { colour, dash = [5, 4], above = true }) => inside(() => {
      Object.assign(ctx, { strokeStyle: colour, fillStyle: colour, lineWidth: 1.5, textAlign: "right" });
      ctx.setLineDash(dash);
      line([inner.left, Y(value)], [inner.right, Y(value)]);
      ctx.textBaseline = above ? "bottom" : "top";
      ctx.fillText(word, inner.right - 2, Y(value) + (above ? -3 : 4));
    }),
  };
}
