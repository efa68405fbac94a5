// The account of a training: what the readout of H gained, booked step by step to parts of the signal, as
// fa_book.one_law.attribution does in Python. What is here up to `bookedTrainer` is text for a worker.
import { linearReadout } from "./linear_readout.js";
import { labels } from "./lockstep.js";
import { draw, trainer, trains } from "./trainer.js";

export const names = ["FA, frozen", "FA, learning", "BP, learning"]; // what is fed back, and whether W_O learns
export const horizon = 300; // epochs
export const last = 900; // epochs

/**
 * An account, which is told of every look at a network, `watch(net)`, and says what it holds, `numbers()`: the loss of
 * the best readout of H; its fall since the first look, in % of the loss at that look; and in the same unit the gain of
 * each part of the signal in each layer's weights. Parts are along backpropagation's signal and across it, in each the
 * mean over samples, the difference of classes and the rest; of each the first layer, then the second.
 */
export function accountant(labels) {
  const N = labels.length;
  const layers = [0, 104, 140]; // where the parameters of each begin
  const size = layers[2];
  const rows = (count) => Array.from({ length: count }, () => new Float64Array(152));
  const [found, moved, means] = [rows(6), rows(6), rows(6)];
  let [g, before] = rows(2); // the gradient of the readout's loss at the encoder's weights, now and a step ago
  const gains = new Float64Array(12);
  let [looks, loss, start] = [0, 0, 0];
  let part = null; // one part of a signal, in the kind of array that the network keeps

  /** How the readout's loss falls with the weights: Eq. 11 carried to them. */
  function slope(net) {
    const { weights, constant } = linearReadout(net.H, labels);
    loss = 0;
    for (let i = 0; i < 4 * N; i += 4) {
      let r = constant - labels[i / 4];
      for (let k = 0; k < 4; k += 1) r += weights[k] * net.H[i + k];
      loss += (r * r) / N;
      for (let k = 0; k < 4; k += 1) part[i + k] = (2 * r * weights[k]) / N;
    }
    net.carry(part, g);
  }

  /** The gradients of a signal X's mean, difference of classes and rest, into three rows. */
  function kinds(net, X, into) {
    const [sums, counts] = [new Float64Array(8), [0, 0]];
    for (let i = 0; i < N; i += 1) {
      counts[labels[i]] += 1;
      for (let k = 0; k < 4; k += 1) sums[4 * labels[i] + k] += X[4 * i + k];
    }
    const mean = [0, 1, 2, 3].map((k) => (sums[k] + sums[4 + k]) / N);
    const own = sums.map((sum, at) => sum / counts[at >> 2]);
    const each = [
      (i, k) => mean[k], (i, k) => own[4 * labels[i] + k] - mean[k], (i, k) => X[4 * i + k] - own[4 * labels[i] + k],
    ];
    each.forEach((value, row) => {
      for (let i = 0; i < N; i += 1) for (let k = 0; k < 4; k += 1) part[4 * i + k] = value(i, k);
      net.carry(part, into[row]);
    });
  }

  /** The gradients of the six parts: along is a multiple of backpropagation's signal, across is what is left. */
  function divide(net) {
    const { S, E, W } = net.signal();
    const exact = new S.constructor(4 * N);
    let [inner, square] = [0, 0];
    for (let i = 0; i < N; i += 1)
      for (let k = 0; k < 4; k += 1) {
        const e = E[2 * i] * W[k] + E[2 * i + 1] * W[4 + k];
        exact[4 * i + k] = e;
        inner += S[4 * i + k] * e;
        square += e * e;
      }
    kinds(net, exact, found);
    kinds(net, S, found.slice(3));
    const share = inner / (square || 1);
    for (let row = 0; row < 3; row += 1)
      for (let i = 0; i < size; i += 1) {
        found[row][i] *= share;
        found[3 + row][i] -= found[row][i];
      }
  }

  /** What the last step's parts gained, with the slope averaged over both ends of the step. */
  function book(net) {
    for (let row = 0; row < 6; row += 1)
      for (let layer = 0; layer < 2; layer += 1)
        for (let i = layers[layer]; i < layers[layer + 1]; i += 1)
          gains[2 * row + layer] -= ((before[i] + g[i]) / 2) * net.step(i, means[row][i]);
  }

  function watch(net) {
    part ??= new net.H.constructor(4 * N);
    [g, before] = [before, g];
    slope(net);
    if (looks) book(net);
    else start = loss;
    looks += 1;
    divide(net);
    for (let row = 0; row < 6; row += 1) // Adam's means: linear in the gradient, and so each part has its own
      for (let i = 0; i < size; i += 1) means[row][i] += 0.1 * (found[row][i] - means[row][i]);
  }

  const percent = (value) => (100 * value) / start;
  const numbers = () => [loss, percent(start - loss), ...Array.from(gains, percent)];
  return { watch, numbers };
}

/** A training whose rows say also what `accountant` holds. Text for a worker. */
export function bookedTrainer(setup) {
  const { watch, numbers } = accountant(setup.labels);
  return trainer({ ...setup, watch, more: numbers });
}

const setup = (name, { seed, rate }) => ({
  rule: name.slice(0, 2), drawn: draw(seed), labels, seed, rate, learnDecoder: !name.endsWith("frozen"), gamma: false,
});

/** What lockstep.js needs to train with all three. */
export const threeAccounts = () => ({
  names, setup, functions: [...trains, accountant, bookedTrainer],
  untrained: (settings) =>
    Object.fromEntries(names.map((name) => [name, bookedTrainer(setup(name, settings)).advance(0)])),
});

// where a row of numbers has them: epoch, loss, two correct rates, then what `numbers` says
export const at = { loss: 1, accuracy: 2, readout: 4, fall: 5 };
const parts = (...which) => which.flatMap((part) => [6 + 2 * part, 7 + 2 * part]);
/** Ways to look at an account: for each its lines [text, places in a row, a word for it]. */
export const views = {
  direction: [["along BP's signal", parts(0, 1, 2), "along"], ["across it", parts(3, 4, 5), "across"]],
  kind: [
    ["mean of all samples", parts(0, 3), "mean"], ["between classes", parts(1, 4), "between"],
    ["within classes", parts(2, 5), "within"],
  ],
  layer: [
    ["first layer", [6, 8, 10, 12, 14, 16], "first"], ["second layer", [7, 9, 11, 13, 15, 17], "second"],
  ],
};
/** The sum of some numbers of a row, and of all that is booked. */
export const booked = (row, places) => places.reduce((sum, place) => sum + row[place], 0);
export const total = (row) => booked(row, [...views.layer[0][1], ...views.layer[1][1]]);
