// Colours and style of all widgets, light and dark. The rules' colours are those of the book's figures.

const light = {
  text: "#1f2328", soft: "#57606a", line: "#d0d7de", paper: "#ffffff", raised: "#f3f5f8", accent: "#0068a3",
  good: "#0b6e4f", bad: "#a4243b", warn: "#8a5a00",
  BP: "#1f2328", FA: "#0072B2", NFA: "#56B4E9", NF: "#009E73", TF: "#D55E00", other: "#CC79A7", null: "#808080",
};
const dark = {
  text: "#e8ebf0", soft: "#aab2c0", line: "#3b424d", paper: "#171b21", raised: "#242a33", accent: "#6cc0f5",
  good: "#5fd3a6", bad: "#ff8a9a", warn: "#f0b94a",
  BP: "#f4f6fa", FA: "#4db1ec", NFA: "#a6dbfa", NF: "#3fcfa4", TF: "#ff8f4a", other: "#e3a5c8", null: "#9aa2ae",
};

/** Colours by name, for drawing on a canvas. */
export const palette = (isDark) => (isDark ? dark : light);

const variables = (colours) => Object.entries(colours).map(([name, value]) => `--${name}:${value}`).join(";");

export const css = `
:host { display: block; }
.fa { ${variables(light)} }
.fa.dark { ${variables(dark)}; color-scheme: dark; }
section { container-type: inline-size; }
.fa { box-sizing: border-box; display: grid; gap: .75rem 1.25rem; padding: .8rem; border: 1px solid var(--line);
  border-radius: .5rem; background: var(--paper); color: var(--text); color-scheme: light;
  font: .875rem/1.45 system-ui, sans-serif; text-align: left; }
.fa > * { min-width: 0; }
.picture, .side, .foot { display: flex; gap: .5rem; }
.picture, .side { flex-direction: column; }
.foot { flex-wrap: wrap; order: 9; }
.answer { order: 10; }
.words, .note { margin: 0; }
.note:empty { display: none; }
.note { padding: .3rem .6rem; border-radius: .3rem; background: var(--raised); }
@container (min-width: 34rem) {
  .fa { grid-template-columns: minmax(0, 3fr) minmax(12rem, 2fr); }
  .foot, .words, .note, .wide { grid-column: 1 / -1; }
}
.fa.stacked { grid-template-columns: minmax(0, 1fr); }
.stacked .side { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .3rem 1.25rem; }
canvas { display: block; width: 100%; border-radius: .25rem; }
[hidden] { display: none !important; }
.row { display: grid; grid-template-columns: 1fr auto; column-gap: .75rem; align-content: start; }
.row input { grid-column: 1 / -1; width: 100%; min-width: 0; height: 1.6rem; margin: 0; accent-color: var(--accent); }
.row select { grid-column: 1 / -1; }
select { min-height: 2rem; min-width: 0; padding: .15rem .4rem; border: 1px solid var(--soft); border-radius: .35rem;
  background: var(--raised); color: var(--text); font: inherit; }
.value { font-variant-numeric: tabular-nums; color: var(--soft); }
.choice { display: flex; flex-wrap: wrap; gap: .1rem .9rem; margin: 0; padding: 0; border: 0; min-width: 0; }
.choice legend { padding: 0; }
.choice label, .check { display: inline-flex; gap: .35rem; align-items: center; min-height: 1.6rem; }
.choice input, .check input { width: 1.05rem; height: 1.05rem; margin: 0; accent-color: var(--accent); }
button { min-height: 2rem; min-width: 2rem; padding: .15rem .7rem; border: 1px solid var(--soft); border-radius: .35rem;
  background: var(--raised); color: var(--text); font: inherit; cursor: pointer; }
button:hover { border-color: var(--accent); }
button[aria-pressed="true"] { background: var(--accent); border-color: var(--accent); color: var(--paper); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem .75rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; font-variant-numeric: tabular-nums; }
.key { display: flex; flex-wrap: wrap; gap: .15rem 1.25rem; }
.side .key { flex-direction: column; }
.key > span { display: grid; grid-template-columns: 1.4rem 1fr; gap: .45rem; align-items: baseline; }
.key i { align-self: start; margin-top: .58rem; border-top: 3px solid; }
.key .dashed { border-top-style: dashed; }
.key .dotted { border-top-style: dotted; }
.key .dot { width: .45rem; height: .45rem; margin-top: .4rem; justify-self: center; border: 0; border-radius: 50%;
  background: currentcolor; }
.key .patch { height: .8rem; margin-top: .22rem; border: 0; background: currentcolor; opacity: .45; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
`;
