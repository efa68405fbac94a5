// Small dense matrices in float64, and random numbers that Python can draw too.
import { generator } from "./mulberry.js";

/** A matrix of rows x columns; `data` is row by row. */
export const matrix = (rows, columns, data = new Float64Array(rows * columns)) => ({ rows, columns, data });

/** From an array of rows. */
export const fromRows = (rows) => matrix(rows.length, rows[0].length, Float64Array.from(rows.flat()));

export const identity = (size) => {
  const result = matrix(size, size);
  for (let i = 0; i < size; i += 1) result.data[i * size + i] = 1;
  return result;
};

export function multiply(a, b) {
  const result = matrix(a.rows, b.columns);
  for (let i = 0; i < a.rows; i += 1)
    for (let k = 0; k < a.columns; k += 1) {
      const factor = a.data[i * a.columns + k];
      for (let j = 0; j < b.columns; j += 1) result.data[i * b.columns + j] += factor * b.data[k * b.columns + j];
    }
  return result;
}

export function transpose(a) {
  const result = matrix(a.columns, a.rows);
  for (let i = 0; i < a.rows; i += 1)
    for (let j = 0; j < a.columns; j += 1) result.data[j * a.rows + i] = a.data[i * a.columns + j];
  return result;
}

export const scale = (a, factor) => matrix(a.rows, a.columns, a.data.map((value) => factor * value));

/** a + factor b */
export const add = (a, b, factor = 1) =>
  matrix(a.rows, a.columns, a.data.map((value, i) => value + factor * b.data[i]));

export const slice = (a, from, to) => matrix(to - from, a.columns, a.data.slice(from * a.columns, to * a.columns));

/** Matrices side by side. */
export function beside(a, b) {
  const result = matrix(a.rows, a.columns + b.columns);
  for (let i = 0; i < a.rows; i += 1) {
    result.data.set(a.data.subarray(i * a.columns, (i + 1) * a.columns), i * result.columns);
    result.data.set(b.data.subarray(i * b.columns, (i + 1) * b.columns), i * result.columns + a.columns);
  }
  return result;
}

/** Frobenius norm, without overflow on the way. */
export function norm(a) {
  const largest = a.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest > 0 ? largest * Math.sqrt(a.data.reduce((sum, value) => sum + (value / largest) ** 2, 0)) : 0;
}

/** x with a x = b, by elimination with row exchanges. */
export function solve(a, b) {
  const size = a.rows;
  const work = beside(a, b);
  const width = work.columns;
  const row = (i) => work.data.subarray(i * width, (i + 1) * width);
  for (let k = 0; k < size; k += 1) {
    let pivot = k;
    for (let i = k + 1; i < size; i += 1) if (Math.abs(row(i)[k]) > Math.abs(row(pivot)[k])) pivot = i;
    const [kept, taken] = [row(k).slice(), row(pivot).slice()];
    row(k).set(taken);
    row(pivot).set(kept);
    for (let i = k + 1; i < size; i += 1) {
      const factor = row(i)[k] / row(k)[k];
      for (let j = k; j < width; j += 1) row(i)[j] -= factor * row(k)[j];
    }
  }
  const x = matrix(size, b.columns);
  for (let i = size - 1; i >= 0; i -= 1)
    for (let j = 0; j < b.columns; j += 1) {
      let value = row(i)[size + j];
      for (let k = i + 1; k < size; k += 1) value -= row(i)[k] * x.data[k * b.columns + j];
      x.data[i * b.columns + j] = value / row(i)[i];
    }
  return x;
}

/** a = basis R with orthonormal columns and upper triangular R: Gram-Schmidt, every column cleaned twice. */
export function qr(a) {
  const turned = transpose(a);
  const columns = Array.from({ length: a.columns }, (_, j) => turned.data.subarray(j * a.rows, (j + 1) * a.rows));
  const R = matrix(a.columns, a.columns);
  const dot = (x, y) => {
    let sum = 0;
    for (let i = 0; i < x.length; i += 1) sum += x[i] * y[i];
    return sum;
  };
  columns.forEach((column, j) => {
    for (const _ of [1, 2])
      for (let k = 0; k < j; k += 1) {
        const along = dot(columns[k], column);
        R.data[k * a.columns + j] += along;
        for (let i = 0; i < a.rows; i += 1) column[i] -= along * columns[k][i];
      }
    const length = Math.sqrt(dot(column, column));
    R.data[j * a.columns + j] = length;
    for (let i = 0; i < a.rows; i += 1) column[i] = length > 0 ? column[i] / length : 0;
  });
  return { basis: transpose(turned), R };
}

/** Roots of x^n + coefficients[0] x^(n-1) + … as pairs [real, imaginary], all at once (Durand and Kerner). */
function roots(coefficients) {
  const times = ([a, b], [c, d]) => [a * c - b * d, a * d + b * c];
  let found = coefficients.map((_, i) => {
    const size = 1 + Math.max(...coefficients.map(Math.abs));
    return [size * Math.cos(2 * i + 0.4), size * Math.sin(2 * i + 0.4)];
  });
  for (let round = 0; round < 200; round += 1)
    found = found.map((x, i) => {
      const value = coefficients.reduce((sum, c) => times(sum, x).map((part, k) => part + (k ? 0 : c)), [1, 0]);
      const [c, d] = found.reduce((rest, y, j) => (i === j ? rest : times(rest, [x[0] - y[0], x[1] - y[1]])), [1, 0]);
      const [a, b] = times(value, [c, -d]).map((part) => part / Math.max(c * c + d * d, 1e-300));
      return [x[0] - a, x[1] - b];
    });
  return found;
}

/** Eigenvalues [real, imaginary] of a small matrix, from its characteristic polynomial (Faddeev and LeVerrier). */
export function eigenvalues(a) {
  const coefficients = [];
  let power = identity(a.rows);
  for (let k = 1; k <= a.rows; k += 1) {
    power = multiply(a, power);
    let trace = 0;
    for (let i = 0; i < a.rows; i += 1) trace += power.data[i * a.rows + i];
    coefficients.push(-trace / k);
    power = add(power, identity(a.rows), -trace / k);
  }
  return roots(coefficients);
}

/** Draws from a seed, and matrices filled with them. */
export function random(seed) {
  const { uniform, normal } = generator(seed);
  const fill = (rows, columns, draw) => matrix(rows, columns, Float64Array.from({ length: rows * columns }, draw));
  return { uniform, normal, fill };
}
