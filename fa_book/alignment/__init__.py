"""Section 2.1: FA with W_O learning and frozen."""
