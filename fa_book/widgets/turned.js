// A signal that is turned by an angle and told wrong labels: what is drawn for it, what is known of it, its training.
import { linearReadout } from "./linear_readout.js";
import { labels } from "./lockstep.js";
import { generator } from "./mulberry.js";
import { draw, trainer, trains } from "./trainer.js";

export const names = ["yours", "as it is"]; // the signal as the reader sets it, and one not turned, told the truth
export const horizon = 600; // epochs of the chapter
export const last = 1800; // epochs

/** A random J (4 x 4, row by row) with J'J = 1 and J' = -J. */
export function quarter(seed) {
  const { uniform, normal } = generator(seed + 2000);
  const axis = [normal(), normal(), normal()];
  const [i, j, k] = axis.map((value) => value / Math.hypot(...axis));
  // quaternions: every J there is, is the product with an imaginary one of length 1, from the left or the right
  const s = uniform() < 0.5 ? 1 : -1;
  return [0, i, j, k, -i, 0, s * k, -s * j, -j, -s * k, 0, s * i, -k, s * j, -s * i, 0];
}

/** Q = cos(a) 1 + sin(a) J for an angle in degrees. */
export function rotation(seed, angle) {
  const a = (angle * Math.PI) / 180;
  return quarter(seed).map((value, at) => Math.sin(a) * value + (at % 5 ? 0 : Math.cos(a)));
}

/** The labels with a share of them drawn by lot. */
export function byLot(seed, share) {
  const { uniform } = generator(seed + 3000);
  return labels.map((label) => {
    const [lot, drawn] = [uniform(), uniform()];
    return lot < share ? Number(drawn >= 0.5) : label;
  });
}

/** Bits that a linear readout's answers tell of the labels, with Miller and Madow's correction. Text for a worker. */
export function toldBits({ accuracy, said }, labels) {
  const N = labels.length;
  const ones = labels.reduce((sum, label) => sum + label, 0);
  const both = (Math.round(accuracy * N) - N + ones + said) / 2; // answered 1 and true
  const entropy = (counts) => {
    const found = counts.filter((count) => count > 0);
    return found.reduce((sum, c) => sum - (c / N) * Math.log2(c / N), (found.length - 1) / (2 * N * Math.LN2));
  };
  const table = [both, said - both, ones - both, N - ones - said + both];
  return entropy([said, N - said]) + entropy([ones, N - ones]) - entropy(table);
}

/**
 * Of a network as it is: bits that a linear readout of H tells of the labels, bits that one of the signals' directions
 * tells, and the signal's cosine with backpropagation's. Text for a worker.
 */
export function signalNumbers(net, readout, labels) {
  const { S, E, W } = net.signal();
  const N = labels.length;
  const directions = new Float64Array(4 * N);
  let [inner, long, exact] = [0, 0, 0];
  for (let i = 0; i < N; i += 1) {
    let length = 0;
    for (let k = 0; k < 4; k += 1) {
      const s = S[4 * i + k];
      const g = E[2 * i] * W[k] + E[2 * i + 1] * W[4 + k];
      length += s * s;
      inner += s * g;
      exact += g * g;
    }
    long += length;
    for (let k = 0; k < 4; k += 1) directions[4 * i + k] = S[4 * i + k] / (Math.sqrt(length) || 1);
  }
  const heard = toldBits(linearReadout(directions, labels), labels);
  return [toldBits(readout, labels), heard, inner / Math.sqrt(long * exact) || 0];
}

/** A training whose rows say also what `signalNumbers` returns. Text for a worker. */
export function turnedTrainer(setup) {
  return trainer({ ...setup, more: (net, readout) => signalNumbers(net, readout, setup.labels) });
}

const setup = (name, { angle, share, carrier, frozen, seed }) => {
  const plain = name === "as it is";
  return {
    rule: "turned", drawn: draw(seed), labels, seed, rate: 0.001, learnDecoder: !frozen, gamma: false, carrier,
    Q: rotation(seed, plain ? 0 : angle), heard: plain ? labels : byLot(seed, share),
  };
};

/** What lockstep.js needs to train with both signals. */
export const twoSignals = () => ({
  names, setup, functions: [...trains, toldBits, signalNumbers, turnedTrainer],
  untrained: (settings) =>
    Object.fromEntries(names.map((name) => [name, turnedTrainer(setup(name, settings)).advance(0)])),
});
