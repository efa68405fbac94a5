"""Section 2.3: encoder and decoder apart, dead zones."""
