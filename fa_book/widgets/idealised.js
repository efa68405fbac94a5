// The idealised dynamics H <- H - mu (H W - Y) B: simulated and solved as in fa_lib.dynamics.
import {
  add, beside, eigenvalues, identity, matrix, multiply, norm, qr, random, scale, slice, solve, transpose,
} from "./linear.js";

/** Columns from..to of a matrix. */
const columns = (a, from, to) => transpose(slice(transpose(a), from, to));

/** H0, Y, W, B for a state; B stands at the given angle to W' and has the length of a standard normal draw. */
export function draw({ n, m, p, angle, seed }) {
  const { fill, uniform, normal } = random(seed);
  const centred = () => uniform() - 0.5;
  const [W, along, aside] = [scale(fill(m, p, normal), 1 / m), fill(p, m, normal), fill(p, m, normal)];
  const [H0, Y] = [fill(n, m, centred), fill(n, p, centred)];
  const unit = scale(transpose(W), 1 / norm(W));
  const overlap = aside.data.reduce((sum, value, i) => sum + value * unit.data[i], 0);
  const across = add(aside, unit, -overlap);
  const radians = (angle * Math.PI) / 180;
  const direction = add(scale(unit, Math.cos(radians)), scale(across, 1 / norm(across)), Math.sin(radians));
  return { H0, Y, W, B: scale(direction, norm(along)) };
}

/** The same problem on m + p rows instead of n: all inner products between columns of H0 and Y stay what they are. */
export function compress({ H0, Y, W, B }) {
  const { R } = qr(beside(H0, Y));
  return { n: H0.rows, H0: columns(R, 0, H0.columns), Y: columns(R, H0.columns, R.columns), W, B };
}

const entries = (n, E) => n * E.columns;

/** Degrees between two arrays seen as vectors; the half-angle's tangent keeps its digits near 0 and 180. */
function between(a, b) {
  const [x, y] = [scale(a, 1 / norm(a)), scale(b, 1 / norm(b))];
  return (2 * Math.atan2(norm(add(x, y, -1)), norm(add(x, y))) * 180) / Math.PI;
}

function measure(E, residual, theta, update, n) {
  const descent = multiply(residual, transpose(theta));
  return {
    direct_loss: norm(E) ** 2 / entries(n, E),
    regression_loss: norm(residual) ** 2 / entries(n, E),
    gradient_norm: 2 * norm(descent),
    angle: between(update, descent),
  };
}

/** Residual and weights of the best linear readout. Y and -E have the same residual: the shorter is projected. */
function readout(H, Y, E, W) {
  const length = (a, j) => norm(columns(a, j, j + 1));
  const smaller = Array.from({ length: Y.columns }, (_, j) => length(E, j) < length(Y, j));
  const either = (yes, no) => yes.data.map((value, i) => (smaller[i % yes.columns] ? value : no.data[i]));
  const pick = (yes, no) => matrix(yes.rows, yes.columns, either(yes, no));
  const target = pick(scale(E, -1), Y);
  const { basis, R } = qr(H);
  const inside = multiply(transpose(basis), target);
  const once = add(target, multiply(basis, inside), -1);
  const residual = add(once, multiply(basis, multiply(transpose(basis), once)), -1);
  return { residual, theta: add(pick(W, matrix(W.rows, W.columns)), solve(R, inside)) };
}

/** From one record a step to one array a curve. */
const collect = (records) =>
  Object.fromEntries(Object.keys(records[0]).map((name) => [name, records.map((record) => record[name])]));

/** The curves at steps 0 .. steps, step by step, from a compressed problem. */
export function simulate({ n, H0, Y, W, B }, step, steps) {
  let [H, E] = [H0, add(multiply(H0, W), Y, -1)];
  const records = [];
  for (let k = 0; k <= steps; k += 1) {
    const update = scale(multiply(E, B), -1);
    const { residual, theta } = readout(H, Y, E, W);
    records.push(measure(E, residual, theta, update, n));
    [H, E] = [add(H, update, step), add(E, multiply(update, W), step)];
  }
  return collect(records);
}

/** a R^-1 */
const over = (a, R) => transpose(solve(transpose(R), transpose(a)));

/** The first regression, from triangular H0 and Y: R'R = H0'H0, root'root = what it leaves of Y'Y, and its weights. */
function regression(H0, Y) {
  const R = slice(H0, 0, H0.columns);
  return { R, root: slice(Y, H0.columns, Y.rows), theta0: solve(R, slice(Y, 0, H0.columns)) };
}

/** The same curves in closed form: nothing is carried from step to step but the p x p powers of Q = 1 - mu B W. */
export function exact({ n, H0, Y, W, B }, step, steps) {
  const p = Y.columns;
  const { R, root, theta0 } = regression(H0, Y);
  const start = add(multiply(H0, W), Y, -1); // E_0
  const Q = add(identity(p), multiply(B, W), -step);
  let [power, sum] = [identity(p), matrix(p, p)]; // Q^k, mu (1 + Q + … + Q^(k-1))
  const records = [];
  for (let k = 0; k <= steps; k += 1) {
    const gain = multiply(sum, B);
    const N = add(power, multiply(gain, theta0));
    // the rows of X span what H_k cannot reach; both halves are solved against triangles, never inverted
    const { basis, R: U } = qr(transpose(beside(scale(over(gain, R), -1), over(N, root))));
    const residual = multiply(basis, solve(transpose(U), power));
    const inner = solve(R, slice(residual, 0, H0.columns));
    const outer = solve(root, slice(residual, H0.columns, residual.rows));
    const theta = add(add(W, multiply(add(theta0, W, -1), outer)), inner, -1);
    const E = multiply(start, power);
    records.push(measure(E, residual, theta, scale(multiply(E, B), -1), n));
    [power, sum] = [multiply(power, Q), add(sum, power, step)];
  }
  return collect(records);
}

/** What becomes of a draw: how many modes of B W grow and fall, and the regression's floor where all of them grow. */
export function fate({ n, H0, Y, W, B }, step) {
  const p = Y.columns;
  const BW = multiply(B, W);
  const factor = ([real, imaginary]) => Math.hypot(1 - step * real, step * imaginary); // of a mode, at each step
  const modes = eigenvalues(BW).map((value) => ({ real: value[0], factor: factor(value) }));
  const growing = modes.filter(({ factor }) => factor > 1 + 1e-9);
  const known = {
    growing: growing.length,
    falling: modes.filter(({ factor }) => factor < 1 - 1e-9).length,
    overshooting: growing.filter(({ real }) => real > 0).length, // only because the step is too long
    trace: BW.data.reduce((sum, value, i) => sum + (i % (p + 1) ? 0 : value), 0), // b.w for one output
  };
  if (growing.length < p) return { ...known, floor: null };
  const { R, root, theta0 } = regression(H0, Y);
  const U = scale(solve(BW, B), -1); // what -S_k Q^-k B tends to
  const [left, right] = [over(add(identity(p), multiply(U, theta0)), root), over(U, R)];
  const { R: triangle } = qr(transpose(beside(left, right)));
  const floor = norm(solve(transpose(triangle), identity(p))) ** 2 / entries(n, Y);
  return { ...known, floor };
}
