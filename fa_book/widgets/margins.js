// Which verdict a claim gets where its margins are wider or narrower: the same rule as fa_book.widgets.bar in Python.

/** Bounds of a check with margins `factor` times as wide, measured from its zero. */
export const bounds = ({ bounds: [low, high], zero }, factor) =>
  [low, high].map((bound, end) => (bound === null ? (end ? Infinity : -Infinity) : zero + (bound - zero) * factor));

/** Inside: true; outside: false; across an edge: null. An end that is null is infinite. */
export function decide(check, factor) {
  const [low, high] = bounds(check, factor);
  const [from, to] = [check.low ?? -Infinity, check.high ?? Infinity];
  if (low <= from && to <= high) return true;
  return to < low || from > high ? false : null;
}

/** The verdict of a claim's record. */
export function verdict({ checks, artefact }, factor) {
  const passed = checks.map((check) => decide(check, factor));
  if (artefact !== null && passed[artefact] === false) return "artefact";
  if (passed.includes(false)) return "does not hold";
  return passed.includes(null) ? "undecided" : "holds";
}

/** The check that is drawn: which one decides is said by Python, in the record. */
export const decisive = ({ checks, decisive: place }) => checks[place];
