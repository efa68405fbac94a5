// Two hidden units h = gamma tanh(a), each driven through its tanh by a signal of fixed direction b:
//     da_i/dt = -e b_i gamma / cosh(a_i)^2,   e = w.h - y.
// Dividing the two equations, F(a_i) = (a_i + sinh(a_i) cosh(a_i)) / 2 moves by s b_i for both units with one s: the
// path is known in closed form, and the flow runs along it towards smaller |e| or, where b is wrong, into the wall.

const F = (a) => (a + Math.sinh(a) * Math.cosh(a)) / 2;

/** a with F(a) = x, by Newton's method from the outside, where F is convex. */
export function inverse(x) {
  let a = Math.asinh(4 * x) / 2;
  for (let i = 0; i < 60; i += 1) {
    const change = (F(a) - x) / Math.cosh(a) ** 2;
    a -= change;
    if (Math.abs(change) <= 1e-15 * Math.abs(a)) break;
  }
  return a;
}

export const direction = (degrees) => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];

/** Places on the path, as lengths s that grow from small to saturated. */
const lengths = Array.from({ length: 80 }, (_, i) => 1e-3 * 1e9 ** (i / 79));

/**
 * Where the flow leads from u = h / gamma inside (-1, 1)^2 under a signal of direction b.
 * Returns { points, arrives }: the path in H up to zero error or into the wall, and which of the two it was.
 */
export function follow({ gamma, target, w, b, u }) {
  const start = u.map((part) => F(Math.atanh(part)));
  const at = (s) => start.map((f, i) => gamma * Math.tanh(inverse(f + s * b[i])));
  const error = (h) => w[0] * h[0] + w[1] * h[1] - target;
  const sign = -Math.sign(error(u.map((part) => gamma * part)));
  const points = [u.map((part) => gamma * part)];
  if (sign === 0) return { points, arrives: true };
  let before = 0;
  for (const length of lengths) {
    const h = at(sign * length);
    if (error(h) * sign >= 0) {
      let [low, high] = [before, length];
      for (let i = 0; i < 50; i += 1) {
        const middle = (low + high) / 2;
        if (error(at(sign * middle)) * sign >= 0) high = middle;
        else low = middle;
      }
      points.push(at(sign * high));
      return { points, arrives: true };
    }
    points.push(h);
    before = length;
  }
  return { points, arrives: false };
}

/** The state that the signal asks for, with no tanh in the way: on the line of zero error; null if it leads away. */
export function asked({ gamma, target, w, b, u }) {
  const h = u.map((part) => gamma * part);
  const slope = w[0] * b[0] + w[1] * b[1];
  const s = (target - w[0] * h[0] - w[1] * h[1]) / slope;
  return slope > 1e-12 ? h.map((part, i) => part + s * b[i]) : null;
}

// tanh(inverse(x)) at evenly spaced asinh(x), to six digits: a survey asks for it half a million times
const spacing = 200;
const table = Float64Array.from({ length: 20 * spacing }, (_, i) => Math.tanh(inverse(Math.sinh(i / spacing))));

function saturated(x) {
  const place = Math.min(Math.asinh(Math.abs(x)) * spacing, table.length - 2);
  const i = Math.floor(place);
  return Math.sign(x) * (table[i] + (place - i) * (table[i + 1] - table[i]));
}

/** Whether the flow from u arrives, as `follow` finds it, but quickly. */
function arrives({ gamma, target, w, b, u: [u, v] }) {
  const sign = -Math.sign(gamma * (w[0] * u + w[1] * v) - target);
  const [f, g] = [F(Math.atanh(u)), F(Math.atanh(v))];
  return lengths.some((length) => {
    const s = sign * length;
    return (gamma * (w[0] * saturated(f + s * b[0]) + w[1] * saturated(g + s * b[1])) - target) * sign >= 0;
  });
}

/** For size x size cells of the box: does the flow from there never arrive, and does the signal ask for the outside? */
export function survey(setting, size) {
  const centres = Array.from({ length: size }, (_, i) => (2 * i + 1) / size - 1);
  const cells = centres.flatMap((y) => centres.map((x) => [x, y]));
  const outside = (u) => !asked({ ...setting, u })?.every((part) => Math.abs(part) < setting.gamma);
  const stuck = cells.map((u) => !arrives({ ...setting, u }));
  const share = (flags) => flags.filter(Boolean).length / cells.length;
  return { stuck, shareStuck: share(stuck), shareOutside: share(cells.map(outside)) };
}
