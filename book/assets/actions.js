// What the theme did in attributes, which the policy of the page forbids; and keys for what scrolls sideways.
(() => {
  const actions = { print: () => window.print(), fullscreen: () => window.toggleFullScreen() };
  document.addEventListener("click", ({ target }) => actions[target.closest("[data-action]")?.dataset.action]?.());

  // Only what is wider than its place can be reached by the tab key, to be scrolled by the arrows.
  const wide = "main pre, main div.math, main .output, main .pst-scrollable-table-container, main .fa-scroll";
  const mark = () =>
    document.querySelectorAll(wide).forEach((element) => {
      if (element.scrollWidth > element.clientWidth + 1) element.tabIndex = 0;
      else element.removeAttribute("tabindex");
    });
  let waiting;
  const soon = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(mark);
  };
  addEventListener("load", soon);
  addEventListener("resize", soon);
  document.addEventListener("toggle", soon, true); // a folded cell opens
})();
