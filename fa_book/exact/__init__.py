"""The chapter on the exact solution: its formulas on trial."""
