"""Section 2.4, Fig. 6: the variants in the idealised dynamics."""
