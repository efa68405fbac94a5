"""The chapter on the exact solution: what follows for a run before it is run, and its formulas on trial."""
