"""The first page: feedback alignment in one picture, and what was found in another."""
