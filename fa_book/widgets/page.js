// Defines <fa-widget module="…" state="…"> on a page without a kernel; what its picture is drawn from and no reader
// changes stands in a further attribute, data="…". The picture inside it is shown on paper, and until the widget's
// module, which lies beside this file, has come. Only pages with a widget load this script.
(() => {
  const base = document.currentScript.src;

  /** What anywidget's model is in Jupyter, with nobody at the other end. */
  class Model {
    constructor(state, data, key) {
      Object.assign(this, { state, data, key, listeners: {} });
    }
    get(name) {
      return this.state[name] ?? this.data[name];
    }
    set(name, value) {
      this.state[name] = value;
      for (const listener of this.listeners[`change:${name}`] ?? []) listener();
    }
    on(event, listener) {
      (this.listeners[event] ??= new Set()).add(listener);
    }
    off(event, listener) {
      this.listeners[event]?.delete(listener);
    }
    save_changes() {}
  }

  const style = `:host { display: block } :host([live]) slot { display: none }
    @media print { div { display: none } :host([live]) slot { display: block } }`;

  customElements.define("fa-widget", class extends HTMLElement {
    connectedCallback() {
      if (this.model) return; // moved, not new
      const name = this.getAttribute("module");
      const place = [...document.querySelectorAll(`fa-widget[module="${name}"]`)].indexOf(this);
      const key = `fa-${name}` + (place ? `-${place + 1}` : "");
      const read = (attribute) => JSON.parse(this.getAttribute(attribute) ?? "{}");
      this.model = new Model(read("state"), read("data"), key);
      const root = this.attachShadow({ mode: "open" });
      root.innerHTML = `<style>${style}</style><div></div><slot></slot>`;
      const el = root.querySelector("div");
      const start = async () => {
        try {
          if (location.protocol === "file:") throw new Error("modules need a web server");
          const module = await import(new URL(`${name}.js`, base));
          module.default.render({ model: this.model, el });
          this.toggleAttribute("live", true);
        } catch {
          el.textContent = "This picture comes alive when the page is read from a web server.";
        }
      };
      if (location.hash.includes(`${key}=`)) return start().then(() => this.scrollIntoView());
      const near = ([entry]) => entry.isIntersecting && (observer.disconnect(), start());
      const observer = new IntersectionObserver((entries) => near(entries.slice(-1)), { rootMargin: "600px" });
      observer.observe(this);
    }
  });
})();
