"""The claim of the paper on its task, IBTask."""

from fa_book.claims.evidence import Check
from fa_book.claims.verdict import claim


@claim(
    "C5",
    "2.1",
    "IBTask: P(y = 1) = 0.5 and I(X;Y) is about 0.99 bits.",
    "P(y = 1) within 0.02 of 0.5, I(X;Y) within 0.01 of 0.99 bits.",
    "0.517; 0.9992 bits",
)
def C5(p_one, bits):
    """Share of label 1 and I(X;Y) in bits over all 4096 patterns: two exact numbers."""
    return [
        Check("P(y = 1) is 0.5 within 0.02", f"{p_one:.4f}", bool(abs(p_one - 0.5) < 0.02)),
        Check("I(X;Y) is 0.99 bits within 0.01", f"{bits:.4f}", bool(abs(bits - 0.99) < 0.01)),
    ]
