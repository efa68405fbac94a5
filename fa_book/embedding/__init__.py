"""Section 2.2: the idealised dynamics."""
