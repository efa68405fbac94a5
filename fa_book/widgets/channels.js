// Feedback channels: how the error or the target becomes a gradient for H, as in fa_lib.feedback. Like network.js this
// is text for a worker: the function uses nothing from outside itself.

/**
 * The channel of a rule: a function that fills the signal S (sample x 4) from what a step has seen.
 * B is 2 x 4, B1 2 x 50, B2 50 x 4, row by row; `normal` draws NFA's noise, of size sigma; `decorrelate` is the weight
 * of TF's term that keeps samples apart. "turned" has a matrix Q (4 x 4), row by row, the `carrier`, "error" or
 * "target", and the labels that are `heard` in the place of the true ones.
 */
export function channel(rule, given) {
  const { B = [], B1, B2, sigma = 0, normal, decorrelate = 0, Q, carrier, heard } = given;
  const N = 4096;
  const M = new Float64Array(8); // what the error is multiplied by
  M.set(B);
  function carry(S, E) {
    for (let i = 0; i < N; i += 1) {
      const e0 = E[2 * i];
      const e1 = E[2 * i + 1];
      for (let k = 0; k < 4; k += 1) S[4 * i + k] = e0 * M[k] + e1 * M[4 + k];
    }
  }

  // An error is at most 0.15 / N, and tanh of so small a number is the number to ten digits: NF's network, in all that
  // float32 can hold, is the matrix B1 B2.
  const through = new Float64Array(8);
  for (let j = 0; B1 && j < 50; j += 1)
    for (let k = 0; k < 4; k += 1) {
      through[k] += B1[j] * B2[4 * j + k];
      through[4 + k] += B1[50 + j] * B2[4 * j + k];
    }

  const C = new Float64Array(16);
  /** Adds the gradient of the mean square of K - I to S, K the cosines between samples. */
  function addDecorrelation(S, H) {
    C.fill(0); // the sum of u u' over the rows u of length one
    for (let i = 0; i < 4 * N; i += 4) {
      const share = 1 / (H[i] ** 2 + H[i + 1] ** 2 + H[i + 2] ** 2 + H[i + 3] ** 2 || Infinity);
      for (let j = 0; j < 4; j += 1)
        for (let k = 0; k < 4; k += 1) C[4 * j + k] += H[i + j] * H[i + k] * share;
    }
    const factor = (4 / (N * N)) * decorrelate;
    for (let i = 0; i < 4 * N; i += 4) {
      const a = H[i];
      const b = H[i + 1];
      const c = H[i + 2];
      const d = H[i + 3];
      const share = 1 / (a * a + b * b + c * c + d * d || Infinity);
      const p0 = a * C[0] + b * C[4] + c * C[8] + d * C[12];
      const p1 = a * C[1] + b * C[5] + c * C[9] + d * C[13];
      const p2 = a * C[2] + b * C[6] + c * C[10] + d * C[14];
      const p3 = a * C[3] + b * C[7] + c * C[11] + d * C[15];
      const along = (p0 * a + p1 * b + p2 * c + p3 * d) * share; // a change of length changes no cosine
      const size = factor * share;
      S[i] += size * (p0 - along * a);
      S[i + 1] += size * (p1 - along * b);
      S[i + 2] += size * (p2 - along * c);
      S[i + 3] += size * (p3 - along * d);
    }
  }

  const F = new Float64Array(rule === "turned" ? 2 * N : 0); // what is sent in the place of the error
  /** The error that another target would have made, or that target without its mean in the unit of the error. */
  function tell({ E, D, labels }) {
    const mean = carrier === "target" ? heard.reduce((sum, label) => sum + label, 0) / N : 0;
    for (let i = 0; i < N; i += 1) {
      const more = carrier === "target" ? 0 : heard[i] - labels[i];
      F[2 * i] = carrier === "target" ? (heard[i] - mean) / N : E[2 * i] + more * D[2 * i];
      F[2 * i + 1] = carrier === "target" ? (mean - heard[i]) / N : E[2 * i + 1] - more * D[2 * i + 1];
    }
  }

  const rules = {
    BP: (S, { E, W }) => {
      M.set(W);
      carry(S, E);
    },
    FA: (S, { E }) => carry(S, E),
    NFA: (S, { E }) => {
      for (let k = 0; k < 8; k += 1) M[k] = B[k] + sigma * normal();
      carry(S, E);
    },
    NF: (S, { E }) => {
      M.set(through);
      carry(S, E);
    },
    TF: (S, { H, labels, accuracy }) => {
      let ones = 0;
      for (let i = 0; i < N; i += 1) ones += labels[i];
      for (let k = 0; k < 4; k += 1) {
        const centre = B[k] + ((B[4 + k] - B[k]) * ones) / N; // the mean of Y B
        for (let i = 0; i < N; i += 1) S[4 * i + k] = 0.01 * (B[4 * labels[i] + k] - centre);
      }
      if (decorrelate) addDecorrelation(S, H);
      for (let i = 0; i < 4 * N; i += 1) S[i] *= 1 - accuracy;
    },
    turned: (S, seen) => {
      for (let j = 0; j < 8; j += 4)
        for (let k = 0; k < 4; k += 1) {
          M[j + k] = 0;
          for (let l = 0; l < 4; l += 1) M[j + k] += seen.W[j + l] * Q[4 * l + k];
        }
      tell(seen);
      carry(S, F);
    },
  };
  return rules[rule];
}
