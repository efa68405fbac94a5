// Samples of H and Y whose information is known, and that information: the case normal_pair of fa_lib's test bed, whose
// target is read as a number or as the one of several equally likely classes that the number falls into.
import { random } from "./linear.js";

/** Standard deviation of H, and of Y as a number: that of the paper's uniform numbers between -1/2 and 1/2. */
export const spread = Math.sqrt(1 / 12);

/** Where the standard normal distribution is cut into equally likely classes. */
export const cuts = {
  number: [],
  two: [0],
  ten: [
    -1.2815515655446004, -0.8416212335729142, -0.5244005127080409, -0.2533471031357997, 0,
    0.2533471031357997, 0.5244005127080407, 0.8416212335729143, 1.2815515655446004,
  ],
};

/** Standard normal H, one column for each unit, the noise of Y, and the seed's shuffles of the n samples. */
export function draw({ n, m, seed }, shuffles) {
  const { normal, uniform } = random(seed);
  const H = Array.from({ length: m }, () => new Float64Array(n));
  for (let i = 0; i < n; i += 1) for (let j = 0; j < m; j += 1) H[j][i] = normal();
  const noise = new Float64Array(n).map(normal);
  const orders = Array.from({ length: shuffles }, () => {
    const order = new Int32Array(n);
    for (let i = 0; i < n; i += 1) order[i] = i;
    for (let i = n - 1; i > 0; i -= 1) {
      const other = Math.floor(uniform() * (i + 1));
      [order[i], order[other]] = [order[other], order[i]];
    }
    return order;
  });
  return { H, noise, orders };
}

/** The number that stands for Y before it is read: it correlates with the sum of the units. */
export function latent({ H, noise }, correlation) {
  const sum = new Float64Array(noise.length);
  for (const column of H) for (let i = 0; i < sum.length; i += 1) sum[i] += column[i];
  const rest = Math.sqrt(1 - correlation ** 2);
  return sum.map((value, i) => (correlation * value) / Math.sqrt(H.length) + rest * noise[i]);
}

/** What each number is read as: itself on the scale of H, or its class. */
export function read(numbers, target) {
  const at = cuts[target];
  if (!at.length) return numbers.map((number) => spread * number);
  return numbers.map((number) => at.reduce((below, cut) => (cut <= number ? below + 1 : below), 0));
}

/** A column for every class that occurs but the last, which follows from the others; numbers as they are. */
export function coded(Y, target) {
  if (target === "number") return [Y];
  const classes = [...new Set(Y)].sort((a, b) => a - b).slice(0, -1);
  return classes.map((name) => Y.map((value) => (value === name ? 1 : 0)));
}

/** Probability that a standard normal number is below x (Marsaglia's series). */
export function below(x) {
  if (Math.abs(x) > 8.5) return x > 0 ? 1 : 0;
  let [sum, term] = [x, x];
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/** The true information in bits: a formula for numbers, an integral over what H tells of the number for classes. */
export function truth({ target, correlation }) {
  const noise = Math.sqrt(1 - correlation ** 2);
  if (target === "number") return -Math.log2(noise);
  const step = 0.05; // equal steps are exact to rounding: the function is smooth and vanishes at both ends
  let left = 0; // what remains unknown of the class
  for (let t = -9; t <= 9; t += step) {
    const edges = [0, ...cuts[target].map((cut) => below((cut - correlation * t) / noise)), 1];
    const density = Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
    for (let k = 1; k < edges.length; k += 1) {
      const p = edges[k] - edges[k - 1];
      if (p > 0) left -= step * density * p * Math.log2(p);
    }
  }
  return Math.log2(cuts[target].length + 1) - left;
}
