// The five rules of the paper, as trainings that start from the same weights.
import { labels } from "./lockstep.js";
import { draw, trainer, trains } from "./trainer.js";

export const rules = ["BP", "FA", "NFA", "NF", "TF"];
export const horizon = 1000; // epochs of the paper
export const last = 3000; // epochs

/** Settings of one rule's training, as trainer.js wants them. */
const setup = (rule, { seed, rate, frozen, gamma, sigma, k_term }) => ({
  rule, seed, rate, drawn: draw(seed), labels, learnDecoder: !frozen, gamma, sigma, decorrelate: k_term ? 10 : 0,
});

/** What lockstep.js needs to train them. */
export function fiveRules() {
  let [known, seen] = [null, null];
  const untrained = (settings) => {
    if (settings.seed !== known) seen = trainer(setup("BP", settings)).advance(0); // all start alike: one look will do
    known = settings.seed;
    return Object.fromEntries(rules.map((rule) => [rule, seen]));
  };
  return { names: rules, setup, functions: trains, untrained };
}
