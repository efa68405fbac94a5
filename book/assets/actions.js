// What the theme did in attributes, which the policy of the page forbids; and keys for what scrolls sideways.
(() => {
  const actions = { print: () => window.print(), fullscreen: () => window.toggleFullScreen() };
  document.addEventListener("click", ({ target }) => actions[target.closest("[data-action]")?.dataset.action]?.());

  // What is wider than its place can be reached by the tab key, to be scrolled by the arrows. The page comes with all
  // such places reachable; those that do not scroll are left out as they come near, so that a long page is not laid
  // out at once.
  const places = "main :is(pre, div.math, div.output.text_html, div.picture, .pst-scrollable-table-container)";
  const mark = (element) => {
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = element;
    if (scrollWidth <= clientWidth + 1 && scrollHeight <= clientHeight + 1) element.removeAttribute("tabindex");
  };
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        mark(target);
      }
    },
    { rootMargin: "50% 0%" },
  );
  const look = () =>
    document.querySelectorAll(places).forEach((element) => {
      element.tabIndex = 0;
      near.unobserve(element);
      near.observe(element);
    });
  document.addEventListener("DOMContentLoaded", look);
  let { innerWidth: before } = window;
  addEventListener("resize", () => {
    if (innerWidth !== before) look(); // a phone's bars change the height alone
    before = innerWidth;
  });
})();
