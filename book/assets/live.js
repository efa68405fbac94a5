// Live code: a chapter whose cells can be changed and run. Until a reader presses Start, only this site is asked.
// The addresses and messages are those of BinderHub's build stream, of Jupyter's server, and of kernel protocol 5.3.
(() => {
  const choice = document.getElementById("fa-live");
  if (!choice) return;

  const PHASES = {
    waiting: "Waiting for a place.",
    fetching: "Fetching the book.",
    building: "Building the environment. This takes some minutes, the first time after a change of the book.",
    pushing: "Storing the environment.",
    built: "The environment is there.",
    launching: "Starting the machine.",
  };
  const COLOURS = /\u001b\[[\d;]*m/g; // of a terminal
  const PICTURES = ["image/svg+xml", "image/png", "image/jpeg"];

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  /** A machine lent by a BinderHub, with one kernel that works in the chapters' folder. */
  class Machine {
    constructor(build, notebook) {
      Object.assign(this, { build, notebook, asked: new Map(), number: 0 });
      this.session = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
    }

    /** Where the machine is and the word that opens it; `say` hears how far the hub is. */
    lend(say) {
      return new Promise((resolve, reject) => {
        const stream = new EventSource(this.build);
        const end = (then, value) => {
          stream.close();
          then(value);
        };
        stream.onmessage = ({ data }) => {
          const { phase, message = "", url, token } = JSON.parse(data);
          if (phase === "ready") end(resolve, { url, token });
          else if (phase === "failed") end(reject, new Error(`The hub could not do it: ${message.trim()}`));
          else if (PHASES[phase]) say(PHASES[phase]);
        };
        stream.onerror = () => end(reject, new Error(`${new URL(this.build).host} does not answer.`));
      });
    }

    async ask(path, body) {
      const headers = { Authorization: `token ${this.token}`, "Content-Type": "application/json" };
      const answer = await fetch(new URL(path, this.url), { method: "POST", headers, body: JSON.stringify(body ?? {}) });
      if (!answer.ok) throw new Error(`The machine answers ${answer.status} to ${path}.`);
      return answer.status === 204 ? null : answer.json();
    }

    /** Have a kernel; `gone` is called when it is lost later on. */
    async open(say, gone) {
      Object.assign(this, await this.lend(say));
      say("Starting Python.");
      const notebook = { path: this.notebook, name: this.notebook, type: "notebook", kernel: { name: "python3" } };
      this.kernel = (await this.ask("api/sessions", notebook)).kernel.id;
      const address = new URL(`api/kernels/${this.kernel}/channels`, this.url);
      address.protocol = address.protocol.replace("http", "ws");
      address.search = new URLSearchParams({ session_id: this.session, token: this.token });
      this.socket = new WebSocket(address);
      await new Promise((resolve, reject) => {
        this.socket.onopen = resolve;
        this.socket.onclose = () => reject(new Error("The machine does not let us speak to Python."));
      });
      this.socket.onmessage = ({ data }) => typeof data === "string" && this.hear(JSON.parse(data));
      this.socket.onclose = () => {
        for (const { resolve } of this.asked.values()) resolve("lost");
        gone();
      };
    }

    /** Run code; `show` is called with the type and the content of each message that it puts out.
     * @returns "ok", "error", "aborted" or "lost" */
    run(code, show) {
      const msg_id = `${this.session}-${(this.number += 1)}`;
      const date = new Date().toISOString();
      const header = { msg_id, msg_type: "execute_request", username: "", session: this.session, version: "5.3", date };
      const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
      const message = { channel: "shell", header, parent_header: {}, metadata: {}, content, buffers: [] };
      this.socket.send(JSON.stringify(message));
      return new Promise((resolve) => this.asked.set(msg_id, { show, resolve }));
    }

    hear({ channel, header, parent_header, content }) {
      const request = this.asked.get(parent_header?.msg_id);
      if (!request) return;
      if (channel === "shell" && header.msg_type === "execute_reply") request.status = content.status;
      else if (header.msg_type === "status") request.idle = content.execution_state === "idle";
      else request.show(header.msg_type, content);
      if (!request.status || !request.idle) return; // the answer may come before the last output
      this.asked.delete(parent_header.msg_id);
      request.resolve(request.status);
    }

    interrupt() {
      return this.ask(`api/kernels/${this.kernel}/interrupt`);
    }
  }

  /** A chapter's cell: its code, now open to change, the place of its output, and what the page keeps hidden before it. */
  class Cell {
    constructor(element, number, before, run) {
      this.before = before;
      this.code = element.querySelector(".cell_input pre");
      const name = { role: "textbox", "aria-multiline": "true", "aria-label": `Code of cell ${number}` };
      const plain = { contenteditable: "plaintext-only", spellcheck: "false", autocapitalize: "off", tabindex: "0" };
      for (const [key, value] of Object.entries({ ...name, ...plain })) this.code.setAttribute(key, value);
      this.output = element.querySelector(".cell_output");
      if (!this.output) element.append((this.output = make("div", { class: "cell_output docutils container" })));
      this.button = make("button", { type: "button", class: "fa-live-run", disabled: "" }, "Run");
      this.button.setAttribute("aria-label", `Run cell ${number}`);
      this.note = make("span");
      const input = element.querySelector(".cell_input");
      const folded = input.closest("details");
      const after = folded && element.contains(folded) && !folded.contains(this.output) ? folded : input;
      after.after(make("div", { class: "fa-live-bar" }, this.button, this.note));
      this.button.onclick = run;
      this.code.addEventListener("input", () => this.mark("changed", "changed"));
      this.code.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || !event.shiftKey) return;
        event.preventDefault();
        if (!this.button.disabled) run();
      });
    }

    /** The code as it now reads; browsers put a new line in as an element or as a letter. */
    text() {
      const code = this.code.cloneNode(true);
      for (const line of code.querySelectorAll("br")) line.replaceWith("\n");
      return code.textContent;
    }

    mark(state, note) {
      this.state = state;
      this.note.textContent = note;
      if (state === "running") this.output.setAttribute("aria-busy", "true");
      else if (state !== "changed") this.output.removeAttribute("aria-busy");
    }

    /** Run the cell; the old output stays until there is a new one. */
    async run(machine) {
      let old = true;
      const clear = () => {
        if (old) this.output.replaceChildren();
        old = false;
      };
      const begin = performance.now();
      this.mark("running", "running …");
      for (const code of this.before) await machine.run(code, () => {});
      const status = await machine.run(this.text(), (type, content) => this.show(type, content, clear));
      if (status === "lost") return false;
      clear();
      const [ok, seconds] = [status === "ok", ((performance.now() - begin) / 1000).toFixed(1)];
      if (this.state === "running") this.mark(ok ? "done" : "failed", ok ? `done in ${seconds} s` : "failed");
      else this.output.removeAttribute("aria-busy"); // changed meanwhile: what ran is not what stands there
      return ok;
    }

    show(type, content, clear) {
      const text = (lines) => make("pre", { tabindex: "0" }, lines);
      if (type === "stream") {
        clear();
        const last = this.output.lastElementChild;
        if (last?.dataset.stream === content.name) last.querySelector("pre").append(content.text);
        else this.add("stream", text(content.text)).dataset.stream = content.name;
      } else if (type === "error") {
        clear();
        this.add("traceback", text(content.traceback.join("\n").replace(COLOURS, "")));
      } else if (type === "display_data" || type === "execute_result") {
        if (content.metadata?.scrapbook) return; // results kept for other chapters: nothing to see
        clear();
        this.add(...this.richest(content.data, text));
      }
    }

    add(kind, ...children) {
      const place = make("div", { class: `output ${kind}` }, ...children);
      this.output.append(place);
      return place;
    }

    /** The richest form of an output that a page without libraries can show: its kind and its elements. */
    richest(data, text) {
      const read = (type) => [data[type]].flat().join("");
      if (data["text/html"]) {
        const template = make("template");
        template.innerHTML = read("text/html"); // its scripts do not run, and the policy forbids its handlers
        return ["text_html", template.content];
      }
      const type = PICTURES.find((name) => data[name]);
      if (!type) return ["text_plain", text(read("text/plain"))];
      const vector = type === "image/svg+xml";
      const code = vector ? `,${encodeURIComponent(read(type))}` : `;base64,${read(type).replace(/\s/g, "")}`;
      return ["image", make("img", { src: `data:${type}${code}`, alt: read("text/plain") || "A figure of this run" })];
    }
  }

  /** For each cell whose code a page shows, the code of those before it that it does not show. */
  const hidden = ({ cells }) => {
    const before = [[]];
    for (const { source, metadata } of cells.filter(({ cell_type }) => cell_type === "code")) {
      const shown = !(metadata.tags ?? []).some((tag) => tag === "remove-cell" || tag === "remove-input");
      if (shown) before.push([]);
      else before.at(-1).push([source].flat().join(""));
    }
    return before;
  };

  /** The bar above the chapter, and the order of things: a cell runs after all those above it. */
  const present = (name, article, notebook) => {
    const machine = new Machine(choice.dataset.build, `${choice.dataset.folder}/${name}.ipynb`);
    const hub = new URL(choice.dataset.build).host;
    const status = make("span", { role: "status" }, "The code below can be changed; to run it, start a machine.");
    const button = (label, action) => {
      const element = make("button", { type: "button" }, label);
      element.onclick = action;
      return element;
    };
    const say = (text) => (status.textContent = text);

    const enable = (ready) => {
      start.disabled = true;
      for (const element of [all, ...cells.map((cell) => cell.button)]) element.disabled = !ready;
      stop.disabled = ready;
    };
    const upTo = async (last, again) => {
      if (again) for (const cell of cells) cell.mark("new", "");
      enable(false);
      for (const cell of cells.slice(0, last + 1)) {
        if (cell.state === "done" && cell !== cells[last]) continue;
        say(`Running cell ${cells.indexOf(cell) + 1} of ${cells.length}.`);
        if (await cell.run(machine)) continue;
        if (!machine.kernel) return; // it is lost, and `lost` has said so
        say(`Cell ${cells.indexOf(cell) + 1} failed: see below it.`);
        return enable(true);
      }
      say("Done. Change a cell and run it again.");
      enable(true);
    };
    const lost = () => {
      machine.kernel = null;
      enable(false);
      for (const cell of cells) cell.mark("new", "");
      [start.disabled, stop.disabled] = [false, true];
      say("The machine is gone: it is taken back when nobody uses it for some minutes. Start another.");
    };
    const begin = async () => {
      [start.disabled, stop.disabled] = [true, true];
      say(`Asking ${hub} for a machine.`);
      try {
        await machine.open(say, lost);
        enable(true);
        say("Ready. Running a cell also runs those above it that have not run yet.");
      } catch (problem) {
        start.disabled = false;
        say(`${problem.message} Try again, or use the launch button of the chapter.`);
      }
    };

    const start = button(`Start a machine at ${hub}`, begin);
    const all = button("Run all", () => upTo(cells.length - 1, true));
    const stop = button("Stop", () => machine.interrupt().catch((problem) => say(problem.message)));
    const before = hidden(notebook);
    const cells = [...article.querySelectorAll("div.cell")]
      .filter((element) => element.querySelector(".cell_input pre"))
      .map((element, index) => new Cell(element, index + 1, before[index] ?? [], () => upTo(index)));
    [all.disabled, stop.disabled] = [true, true];
    return make("div", { class: "fa-live-controls", role: "group", "aria-label": "Machine" }, start, all, stop, status);
  };

  const load = async (name) => {
    const read = async (address) => {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(`${address} is not in this book.`);
      return answer.text();
    };
    const page = new DOMParser().parseFromString(await read(`${name}.html`), "text/html");
    const notebook = page.querySelector("a.btn-download-source-button[href$='.ipynb']").getAttribute("href");
    const [article, glyphs] = [page.querySelector("article.bd-article"), page.querySelector("svg.glyphs")];
    for (const element of article.querySelectorAll("script, .fa-colophon, a.headerlink")) element.remove();
    const controls = present(name, article, JSON.parse(await read(notebook)));
    article.querySelector("h1").after(controls);
    if (glyphs) article.append(glyphs);
    document.title = `Live code: ${article.querySelector("h1").textContent}`;
    choice.closest("article").replaceChildren(...article.childNodes);
  };

  const name = new URLSearchParams(location.search).get("chapter");
  if (!name) return;
  const known = [...choice.querySelectorAll("a")].map((link) => new URL(link.href).searchParams.get("chapter"));
  const refuse = (text) => choice.before(make("p", { role: "alert" }, text));
  if (known.includes(name)) load(name).catch((problem) => refuse(problem.message));
  else refuse(`There is no chapter “${name}”.`);
})();
