// The best linear readout of H with an intercept, by least squares, as fa_lib.probes.readout. Text for a worker too.

/**
 * Fits labels 0 and 1 to H (4096 x 4) and returns { weights, constant, accuracy, said }: the answer is 1 where
 * weights . h + constant is above 1/2, `said` times. Directions of H with less than 1e-10 of the largest variance are
 * left out.
 */
export function linearReadout(H, labels) {
  const [N, m] = [4096, 4];
  const centre = new Float64Array(m);
  let share = 0;
  for (let i = 0; i < N; i += 1) {
    share += labels[i] / N;
    for (let k = 0; k < m; k += 1) centre[k] += H[i * m + k] / N;
  }
  const M = new Float64Array(m * (m + 1)); // covariance, and as a last column that with the label
  const h = new Float64Array(m + 1);
  for (let i = 0; i < N; i += 1) {
    for (let k = 0; k < m; k += 1) h[k] = H[i * m + k] - centre[k];
    h[m] = labels[i] - share;
    for (let j = 0; j < m; j += 1) for (let k = j; k <= m; k += 1) M[j * (m + 1) + k] += h[j] * h[k];
  }
  for (let j = 1; j < m; j += 1) for (let k = 0; k < j; k += 1) M[j * (m + 1) + k] = M[k * (m + 1) + j];
  // elimination, the largest variance that is left first
  const weights = new Float64Array(m);
  const done = [];
  let largest = 0;
  for (let turn = 0; turn < m; turn += 1) {
    let p = -1;
    for (let k = 0; k < m; k += 1)
      if (!done.includes(k) && (p < 0 || M[k * (m + 2)] > M[p * (m + 2)])) p = k;
    const pivot = M[p * (m + 2)];
    largest = Math.max(largest, pivot);
    if (!(pivot > 1e-10 * largest)) break;
    done.push(p);
    for (let j = 0; j < m; j += 1) {
      const factor = M[j * (m + 1) + p] / pivot;
      if (j !== p) for (let k = 0; k <= m; k += 1) M[j * (m + 1) + k] -= factor * M[p * (m + 1) + k];
    }
  }
  for (const p of done) weights[p] = M[p * (m + 1) + m] / M[p * (m + 2)];
  let constant = share;
  for (let k = 0; k < m; k += 1) constant -= weights[k] * centre[k];
  let correct = 0;
  let said = 0;
  for (let i = 0; i < N; i += 1) {
    let sum = constant;
    for (let k = 0; k < m; k += 1) sum += weights[k] * H[i * m + k];
    const answer = sum > 0.5 ? 1 : 0;
    said += answer;
    if (answer === labels[i]) correct += 1;
  }
  return { weights, constant, accuracy: correct / N, said };
}
