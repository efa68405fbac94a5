"""What this book adds on IBTask, with its criterion."""

from fa_book.claims.evidence import CLOSE, within
from fa_book.claims.verdict import claim


@claim(
    "C35",
    "2.1",
    "What FA learns of IBTask holds for spectral classes that it never saw.",
    f"Test correct rate on classes left out, less that on patterns left out at random, at least -{CLOSE}, by split.",
    ours=True,
    rests="orbits",
)
def C35(found):
    """Dataset of `fa_book.results.orbits.held_out`."""
    gap = (found.classes - found.random).sel(rule="FA").values
    return [within(f"classes left out minus patterns left out, at least -{CLOSE}", gap, -CLOSE, unit="splits")]
