// What every widget shares: its state, its controls (controls.js), its look, and the address that shares it.
// A widget's module is `export default widget({ name, title, fields, style, build })`; `build(ui)` makes the controls
// once and returns the function that draws, given the state and the colours. The model is anywidget's in Jupyter and
// that of page.js on a page. Where what a field accepts depends on the widget's data, `fields` is a function that gets
// the model's `get` and returns the fields. A worker cannot be a file of its own, which Jupyter has no address for:
// start it from a Blob of the text of functions.
import { readAddress, writeAddress } from "./address.js";
import { Controls } from "./controls.js";
import { make, say } from "./elements.js";
import { css, palette } from "./look.js";

/** A field of the state: what it accepts. Python's traits have the same bounds. */
export const whole = (min, max) => ({ min, max, accepts: (v) => Number.isInteger(v) && v >= min && v <= max });
export const number = (min, max) => ({ min, max, accepts: (v) => Number.isFinite(v) && v >= min && v <= max });
export const choice = (...options) => ({ options, accepts: (v) => options.includes(v) });
/** A list of some of the options, each at most once. */
export const several = (...options) => ({
  options,
  accepts: (v) => Array.isArray(v) && v.every((one) => options.includes(one)) && new Set(v).size === v.length,
});

const isDark = () => {
  const { theme } = document.documentElement.dataset; // the book
  const { jpThemeLight, vscodeThemeKind } = document.body.dataset; // JupyterLab, VS Code
  if (theme) return theme === "dark";
  return jpThemeLight ? jpThemeLight === "false" : Boolean(vscodeThemeKind?.includes("dark"));
};

/** The state and the controls of one widget that stands on a page. */
class Ui extends Controls {
  constructor(root, model, fields) {
    super();
    const own = typeof fields === "function" ? fields((name) => model.get(name)) : fields;
    Object.assign(this, { model, fields: own, controls: [], cleanups: [] });
    this.names = Object.keys(own);
    this.start = this.state;
    this.box = make(root, "div", { class: "fa" });
    this.notice = make(this.box, "p", { class: "note", role: "status" });
    this.picture = make(this.box, "div", { class: "picture" });
    this.side = make(this.box, "div", { class: "side" });
    this.foot = make(this.box, "div", { class: "foot" });
    this.answer = make(this.box, "p", { class: "note answer", role: "status" });
  }

  /** A copy of the state. */
  get state() {
    return Object.fromEntries(this.names.map((name) => [name, this.model.get(name)]));
  }

  /** Whether the reader asked for less motion. */
  get still() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /** Set some fields; values that a field does not accept are left out. */
  set(values) {
    for (const [name, value] of Object.entries(values)) {
      if (!this.fields[name].accepts(value)) continue;
      if (this.model.get(name) !== value) this.model.set(name, value);
    }
    this.model.save_changes();
    this.note("");
  }

  listen(target, event, handler, options) {
    target.addEventListener(event, handler, options);
    this.cleanups.push(() => target.removeEventListener(event, handler, options));
  }

  /** What lines and patches mean; entries are [text, look, colour's name], looks line, dashed, dotted, dot, patch. */
  key(entries, { parent = this.picture } = {}) {
    const list = make(parent, "div", { class: "key" });
    for (const [text, look, colour] of entries) {
      const entry = make(list, "span");
      make(entry, "i", { class: look }).style.color = `var(--${colour})`;
      make(entry, "span", {}, text);
    }
    return list;
  }

  /** A paragraph that speaks when its text changes: what the picture shows, in words. */
  words({ parent = this.box, ...attributes } = {}) {
    return make(parent, "p", { class: "words", role: "status", ...attributes });
  }

  /** A canvas as wide as its place. `begin()` clears it and returns { ctx, width, height } in CSS pixels. */
  canvas({ label, ratio = 0.75, height = null, parent = this.picture, ...attributes }) {
    const element = make(parent, "canvas", { role: "img", "aria-label": label, ...attributes });
    const observer = new ResizeObserver(() => this.redraw());
    observer.observe(element);
    this.cleanups.push(() => observer.disconnect());
    const begin = () => {
      const width = Math.max(element.clientWidth, 40);
      const tall = height ? height(width) : Math.round(width * ratio);
      const scale = window.devicePixelRatio || 1;
      element.style.height = `${tall}px`;
      const size = [Math.round(width * scale), Math.round(tall * scale)];
      if (element.width !== size[0] || element.height !== size[1]) [element.width, element.height] = size;
      const ctx = element.getContext("2d");
      ctx.setTransform(scale, 0, 0, scale, 0, 0);
      ctx.clearRect(0, 0, width, tall);
      return { ctx, width, height: tall };
    };
    return { element, begin };
  }

  /** A visible line for the reader, above the widget or below its buttons (`answer`), until the next change. */
  note(text, place = this.notice) {
    for (const line of [this.notice, this.answer]) say(line, line === place ? text : "");
  }

  /** Draw again before the next frame, however often it is asked for. */
  redraw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      const dark = isDark();
      this.box.classList.toggle("dark", dark);
      const { state } = this;
      this.controls.forEach((show) => show(state));
      this.draw(state, palette(dark));
    });
  }

  end() {
    cancelAnimationFrame(this.frame);
    this.cleanups.forEach((cleanup) => cleanup());
  }
}

/** Share and reset, and the state that came with the page's address. */
function addressBar(ui) {
  ui.button("Reset", () => {
    ui.set(ui.start);
    ui.reset?.(); // a widget that has more than its state to put back
  });
  if (!ui.model.key) return; // in Jupyter the notebook holds the state
  const read = () => {
    const { state, problem } = readAddress(ui.model.key, ui.fields);
    if (problem || state) ui.set({ ...ui.start, ...state });
    if (problem) ui.note("The link's settings could not be read. These are the defaults.");
  };
  ui.button("Share", async () => {
    writeAddress(ui.model.key, ui.state);
    try {
      await navigator.clipboard.writeText(location.href);
      ui.note("The link to these settings is in the clipboard.", ui.answer);
    } catch {
      ui.note("The link to these settings is in the address bar.", ui.answer);
    }
  });
  ui.listen(window, "hashchange", read);
  read();
}

/** An anywidget front end. */
export function widget({ name, title, fields, style = "", build }) {
  const render = ({ model, el }) => {
    const root = el.shadowRoot ?? el.attachShadow({ mode: "open" });
    root.replaceChildren();
    el.dataset.lmSuppressShortcuts = "true"; // or JupyterLab would take the keys a and b as its own
    make(root, "style", {}, css + style);
    const section = make(root, "section", { "aria-label": title });
    const ui = new Ui(section, model, fields);
    ui.draw = build(ui);
    addressBar(ui);
    const redraw = () => ui.redraw();
    ui.names.forEach((field) => model.on(`change:${field}`, redraw));
    ui.cleanups.push(() => ui.names.forEach((field) => model.off(`change:${field}`, redraw)));
    const observer = new MutationObserver(redraw);
    for (const element of [document.documentElement, document.body])
      observer.observe(element, { attributeFilter: ["data-theme", "data-jp-theme-light", "data-vscode-theme-kind"] });
    ui.cleanups.push(() => observer.disconnect());
    ui.redraw();
    return () => ui.end();
  };
  return { name, fields, render };
}
