// Trainings side by side, a worker each, that never run ahead of one another: a round of some epochs is asked of all,
// and the next only when all have answered. Asked for nothing, the workers stand still. A finished run that came with
// the page is shown without any of them.
import { score, threshold } from "./geometry.js";
import { linearReadout } from "./linear_readout.js";
import { network } from "./network.js";
import { startWorker } from "./trainer.js";

const stretch = 60; // milliseconds that the fastest worker should compute in a round; asking and answering come on top

export const labels = Uint8Array.from({ length: 4096 }, (_, pattern) => (score(pattern) >= threshold ? 1 : 0));

/** What a trainer would say at the end of a finished run: H and its readout follow from the parameters. */
function ending(text, row) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const parameters = Array.from(new Float32Array(bytes.buffer));
  const net = network({ start: parameters, labels, send: null, rate: 0 });
  net.look();
  return { rows: [], now: row, H: net.H, readout: linearReadout(net.H, labels), parameters };
}

/**
 * Trainings by name: `setup(name, settings)` is what a worker that has these `functions` begins with, and
 * `untrained(settings)` maps each name to what it would answer before the first epoch. `changed()` is called after each
 * round. `may()` says whether a reader is there to see the next one.
 */
export function lockstep({ names, setup, functions, untrained }, { changed, may, failed }) {
  let [workers, settings] = [null, null];
  let [generation, told, waiting, size, asked] = [0, -1, 0, 1, 0];
  const self = { epoch: 0, until: 0, speed: 0, curves: {}, latest: {}, finished: false };

  /** Back to epoch 0, with new settings or the old ones; what runs goes on. */
  self.restart = (given = settings) => {
    if (self.epoch >= self.until) self.until = 0;
    settings = given;
    generation += 1;
    waiting = 0;
    Object.assign(self, { epoch: 0, speed: 0, finished: false });
    self.latest = untrained(settings);
    for (const name of names) self.curves[name] = [];
  };

  /** The end of a run that was recorded with these settings: { epoch, curves, parameters }. Nothing goes on from it. */
  self.show = ({ epoch, curves, parameters }) => {
    Object.assign(self, { epoch, until: epoch, finished: true });
    for (const name of names) {
      self.curves[name] = curves[name].slice(0, -1);
      self.latest[name] = ending(parameters[name], curves[name].at(-1));
    }
  };

  const hear = (name, answer) => {
    if (answer.generation !== generation) return;
    self.curves[name].push(...answer.rows);
    self.latest[name] = answer;
    waiting -= 1;
    if (waiting) return;
    const took = Math.max(performance.now() - asked, 1);
    const made = answer.now[0] - self.epoch;
    const pace = (1000 * made) / took;
    self.speed = self.speed ? 0.9 * self.speed + 0.1 * pace : pace;
    self.epoch += made;
    const spent = Math.min(...names.map((each) => self.latest[each].spent));
    size = Math.max(1, Math.min(50, 2 * size, Math.round((made * stretch) / Math.max(spent, 0.1))));
    self.go();
    changed();
  };

  const ask = (epochs) => {
    try {
      workers ??= names.map((name) => {
        const worker = startWorker(functions);
        worker.onmessage = ({ data }) => hear(name, data);
        worker.onerror = failed;
        return worker;
      });
    } catch {
      failed();
      return;
    }
    const fresh = told !== generation;
    told = generation;
    asked = performance.now();
    waiting = names.length;
    workers.forEach((worker, i) =>
      worker.postMessage({ epochs, ...(fresh && { generation, setup: setup(names[i], settings) }) }),
    );
  };

  /** Train on as far as was asked for, if nothing is under way. */
  self.go = () => {
    if (!waiting && self.epoch < self.until && may()) ask(Math.min(size, self.until - self.epoch));
  };
  self.end = () => workers?.forEach((worker) => worker.terminate());
  return self;
}
