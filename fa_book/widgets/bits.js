// Mutual information of H and Y, in bits, as fa_lib.information estimates it: binned, with Y shuffled, and Gaussian.
// H and Y are arrays of columns, one for each unit, each with one number for each sample.
import { add, matrix, multiply, solve, transpose } from "./linear.js";

/** Whole numbers below `width` replaced by 0, 1, … in the order of their first appearance: { ids, count }. */
function dense(keys, width) {
  const ids = new Int32Array(keys.length);
  let count = 0;
  if (width <= 4 * keys.length) {
    const table = new Int32Array(width).fill(-1);
    for (let i = 0; i < keys.length; i += 1) {
      if (table[keys[i]] < 0) table[keys[i]] = count++;
      ids[i] = table[keys[i]];
    }
    return { ids, count };
  }
  const bits = Math.ceil(Math.log2(2 * keys.length + 1));
  const [table, mask] = [new Int32Array(2 ** bits).fill(-1), 2 ** bits - 1]; // ids, where the hash says or further on
  const known = new Float64Array(keys.length); // the key of each id
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i];
    const high = Math.floor(key / 4294967296);
    const mixed = Math.imul(key - high * 4294967296, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b);
    let place = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> (32 - bits);
    while (table[place] >= 0 && known[table[place]] !== key) place = (place + 1) & mask;
    if (table[place] < 0) {
      known[count] = key;
      table[place] = count++;
    }
    ids[i] = table[place];
  }
  return { ids, count };
}

/** The cell of every sample, whole numbers from 0, equal where all bins floor(value / size) agree. */
export function cells(columns, size) {
  const n = columns[0].length;
  let [number, width] = [new Float64Array(n), 1]; // bins read as digits: exact below 2^53
  const digit = new Float64Array(n);
  for (const column of columns) {
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < n; i += 1) {
      const bin = Math.floor(column[i] / size);
      digit[i] = bin;
      if (bin < low) low = bin;
      if (bin > high) high = bin;
    }
    if (width * (high - low + 1) > 2 ** 53) {
      const short = dense(number, width);
      if (short.count === n) return short; // every sample has a cell of its own already
      [number, width] = [Float64Array.from(short.ids), short.count];
    }
    for (let i = 0; i < n; i += 1) number[i] = number[i] * (high - low + 1) + (digit[i] - low);
    width *= high - low + 1;
  }
  return dense(number, width);
}

const tables = {};

/** c log2 c for c = 0 … n: n log2 n less their sum over cells is n times the plug-in entropy. */
function logarithms(n) {
  return (tables[n] ??= Float64Array.from({ length: n + 1 }, (_, c) => (c ? c * Math.log2(c) : 0)));
}

/** The samples of each cell behind one another: { …, order, starts, sum }, sum that of c log2 c. */
export function group({ ids, count }) {
  const weights = logarithms(ids.length);
  const starts = new Int32Array(count + 1);
  for (const id of ids) starts[id + 1] += 1;
  let sum = 0;
  for (let c = 1; c <= count; c += 1) {
    sum += weights[starts[c]];
    starts[c] += starts[c - 1];
  }
  const [next, order] = [starts.slice(), new Int32Array(ids.length)];
  for (let i = 0; i < ids.length; i += 1) order[next[ids[i]]++] = i;
  return { ids, count, order, starts, sum };
}

/** Entropy of a grouped variable, in bits. */
export const entropy = ({ order, sum }) => Math.log2(order.length) - sum / order.length;

/** Binned information of two grouped variables, in bits; sample i has the y of sample shuffle[i] if given. */
export function binned(h, y, shuffle = null) {
  const { order, starts } = h;
  const n = order.length;
  const weights = logarithms(n);
  const counts = new Int32Array(y.count);
  const values = new Int32Array(n); // y of one cell's samples
  let joint = 0; // sum of c log2 c over the cells of H and Y together
  for (let c = 0; c < h.count; c += 1) {
    const [first, end] = [starts[c], starts[c + 1]];
    if (end - first === 1) continue;
    for (let i = first; i < end; i += 1) {
      const value = y.ids[shuffle ? shuffle[order[i]] : order[i]];
      values[i] = value;
      counts[value] += 1;
    }
    for (let i = first; i < end; i += 1) {
      joint += weights[counts[values[i]]];
      counts[values[i]] = 0;
    }
  }
  return Math.max(Math.log2(n) - (h.sum + y.sum - joint) / n, 0);
}

/** Columns, each from its mean. */
export const centred = (columns) => columns.map((column) => {
  let sum = 0;
  for (let i = 0; i < column.length; i += 1) sum += column[i];
  return column.map((value) => value - sum / column.length);
});

/** Sums of products of every column of one with every column of the other. */
export function products(left, right) {
  const result = matrix(left.length, right.length);
  left.forEach((x, j) => right.forEach((y, k) => {
    if (left === right && k < j) {
      result.data[j * right.length + k] = result.data[k * right.length + j];
      return;
    }
    let sum = 0;
    for (let i = 0; i < x.length; i += 1) sum += x[i] * y[i];
    result.data[j * right.length + k] = sum;
  }));
  return result;
}

/** Logarithm (base 2) of the determinant of a positive matrix, by Cholesky's elimination. */
function logDeterminant({ rows: size, data }) {
  const rest = data.slice();
  let sum = 0;
  for (let k = 0; k < size; k += 1) {
    const pivot = rest[k * size + k];
    sum += Math.log2(pivot);
    for (let i = k + 1; i < size; i += 1)
      for (let j = k + 1; j < size; j += 1) rest[i * size + j] -= (rest[i * size + k] * rest[k * size + j]) / pivot;
  }
  return sum;
}

/** Derivative of the logarithm of the gamma function. */
function digamma(x) {
  if (x < 12) return digamma(x + 1) - 1 / x;
  const s = 1 / (x * x);
  return Math.log(x) - 1 / (2 * x) - s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s / 132))));
}

/** What `gaussian` reads too much of m units and p outputs in n samples about their means, on average. */
export function excess(n, m, p) {
  let nats = 0;
  for (let j = 0; j < p; j += 1) nats += (digamma((n - 1 - j) / 2) - digamma((n - 1 - m - j) / 2)) / 2;
  return nats / Math.LN2;
}

/**
 * Information of jointly normal H and Y, in bits, without its mean error. Columns come from their means, and none may
 * follow from the others; `square` is the products of those of H.
 */
export function gaussian(H, Y, square = products(H, H)) {
  const [both, own] = [products(H, Y), products(Y, Y)];
  const rest = add(own, multiply(transpose(both), solve(square, both)), -1);
  return (logDeterminant(own) - logDeterminant(rest)) / 2 - excess(H[0].length, H.length, Y.length);
}
