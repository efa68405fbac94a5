"""The claims of the paper on its task, IBTask: two exact numbers, held against the digits that are printed."""

from fa_book.claims.evidence import exact
from fa_book.claims.verdict import claim


@claim(
    "C5a",
    "2.1",
    "IBTask: P(y = 1) = 0.5.",
    "The exact share rounds to 0.5.",
    shown="no figure",
    authors="0.517",
)
def C5a(p_one):
    """Share of label 1 over all 4096 patterns."""
    return [exact("P(y = 1) rounds to 0.5", p_one, 0.45, 0.55, zero=0.5, text=f"{p_one:.4f}")]


@claim(
    "C5b",
    "2.1",
    "IBTask: I(X;Y) is about 0.99 bits.",
    "The exact value rounds to 0.99 bits.",
    shown="no figure",
    authors="0.9992 bits",
)
def C5b(bits):
    """I(X;Y) = H(Y) in bits over all 4096 patterns."""
    return [exact("I(X;Y) rounds to 0.99 bits", bits, 0.985, 0.995, zero=0.99, text=f"{bits:.4f} bits")]
