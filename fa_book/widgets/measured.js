// All readings of one draw, at every bin size.
import { binned, cells, centred, entropy, gaussian, group, products } from "./bits.js";
import { coded, draw, latent, read, spread, truth } from "./normal_pair.js";

export const bins = [0.01, 0.015, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1];

const shuffles = 5;

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What does not change with Y: the draw, H in cells of every size, H from its means and its products. */
export function prepare(state) {
  const drawn = draw(state, shuffles);
  const H = drawn.H.map((column) => column.map((value) => spread * value));
  const units = centred(H);
  return { drawn, units, square: products(units, units), groups: bins.map((size) => group(cells(H, size))) };
}

/** All readings in bits; those that change with the bin as arrays. */
export function measure({ drawn, units, square, groups }, state) {
  const Y = read(latent(drawn, state.correlation), state.target);
  const inCells = bins.map((size) => group(cells([Y], size)));
  const shuffled = groups.map((h, i) => drawn.orders.map((order) => binned(h, inCells[i], order)));
  return {
    reading: groups.map((h, i) => binned(h, inCells[i])),
    shuffled,
    chance: shuffled.map(mean),
    ceiling: inCells.map(entropy),
    cells: groups.map(({ count }) => count),
    gaussian: gaussian(units, centred(coded(Y, state.target)), square),
    truth: truth(state),
  };
}
