// What a reader operates a widget with: sliders, choices, lists, check boxes, buttons. common.js has their state.
import { make, say } from "./elements.js";

/** The controls of a Ui, which has `fields`, `side`, `foot`, `listen` and `set`; `controls` are to show a state. */
export class Controls {
  /** A slider for a field, over its range or along its options. `show` turns its value into the text beside it. */
  slider(name, label, { step = 1, show = String, parent = this.side } = {}) {
    const { options, min = 0, max = options?.length - 1 } = this.fields[name];
    const row = make(parent, "label", { class: "row" });
    make(row, "span", {}, label);
    const value = make(row, "span", { class: "value", "aria-hidden": "true" });
    const input = make(row, "input", { type: "range", min, max, step, name });
    const chosen = () => (options ? options[input.value] : Number(input.value));
    this.listen(input, "input", () => this.set({ [name]: chosen() }));
    this.controls.push((state) => {
      input.value = options ? options.indexOf(state[name]) : state[name];
      say(value, show(state[name]));
      input.setAttribute("aria-valuetext", show(state[name]));
    });
    return input;
  }

  /** Radio buttons for a field; `options` maps each value, as text, to its label. */
  choice(name, label, options, { parent = this.side } = {}) {
    const group = make(parent, "fieldset", { class: "choice" });
    make(group, "legend", {}, label);
    const inputs = this.fields[name].options.map((option) => {
      const row = make(group, "label");
      const input = make(row, "input", { type: "radio", name, value: option }); // a name counts in its shadow root
      make(row, "span", {}, options[option]);
      this.listen(input, "change", () => this.set({ [name]: option }));
      return [option, input];
    });
    this.controls.push((state) => inputs.forEach(([option, input]) => (input.checked = state[name] === option)));
    return group;
  }

  /**
   * A list to choose one option of a field from. `options` maps each value, as text, to its label, or is a function of
   * the state that does; values without a label are not offered.
   */
  select(name, label, options, { parent = this.side } = {}) {
    const row = make(parent, "label", { class: "row" });
    make(row, "span", {}, label);
    const input = make(row, "select", { name });
    this.listen(input, "change", () => this.set({ [name]: this.fields[name].options[input.value] }));
    let shown = "";
    this.controls.push((state) => {
      const labels = typeof options === "function" ? options(state) : options;
      if (JSON.stringify(labels) !== shown) {
        shown = JSON.stringify(labels);
        input.replaceChildren();
        this.fields[name].options.forEach((option, value) => {
          if (Object.hasOwn(labels, option)) make(input, "option", { value }, labels[option]);
        });
      }
      input.value = this.fields[name].options.indexOf(state[name]);
    });
    return input;
  }

  /** Check boxes for a field that is a list; `options` as in `choice`. Returns each option with its row. */
  several(name, label, options, { parent = this.side } = {}) {
    const group = make(parent, "fieldset", { class: "choice" });
    make(group, "legend", {}, label);
    const rows = this.fields[name].options.map((option) => {
      const row = make(group, "label");
      const input = make(row, "input", { type: "checkbox", name, value: option });
      make(row, "span", {}, options[option]);
      this.listen(input, "change", () => {
        const chosen = rows.filter((other) => other.input.checked);
        this.set({ [name]: chosen.map((other) => other.option) });
      });
      return { option, row, input };
    });
    this.controls.push((state) => rows.forEach((one) => (one.input.checked = state[name].includes(one.option))));
    return rows;
  }

  /** A check box for a field of `choice(false, true)`. */
  check(name, label, { parent = this.side } = {}) {
    const row = make(parent, "label", { class: "check" });
    const input = make(row, "input", { type: "checkbox", name });
    make(row, "span", {}, label);
    this.listen(input, "change", () => this.set({ [name]: input.checked }));
    this.controls.push((state) => (input.checked = state[name]));
    return input;
  }

  button(label, action, { parent = this.foot, ...attributes } = {}) {
    const button = make(parent, "button", { type: "button", ...attributes }, label);
    this.listen(button, "click", action);
    return button;
  }
}
