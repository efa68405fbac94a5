// Elements of a page, and numbers as text.

/** Append a new element to a parent. Attributes that are null or false are left out. */
export function make(parent, tag, attributes = {}, text) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== null && value !== false) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

/** Change a text only if it differs, so that a screen reader speaks only of changes. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A number as text with a proper minus sign. */
export const minus = (value) => String(value).replace("-", "−");

/** A number as a reader wants it: three digits, powers of ten written out. */
export function digits(value, count = 3) {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  if (exponent >= -3 && exponent < 5) return minus(Number(value.toPrecision(count)));
  const mantissa = (value / 10 ** exponent).toPrecision(count);
  const superscript = [...String(exponent)].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c])).join("");
  return minus(`${Number(mantissa) === 1 ? "" : `${Number(mantissa)}·`}10${superscript}`);
}
