// The IBTask from geometry: what fa_lib.icosahedron computes, in the same order of vertices and patterns.

const golden = (1 + Math.sqrt(5)) / 2;
const long = Math.sqrt(1 + golden * golden);

/** The 12 vertices as unit vectors. */
export const vertices = [
  [0, 1, golden], [1, golden, 0], [0, 1, -golden], [-1, golden, 0], [golden, 0, -1], [0, -1, golden],
  [1, -golden, 0], [-1, -golden, 0], [-golden, 0, -1], [0, -1, -golden], [-golden, 0, 1], [golden, 0, 1],
].map((vertex) => vertex.map((part) => part / long));

const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const cosines = [1, 1 / Math.sqrt(5), -1 / Math.sqrt(5), -1];

const kind = (a, b) => cosines.findIndex((cosine) => Math.abs(cosine - dot(a, b)) < 1e-9);

/** All pairs i < j with their kind: 1 at 63.43 degrees (edges), 2 at 116.57, 3 at 180. */
export const pairs = vertices.flatMap((a, i) =>
  vertices.slice(i + 1).map((b, rest) => ({ i, j: i + 1 + rest, kind: kind(a, b) })),
);

/** The 20 faces as triples of vertices. */
export const faces = pairs
  .filter(({ kind }) => kind === 1)
  .flatMap(({ i, j }) => vertices.map((_, k) => [i, j, k]))
  .filter(([i, j, k]) => k > j && [i, j].every((a) => pairs.some((p) => p.i === a && p.j === k && p.kind === 1)));

/** Whether a vertex is on; patterns are numbered as in Python, vertex 0 the most significant of 12 bits. */
export const isOn = (pattern, vertex) => ((pattern >> (11 - vertex)) & 1) === 1;
export const toggle = (pattern, vertex) => pattern ^ (1 << (11 - vertex));

/** [k, n1, n2, n3]: vertices on, and pairs of them at each angle. */
export function counts(pattern) {
  const found = [vertices.filter((_, v) => isOn(pattern, v)).length, 0, 0, 0];
  for (const { i, j, kind } of pairs) if (isOn(pattern, i) && isOn(pattern, j)) found[kind] += 1;
  return found;
}

const weights = [23, 1, -5, -8];
export const threshold = 99;
export const score = (pattern) => counts(pattern).reduce((sum, count, place) => sum + weights[place] * count, 0);

function legendre(degree, x) {
  let [before, now] = [1, x];
  if (degree === 0) return 1;
  for (let l = 1; l < degree; l += 1) [before, now] = [now, ((2 * l + 1) * x * now - l * before) / (l + 1)];
  return now;
}

/** Power E_0 .. E_5 of a pattern. */
export function spectrum(pattern) {
  const [k, ...n] = counts(pattern);
  const between = (degree) => n.reduce((sum, count, i) => sum + count * legendre(degree, cosines[i + 1]), 0);
  return [0, 1, 2, 3, 4, 5].map((degree) => k + 2 * between(degree));
}

/** The 64 classes of equal power spectrum, numbered as in Python: { of: class of each pattern, sizes }. */
export function classes() {
  const known = new Map(); // from k, n1, n3 to the rounded spectrum
  const keys = Array.from({ length: 4096 }, (_, pattern) => {
    const key = counts(pattern).join();
    if (!known.has(key)) known.set(key, spectrum(pattern).map((power) => Math.round(power * 1e6) / 1e6));
    return key;
  });
  const first = (a, b) => a - b || 0;
  const order = [...known].sort(([, a], [, b]) => a.reduce((sign, power, l) => sign || first(power, b[l]), 0));
  const place = new Map(order.map(([key], index) => [key, index]));
  const of = keys.map((key) => place.get(key));
  const sizes = order.map((_, index) => of.filter((other) => other === index).length);
  return { of, sizes };
}

/** Where each of the 60 rotations sends each vertex, found from where it sends one edge. */
export function rotations() {
  const frame = (i, j) => [vertices[i], vertices[j], cross(vertices[i], vertices[j])];
  const edges = pairs.filter(({ kind }) => kind === 1).flatMap(({ i, j }) => [[i, j], [j, i]]);
  const c = cosines[1];
  const [a, b, n] = frame(...edges[0]);
  // coordinates of every vertex in the frame of the first edge: a and b stand at the edge's angle, n on both
  const inside = vertices.map((v) => {
    const [x, y] = [dot(v, a), dot(v, b)];
    return [(x - c * y) / (1 - c * c), (y - c * x) / (1 - c * c), dot(v, n) / dot(n, n)];
  });
  return edges.map((edge) => {
    const axes = frame(...edge);
    return inside.map((parts) => {
      const turned = [0, 1, 2].map((d) => axes.reduce((sum, axis, part) => sum + parts[part] * axis[d], 0));
      const near = vertices.map((vertex) => dot(vertex, turned));
      return near.indexOf(Math.max(...near));
    });
  });
}

/** The pattern carried along by a rotation. */
export const carry = (pattern, rotation) =>
  rotation.reduce((sum, to, from) => (isOn(pattern, from) ? sum | (1 << (11 - to)) : sum), 0);
