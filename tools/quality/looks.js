// Which words axe need not look at, since it has looked at one like them; and what else is out of its way meanwhile.
//
// axe looks behind each word for what it stands on, which takes longer than all its other rules, and it takes the
// place of every element of a page before it asks anything. A page of code has thousands of coloured words and some
// ten colours, and the next page has the same. Contrast follows from a word's own look and all that its ancestors
// paint behind it, unless something that is out of its place lies over or under it, or it is itself carried to where
// anything may lie under it. Of all other words one of each look is shown to axe, on one page of all.
({
  // Marks words with data-alike whose look is among `known` or that of a word before; gives the looks that are new.
  mark(known) {
    const seen = new Set(known);
    const { apart, panels } = this.outOfPlace();
    const grounds = new Map();
    const found = [];
    for (const word of document.querySelectorAll("body *:not(svg *)")) {
      const own = this.words(word);
      if (!own.trim()) continue;
      const alike = () => {
        if (!word.checkVisibility()) return true; // in a fold: seen by nobody, and it stands for nobody
        if (!word.getClientRects().length || this.carried(word, apart) || this.met(word, panels)) return false;
        const { color, fontSize, fontWeight, textShadow, visibility } = getComputedStyle(word);
        const look = [color, fontSize, fontWeight, textShadow, visibility, this.ground(word, grounds)].join("|");
        if (seen.has(look)) return true;
        if (this.judged(word, own)) {
          seen.add(look);
          found.push(look);
        }
        return false;
      };
      word.toggleAttribute("data-alike", alike());
    }
    return found;
  },

  paints({ backgroundColor, backgroundImage }) {
    return !/^(transparent|rgba\(.*, 0\))$/.test(backgroundColor) || backgroundImage !== "none";
  },

  // What an element and its ancestors paint behind its words, and how they change what is painted there.
  ground(element, known) {
    if (!element) return "";
    if (!known.has(element)) {
      const style = getComputedStyle(element);
      const { backgroundColor, backgroundImage, opacity, filter, mixBlendMode } = style;
      const own = this.paints(style) ? `${backgroundColor} ${backgroundImage}` : "";
      const mixed = opacity !== "1" || filter !== "none" || mixBlendMode !== "normal";
      const under = this.ground(element.parentElement, known);
      known.set(element, own || mixed ? [own, mixed && [opacity, filter, mixBlendMode], under].join("<") : under);
    }
    return known.get(element);
  },

  // Elements that are not where the order of the text would put them, and what is painted by these and by all in them.
  outOfPlace() {
    const apart = new Set();
    const within = new Set();
    const panels = [];
    for (const element of document.querySelectorAll("body *:not(svg *, pre span)")) {
      const style = getComputedStyle(element);
      const { position, float, transform, translate } = style;
      const moved = (names, still) => names.some((name) => !still.includes(style[name]));
      const away =
        (position === "relative" && moved(["top", "left", "bottom", "right"], ["auto", "0px"])) ||
        !["static", "relative"].includes(position) ||
        [float, transform, translate].some((value) => value !== "none") ||
        ["marginTop", "marginLeft", "marginBottom", "marginRight"].some((name) => style[name].startsWith("-"));
      if (away) apart.add(element);
      if (!away && !within.has(element.parentElement)) continue;
      within.add(element);
      if (!this.paints(style) && !element.matches("img, svg, canvas, video, iframe, input, select, textarea")) continue;
      const box = element.getBoundingClientRect();
      if (box.width && box.height) panels.push([element, box]);
    }
    return { apart, panels };
  },

  // Whether a word is out of its place without a ground of its own that comes with it and hides all else.
  carried(word, apart) {
    for (let element = word; element; element = element.parentElement) {
      if (getComputedStyle(element).backgroundColor.startsWith("rgb(")) return false;
      if (apart.has(element)) return true;
    }
    return false;
  },

  met(word, panels) {
    const own = word.getBoundingClientRect();
    return panels.some(
      ([element, box]) =>
        own.left < box.right && box.left < own.right && own.top < box.bottom && box.top < own.bottom &&
        !element.contains(word),
    );
  },

  // Whether axe, shown this word, would judge it, so that it can stand for others.
  judged(word, own) {
    if (!/[!-~].*[!-~]/s.test(own)) return false; // a letter alone, or signs beyond ASCII
    if (word.closest("[disabled], [aria-disabled=true], [inert], label, select, option")) return false;
    const box = word.getBoundingClientRect();
    if (box.width < 4 || box.height < 4 || box.left + scrollX < 0 || box.top + scrollY < 0) return false;
    for (let element = word; element; element = element.parentElement) {
      const { overflowX, overflowY, textIndent, clip, clipPath } = getComputedStyle(element);
      if (textIndent.startsWith("-") || clip !== "auto" || clipPath !== "none") return false;
      if (["::before", "::after"].some((part) => this.paints(getComputedStyle(element, part)))) return false;
      if (overflowX === "visible" && overflowY === "visible") continue;
      if (element === document.body || element === document.documentElement) continue; // theirs is the window's
      const around = element.getBoundingClientRect();
      const across = box.left >= around.left && box.right <= around.right;
      const inside = across && box.top >= around.top && box.bottom <= around.bottom;
      if (element !== word && !inside) return false; // scrolled or cut away
    }
    return true;
  },

  // Formulas are drawn from thousands of shapes, all of them hidden from who listens, and of a block of code there may
  // be nothing that is not alike and no element that any other rule could ask for. They keep their size.
  // Gives the function that brings all back.
  takeAway() {
    const alike = (part) => part.hasAttribute("data-alike") || !this.words(part).trim();
    const idle = (part) =>
      part.matches("span") && [...part.attributes].every(({ name }) => ["class", "data-alike"].includes(name));
    const codes = [...document.querySelectorAll("pre")].filter(
      (pre) => pre.childElementCount && alike(pre) && [...pre.querySelectorAll("*")].every((p) => idle(p) && alike(p)),
    );
    const away = [...document.querySelectorAll("mjx-container svg"), ...codes].map((parent) => {
      const parts = [...parent.childNodes];
      const marked = parent.hasAttribute("data-alike");
      if (parent.matches("pre")) {
        parent.replaceChildren(parent.textContent);
        parent.toggleAttribute("data-alike", true); // in its own ink, in which nothing may have been written
      } else parent.replaceChildren();
      return () => (parent.replaceChildren(...parts), parent.toggleAttribute("data-alike", marked));
    });
    return () => away.forEach((back) => back());
  },

  words(element) {
    return [...element.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.data : "")).join("");
  },
})
