// Recorded runs as recorded.py packs them, read again, and their means and intervals. No page is needed here.

/** Whole numbers from Rice's code in base64: `lines` lines of `length` numbers. */
export function unpack(text, lines, length) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  let place = 0;
  const bit = () => (bytes[place >> 3] >> (7 - (place++ & 7))) & 1;
  const bits = (count) => {
    let value = 0;
    for (let i = 0; i < count; i++) value = 2 * value + bit();
    return value;
  };
  return Array.from({ length: lines }, () => {
    const k = bits(4);
    let value = 0;
    return Array.from({ length }, () => {
      let high = 0;
      while (bit()) high++;
      const folded = high * 2 ** k + bits(k);
      value += folded % 2 ? -(folded + 1) / 2 : folded / 2;
      return value;
    });
  });
}

/** The values of a metric, (run, epoch) for a rule of a task; null where the rule has no record of it. */
export function read({ bits }, task, rule, name) {
  const metric = task.metrics.find((one) => one.name === name);
  const text = rule.values[name];
  if (!metric || text === undefined) return null;
  const top = 2 ** bits - 4;
  const value = (number) => {
    if (number > top) return [-Infinity, Infinity, NaN][number - top - 1];
    const place = metric.low + number * metric.step;
    return metric.log ? Math.exp(place) : place;
  };
  return unpack(text, rule.runs.length, task.epochs[rule.epochs].length).map((line) => line.map(value));
}

/** What a metric's mean can be: a rate lies in 0 to 1, R² below 1. As `bounds` in recorded.py. */
export function bounds({ name, label }) {
  if (!/(^|_)accuracy$/.test(name)) return [-Infinity, Infinity];
  return [label.includes("R²") ? -Infinity : 0, 1];
}

/**
 * Mean and 95 % interval over runs, as fa_lib.statistics.interval has them; `quantile` is Student's, null for one run,
 * whose interval has no ends. It is cut where no mean can be. Not a number as soon as one value is not finite.
 */
export function interval(values, quantile, [least, most] = [-Infinity, Infinity]) {
  if (!values.length || !values.every(Number.isFinite)) return { mean: NaN, low: NaN, high: NaN };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (quantile === null) return { mean, low: -Infinity, high: Infinity };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const half = quantile * Math.sqrt(squares / (values.length - 1) / values.length);
  return { mean, low: Math.max(least, mean - half), high: Math.min(most, mean + half) };
}

/** The mean line of runs with its interval at every epoch: { mean, low, high }, each (epoch). */
export function average(values, quantile, ends) {
  const points = values[0].map((_, epoch) => interval(values.map((line) => line[epoch]), quantile, ends));
  return { mean: points.map((p) => p.mean), low: points.map((p) => p.low), high: points.map((p) => p.high) };
}
