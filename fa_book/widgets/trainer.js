// One rule's training, and the same in a worker, whose text is that of the functions it needs.
import { channel } from "./channels.js";
import { linearReadout } from "./linear_readout.js";
import { generator } from "./mulberry.js";
import { network } from "./network.js";

/** Initial weights and feedback matrices for a seed, as fa_lib spreads them; train.py draws the same numbers. */
export function draw(seed) {
  const { uniform, normal } = generator(seed);
  const within = (count, bound) => Array.from({ length: count }, () => (2 * uniform() - 1) * bound);
  const spread = (count, deviation) => Array.from({ length: count }, () => normal() * deviation);
  const encoder = [...within(104, 12 ** -0.5), ...within(36, 8 ** -0.5)];
  const decoder = [...spread(8, 0.5 ** 0.5), ...within(2, 0.1)];
  const start = [...encoder, ...decoder, 1, 1];
  return { start, B: spread(8, 0.5 ** 0.5), B1: spread(100, 0.2), B2: spread(200, 0.5 ** 0.5) };
}

/**
 * Training by one rule from what `draw` gave. `advance(epochs)` trains on and returns what can be shown: `rows` of
 * [epoch, loss, correct rate, linear readout's correct rate] at each fifth epoch on the way, `now` the same at its end,
 * and H, its readout and the network's parameters. `more(net, readout)` adds numbers to a row; `watch(net)` is told of
 * every look, before what was seen moves the weights.
 */
export function trainer({ rule, drawn, labels, seed, rate, learnDecoder, gamma, more, watch, ...channels }) {
  const { normal } = generator(seed + 1000); // not the numbers of any widget's weights
  const send = channel(rule, { ...drawn, ...channels, normal });
  const net = network({ start: drawn.start, labels, send, rate, learnDecoder, gamma });
  let epoch = 0;
  const look = () => {
    const seen = net.look();
    watch?.(net);
    return seen;
  };
  let seen = look();
  const row = (readout) => [epoch, seen.loss, seen.accuracy, readout.accuracy, ...(more?.(net, readout) ?? [])];
  const advance = (epochs) => {
    const rows = [];
    for (let i = 0; i < epochs; i += 1) {
      if (epoch % 5 === 0) rows.push(row(linearReadout(net.H, labels)));
      net.learn();
      seen = look();
      epoch += 1;
    }
    const readout = linearReadout(net.H, labels);
    return { rows, now: row(readout), H: net.H.slice(), readout, parameters: Array.from(net.parameters) };
  };
  return { advance };
}

/** What a worker does with a maker of trainings: { generation, setup } begins one, { epochs } goes on with it. */
function serve(begin) {
  let generation = 0;
  let training = null;
  self.onmessage = ({ data }) => {
    if (data.setup) {
      generation = data.generation;
      training = begin(data.setup);
    }
    const began = performance.now();
    const answer = training.advance(data.epochs);
    self.postMessage({ generation, spent: performance.now() - began, ...answer }, [answer.H.buffer]);
  };
}

/** Functions that a worker needs to train; the last one makes a training. */
export const trains = [generator, channel, linearReadout, network, trainer];

/** Start a worker that has these functions and answers each message with what `advance` returns. */
export function startWorker(functions = trains) {
  const text = `${functions.join("\n")}\n(${serve})(${functions.at(-1).name});`;
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(url);
  URL.revokeObjectURL(url);
  return worker;
}
