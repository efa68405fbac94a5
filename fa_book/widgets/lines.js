// What a choice of task, rules, metric, view and run shows: lines, nulls, and each rule's final values. No page is
// needed here.
import { average, bounds, interval, read } from "./recorded.js";

const ending = "_null"; // of a metric that is drawn with another
const kept = new WeakMap(); // rule to metric to values: what is unpacked once stays

/** The names that the data knows: tasks, rules, metrics with labels by task, and run numbers. */
export function known({ tasks }) {
  const unique = (list) => [...new Set(list)];
  const rules = tasks.flatMap((task) => task.rules);
  const metrics = tasks.flatMap((task) => task.metrics.map((metric) => metric.name));
  return {
    tasks: tasks.map((task) => task.name),
    rules: unique(rules.map((rule) => rule.name)),
    metrics: unique(metrics.filter((name) => !name.endsWith(ending))),
    runs: unique(rules.flatMap((rule) => rule.runs)).sort((a, b) => a - b),
  };
}

/** Names of a task's metrics with their labels. */
export const labels = (task) =>
  Object.fromEntries(task.metrics.filter(({ name }) => !name.endsWith(ending)).map(({ name, label }) => [name, label]));

function values(recorded, task, rule, name) {
  if (!kept.has(rule)) kept.set(rule, new Map());
  const known = kept.get(rule);
  if (!known.has(name)) known.set(name, read(recorded, task, rule, name));
  return known.get(name);
}

/**
 * { metric, ceiling, lines, nulls, ends } of a state. A line is { rule, seed, run, xs, ys }; a mean has no run, but
 * count, low and high. `ends` has for every rule { rule, epoch, count, lost, mean, low, high, chosen }, where
 * `lost` runs end with no number.
 */
export function select(recorded, state) {
  const task = recorded.tasks.find((one) => one.name === state.task);
  const metric = task.metrics.find((one) => one.name === state.metric);
  const [lines, nulls, ends] = [[], [], []];
  for (const rule of metric ? task.rules.filter((one) => state.rules.includes(one.name)) : []) {
    const runs = values(recorded, task, rule, state.metric);
    if (!runs) continue;
    const about = { rule: rule.name, seed: rule.seed, xs: task.epochs[rule.epochs] };
    const single = rule.runs.map((run, i) => ({ ...about, run, ys: runs[i] }));
    const chosen = single.filter(({ run }) => run === state.run);
    if (state.view === "mean") {
      const { mean, low, high } = average(runs, rule.quantile, bounds(metric));
      lines.push({ ...about, run: null, count: runs.length, ys: mean, low, high }, ...chosen);
    } else lines.push(...single);
    const shuffled = values(recorded, task, rule, state.metric + ending);
    if (shuffled) nulls.push({ ...about, ys: average(shuffled, rule.quantile).mean });
    const last = runs.map((line) => line.at(-1));
    const lost = last.filter((value) => !Number.isFinite(value)).length;
    const end = { epoch: about.xs.at(-1), lost, count: last.length, chosen: chosen[0]?.ys.at(-1) };
    ends.push({ rule: rule.name, ...end, ...interval(last, rule.quantile, bounds(metric)) });
  }
  return { metric, ceiling: nulls.length ? task.ceiling : null, lines, nulls, ends };
}
