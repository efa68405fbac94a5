// The 12-8-4-2 network of IBTask on all 4096 patterns, trained by Adam from whatever a channel makes of the error.
// Nothing here belongs to a page: its text starts a worker too, so the function uses nothing from outside itself.
// Parameters lie in one array: W1 (8 x 12), b1, W2 (4 x 8), b2, W_O (2 x 4), its bias, gamma of both layers.

/**
 * A network with its own state.
 * `start` holds its 152 parameters, `labels` the 4096 classes, `send` fills the signal for H (see channels.js).
 * `Real` is the kind of array that numbers are kept in; sums are taken in double precision.
 * Returns { H, parameters, look, signal, learn, carry, step }: `look()` is the forward pass, which leaves H behind and
 * returns { loss, accuracy }; `learn()` moves the weights by what the last look saw, `signal()` only asks the channel.
 * `carry(S, G)` fills G (152) with the gradient that a signal for H makes of the encoder's weights, 0 for the
 * decoder's; `step(i, mean)` is how far Adam, as of the last step, moves parameter i for a mean of gradients.
 */
export function network({ start, labels, send, rate, learnDecoder = true, gamma = false, Real = Float32Array }) {
  const N = 4096;
  const [W1, b1, W2, b2, W, c, g, size] = [0, 96, 104, 136, 140, 148, 150, 152];
  const P = Real.from(start);
  const [mean, square] = [new Real(size), new Real(size)]; // Adam's
  const G = new Float64Array(size);
  const w2 = new Float64Array(32); // gamma W2
  const A = new Real(N * 8); // the first layer before its tanh and after it
  const back = new Real(N * 8); // the gradient before its tanh
  const [t2, H] = [new Real(N * 4), new Real(N * 4)]; // H = gamma t2
  const [E, S] = [new Real(N * 2), new Real(N * 4)]; // dLoss / dz, and the channel's signal
  const D = new Real(N * 2); // the slope of each output, over N: what E is for an answer that is off by 1
  const d = new Float64Array(4);
  let [time, pace, spread] = [0, 0, 1];
  let accuracy = 0;

  const tanh = (x) => 1 - 2 / (Math.exp(2 * x) + 1);

  /** A pattern is a smaller one and its highest corner: the first layer takes one addition for each unit. */
  function inputs() {
    for (let j = 0; j < 8; j += 1) A[j] = P[b1 + j];
    for (let corner = 11, v = 1; corner >= 0; corner -= 1, v *= 2)
      for (let j = 0; j < 8; j += 1) {
        const w = P[W1 + j * 12 + corner];
        for (let i = v * 8 + j, from = j; i < v * 16; i += 8, from += 8) A[i] = A[from] + w;
      }
    for (let i = 0; i < 8 * N; i += 1) A[i] = tanh(A[i]);
  }

  function look() {
    inputs();
    for (let j = 0; j < 32; j += 1) w2[j] = P[g] * P[W2 + j];
    const g2 = P[g + 1];
    let loss = 0;
    let correct = 0;
    for (let i = 0, i8 = 0; i < N; i += 1, i8 += 8) {
      let z0 = P[c];
      let z1 = P[c + 1];
      for (let k = 0, row = 0; k < 4; k += 1, row += 8) {
        let sum = P[b2 + k];
        for (let j = 0; j < 8; j += 1) sum += w2[row + j] * A[i8 + j];
        const t = tanh(sum);
        t2[i * 4 + k] = t;
        const h = g2 * t;
        H[i * 4 + k] = h;
        z0 += P[W + k] * h;
        z1 += P[W + 4 + k] * h;
      }
      const y0 = 1 / (1 + Math.exp(-z0));
      const y1 = 1 / (1 + Math.exp(-z1));
      const label = labels[i];
      const e0 = y0 - 1 + label;
      const e1 = y1 - label;
      loss += e0 * e0 + e1 * e1;
      if ((y1 > y0 ? 1 : 0) === label) correct += 1;
      E[i * 2] = (e0 * y0 * (1 - y0)) / N; // 2 / (N p), p = 2
      E[i * 2 + 1] = (e1 * y1 * (1 - y1)) / N;
      D[i * 2] = (y0 * (1 - y0)) / N;
      D[i * 2 + 1] = (y1 * (1 - y1)) / N;
    }
    accuracy = correct / N;
    return { loss: loss / (2 * N), accuracy };
  }

  /** The encoder's gradients, from the signal alone. */
  function carry(S, G) {
    G.fill(0);
    const g2 = P[g + 1];
    for (let i = 0, i8 = 0; i < N; i += 1, i8 += 8) {
      for (let k = 0; k < 4; k += 1) {
        const s = S[i * 4 + k];
        const t = t2[i * 4 + k];
        G[g + 1] += s * t;
        d[k] = s * g2 * (1 - t * t);
        G[b2 + k] += d[k];
      }
      const d0 = d[0];
      const d1 = d[1];
      const d2 = d[2];
      const d3 = d[3];
      for (let j = 0; j < 8; j += 1) {
        const t = A[i8 + j];
        G[W2 + j] += d0 * t;
        G[W2 + 8 + j] += d1 * t;
        G[W2 + 16 + j] += d2 * t;
        G[W2 + 24 + j] += d3 * t;
        back[i8 + j] = (d0 * w2[j] + d1 * w2[8 + j] + d2 * w2[16 + j] + d3 * w2[24 + j]) * (1 - t * t);
      }
    }
    for (let j = W2; j < b2; j += 1) {
      G[g] += G[j] * P[j];
      G[j] *= P[g];
    }
    // the way in, backwards: patterns with a corner are counted for it and join those without
    for (let corner = 0, v = N / 2; corner < 12; corner += 1, v /= 2)
      for (let j = 0; j < 8; j += 1) {
        let sum = 0;
        for (let to = j, i = v * 8 + j; to < v * 8; to += 8, i += 8) {
          sum += back[i];
          back[to] += back[i];
        }
        G[W1 + j * 12 + corner] = sum;
      }
    for (let j = 0; j < 8; j += 1) G[b1 + j] = back[j];
  }

  /** The decoder's gradients, from its own loss. */
  function decoder() {
    for (let i = 0; i < N; i += 1) {
      const e0 = E[i * 2];
      const e1 = E[i * 2 + 1];
      G[c] += e0;
      G[c + 1] += e1;
      for (let k = 0; k < 4; k += 1) {
        const h = H[i * 4 + k];
        G[W + k] += e0 * h;
        G[W + 4 + k] += e1 * h;
      }
    }
  }

  const step = (i, mean) => (-pace * mean) / (Math.sqrt(square[i]) / spread + 1e-8);

  function adam() {
    time += 1;
    [pace, spread] = [rate / (1 - 0.9 ** time), Math.sqrt(1 - 0.999 ** time)];
    for (let i = 0; i < size; i += 1) {
      if ((i >= W && i < g && !learnDecoder) || (i >= g && !gamma)) continue;
      mean[i] += 0.1 * (G[i] - mean[i]);
      square[i] += 0.001 * (G[i] * G[i] - square[i]);
      P[i] += step(i, mean[i]);
    }
  }

  /** What the channel makes of the last look: the signal S, and what it was made of. */
  function signal() {
    const seen = { E, D, H, labels, W: P.subarray(W, c), accuracy };
    send(S, seen);
    return { S, ...seen };
  }

  function learn() {
    signal();
    carry(S, G);
    decoder();
    adam();
  }

  return { H, parameters: P, look, signal, learn, carry, step };
}
