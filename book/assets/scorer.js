// The order of what a search finds: pages that lead a reader, then chapters, then the library's reference. Sphinx reads
// this file into its own searchtools.js, and calls `score` with each result.
var Scorer = { // var, as searchtools.js declares it again where there is none
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
  /** A result is [page, title, anchor, description, score, file]. */
  score: ([page, , , , score]) => {
    if (/(^|\/)api(-|$)/.test(page)) return score - 60; // after every chapter
    return /(^|\/)(use-it|howto-|glossary|before-you-start)/.test(page) ? score + 8 : score;
  },
};
