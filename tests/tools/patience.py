"""How much longer than a quiet machine needs a test may wait for something, before it counts as not coming."""

PATIENCE = 4  # such a machine has one slow core, or many people on it
