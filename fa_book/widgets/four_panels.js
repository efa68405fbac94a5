// Where the pictures of a training stand: what it takes for granted as a line of text, three panels and a cloud.

/** Write words at the top, on lines as wide as there is room; returns the height taken. */
export function write(ctx, words, width, colour) {
  Object.assign(ctx, { font: "12px system-ui, sans-serif", fillStyle: colour, textBaseline: "top", textAlign: "left" });
  let [x, y] = [0, 0];
  for (const word of words) {
    const long = ctx.measureText(`${word} `).width;
    if (x && x + long > width) [x, y] = [0, y + 17];
    ctx.fillText(word, x, y);
    x += long;
  }
  return y + 21;
}

/** Places of the three panels and of the cloud: two beside two, or on a phone what matters beside each other, first. */
export function places(width, height, top) {
  const at = (left, from, w, h) => ({ left, top: top + from, width: w - 6, height: h });
  const half = width / 2;
  if (width >= 520) {
    const h = (height - top) / 2;
    return [at(0, 0, half, h), at(half, 0, half, h), at(0, h, half, h), at(half, h, half, h)];
  }
  return [at(0, 0, half, 150), at(half, 0, half, 150), at(0, 430, width, 150), at(0, 150, width, 280)];
}
